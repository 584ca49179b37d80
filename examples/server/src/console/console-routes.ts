import { catalogues } from '@holdfast/adapter-http'
import type { Hono } from 'hono'
import { queueBoardPath } from '../background/redis-dispatch.ts'
import { directions, textsIn } from '../language/language.ts'
import type { Desk, Env } from '../pages/desk.ts'
import { notFoundPage } from '../pages/problem-page.ts'
import { requireSignIn } from '../pages/require-sign-in.ts'
import type { Visitor } from '../pages/visitor.ts'
import { appointmentConsoleRoutes } from './appointment-console-routes.ts'
import { attentionRoutes } from './attention-routes.ts'
import { consultationRoutes } from './consultation-routes.ts'
import { demoRoutes } from './demo-routes.ts'
import { driftRoutes } from './drift-routes.ts'
import { orderConsoleRoutes } from './order-console-routes.ts'
import { paymentConsoleRoutes } from './payment-console-routes.ts'
import { searchRoutes } from './search-routes.ts'
import { shelfRoutes } from './shelf-routes.ts'
import { workRoutes } from './work-routes.ts'

/** The console is in English for those who read from the right: its words, and with them its sums and times, all one way. */
const inEnglish = (visitor: Visitor): Visitor => ({ ...visitor, language: 'en', t: textsIn.en, words: catalogues.en })

/** What staff may see and do. To everybody else none of it exists. */
export const consoleRoutes = (app: Hono<Env>, desk: Desk): void => {
  for (const path of ['/console', '/console/*']) {
    app.use(path, requireSignIn)
    app.use(path, async (c, next) => {
      const visitor = c.get('visitor')
      if (visitor.signedIn?.actor.type !== 'staff') return desk.show(c, notFoundPage(visitor), 404)
      if (directions[visitor.language] === 'rtl') {
        c.set('reader', visitor)
        c.set('visitor', inEnglish(visitor))
      }
      return next()
    })
  }
  demoRoutes(app, desk)
  paymentConsoleRoutes(app, desk)
  orderConsoleRoutes(app, desk)
  shelfRoutes(app, desk)
  searchRoutes(app, desk)
  appointmentConsoleRoutes(app, desk)
  consultationRoutes(app, desk)
  attentionRoutes(app, desk)
  driftRoutes(app, desk)
  workRoutes(app, desk)
  if (desk.queueBoard !== undefined) app.route(queueBoardPath, desk.queueBoard)
}
