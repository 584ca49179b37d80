import type { Ask, Desk } from '../pages/desk.ts'
import type { Notice } from '../pages/layout.ts'

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
