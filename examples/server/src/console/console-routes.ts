import type { Hono } from 'hono'
import type { Ask, Desk, Env } from '../pages/desk.ts'
import type { Notice } from '../pages/layout.ts'
import { notFoundPage } from '../pages/problem-page.ts'
import { requireSignIn } from '../pages/require-sign-in.ts'
import { attentionRoutes } from './attention-routes.ts'
import { demoRoutes } from './demo-routes.ts'
import { paymentConsoleRoutes } from './payment-console-routes.ts'
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
  attentionRoutes(app, desk)
  workRoutes(app, desk)
}

/** Who is acting, for what staff alone may do. */
export const staffOf = (desk: Desk, c: Ask): { readonly type: 'staff'; readonly id: string } => {
  const { actor } = desk.signedIn(c)
  if (actor.type !== 'staff') throw new Error('A guest got into the console.')
  return actor
}

/** What has just been done, or why it was not, as the redirect after it says. */
export const consoleNotice = (c: Ask): Notice | undefined => {
  const { t, words } = c.get('visitor')
  const texts: Readonly<Record<string, unknown>> = t.console
  const done = texts[c.req.query('done') ?? '']
  if (typeof done === 'string') return { tone: 'good', text: done }
  const code = c.req.query('problem')
  if (code === undefined) return undefined
  const own = texts[code]
  const problems: Readonly<Record<string, string>> = words.problems
  return { tone: 'bad', text: typeof own === 'string' ? own : (problems[code] ?? t.problems.unknown) }
}
