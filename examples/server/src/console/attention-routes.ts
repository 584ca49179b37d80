import type { Hono } from 'hono'
import type { Desk, Env } from '../pages/desk.ts'
import { keyOf } from '../pages/forms.ts'
import { attentionPage } from './attention-page.ts'
import { consoleNotice, staffOf } from './staff.ts'

/** What needs a human, until a human has settled it. */
export const attentionRoutes = (app: Hono<Env>, desk: Desk): void => {
  const { show, signedIn, holdfast, unitOfWork } = desk

  app.get('/console/attention', async (c) => {
    const items = await unitOfWork.read((tx) => tx.attention.list(100))
    return show(c, attentionPage(c.get('visitor'), signedIn(c), items, consoleNotice(c)))
  })

  app.post('/console/attention/resolve', async (c) => {
    const fields = c.get('fields')
    const { id: attentionId = '' } = fields
    const resolved = await holdfast.resolveAttention({ actor: staffOf(desk, c), attentionId, ...keyOf(fields) })
    return c.redirect(`/console/attention?${resolved.ok ? 'done=resolveDone' : 'problem=resolveGone'}`, 303)
  })
}
