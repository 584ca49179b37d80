import type { Hono } from 'hono'
import type { Desk, Env } from '../pages/desk.ts'
import { attentionPage } from './attention-page.ts'
import { consoleNotice, staffOf } from './staff.ts'

/** What needs a human, until a human has settled it. */
export const attentionRoutes = (app: Hono<Env>, desk: Desk): void => {
  const { show, signedIn, unitOfWork, clock } = desk

  app.get('/console/attention', async (c) => {
    const items = await unitOfWork.read((tx) => tx.attention.list(100))
    return show(c, attentionPage(c.get('visitor'), signedIn(c), items, consoleNotice(c)))
  })

  app.post('/console/attention/resolve', async (c) => {
    const { id = '' } = c.get('fields')
    const by = staffOf(desk, c).id
    const resolved = await unitOfWork.run((tx) => tx.attention.resolve(id, by, clock.now()))
    return c.redirect(`/console/attention?${resolved ? 'done=resolveDone' : 'problem=resolveGone'}`, 303)
  })
}
