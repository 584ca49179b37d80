import type { Hono } from 'hono'
import { queueBoardPath } from '../background/redis-dispatch.ts'
import type { Desk, Env } from '../pages/desk.ts'
import { notFoundPage } from '../pages/problem-page.ts'
import { requireSignIn } from '../pages/require-sign-in.ts'
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

/** What staff may see and do. To everybody else none of it exists. */
export const consoleRoutes = (app: Hono<Env>, desk: Desk): void => {
  for (const path of ['/console', '/console/*']) {
    app.use(path, requireSignIn)
    app.use(path, async (c, next) => {
      const visitor = c.get('visitor')
      return visitor.signedIn?.actor.type === 'staff' ? next() : desk.show(c, notFoundPage(visitor), 404)
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
