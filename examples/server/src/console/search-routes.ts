import type { Hono } from 'hono'
import type { Desk, Env } from '../pages/desk.ts'
import { findAnything, readBelongings } from './find-anything.ts'
import { belongingsPage, nothingFoundPage } from './search-page.ts'

/** One box for everything that has an id, and for people. */
export const searchRoutes = (app: Hono<Env>, { show, unitOfWork }: Desk): void => {
  app.get('/console/search', async (c) => {
    const visitor = c.get('visitor')
    const text = (c.req.query('q') ?? '').trim().slice(0, 200)
    const found = await unitOfWork.read((tx) => findAnything(tx, text))
    switch (found.type) {
      case 'order':
        return c.redirect(`/console/orders/${found.id}`, 303)
      case 'payment':
        return c.redirect(`/console/payments/${found.id}`, 303)
      case 'person': {
        const { id, name } = found.person
        const has = await unitOfWork.read((tx) => readBelongings(tx, id))
        return show(c, belongingsPage(visitor, { name, sought: text, has }))
      }
      case 'nothing':
        return show(c, nothingFoundPage(visitor, text))
    }
  })
}
