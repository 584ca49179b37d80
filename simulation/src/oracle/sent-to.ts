import type { Readable } from '../system/database.ts'
import type { Stripe } from '../system/stripe.ts'
import type { Entry } from './edges.ts'
import { Violation } from './violation.ts'

/** Sees to it that nobody is sent to a page that is not stored, or not theirs. */
export interface SentTo {
  /** What a commit has added: a page stands there once its fact does. */
  follow(entries: readonly Entry[]): void
  /** Somebody is told this, with whatever pages it names. @throws {@link Violation} A19 */
  told(saying: unknown): void
}

/** A page as somebody is told of it. */
interface Told {
  readonly url: string
  readonly paymentId: string | undefined
  readonly sessionId: string | undefined
}

interface Page {
  readonly paymentId: string
  readonly attemptId: string
  readonly sessionId: string
}

export const createSentTo = (
  database: Readable,
  { ledger, sentTwice }: Pick<Stripe, 'ledger' | 'sentTwice'>,
): SentTo => {
  const pages = new Map<string, Page>()
  const check = ({ url, paymentId, sessionId }: Told): void => {
    const page = pages.get(url)
    if (page === undefined) throw new Violation('A19', `somebody is sent to ${url}, and no such page is stored`)
    if (paymentId !== undefined && paymentId !== page.paymentId)
      throw new Violation('A19', `somebody is sent to ${url} for ${paymentId}, and it is for ${page.paymentId}`)
    if (sessionId !== undefined && sessionId !== page.sessionId)
      throw new Violation('A19', `somebody is sent to ${url} as ${sessionId}, and it is ${page.sessionId}`)
    const { attemptId } = page
    const [row] = database.query<{ readonly own: string }>(
      'SELECT provider_id AS own FROM holdfast_attempts WHERE id = ?',
      attemptId,
    )
    // Of several pages of one attempt, the one that is paid is its own from then on.
    if (row?.own !== page.sessionId && !sentTwice.has(attemptId))
      throw new Violation('A19', `somebody is sent to ${page.sessionId}, and ${attemptId} has ${row?.own ?? 'no page'}`)
    const there = ledger().derived.sessions.find(({ id }) => id === page.sessionId)
    if (there?.metadata['payment_id'] !== page.paymentId)
      throw new Violation(
        'A19',
        `somebody is sent to ${page.sessionId}, which Stripe does not have for ${page.paymentId}`,
      )
  }
  return {
    follow(entries) {
      for (const { type, about_type: about, about_id: attemptId, name, payment_id: paymentId, data } of entries) {
        if (type !== 'fact' || about !== 'attempt' || name !== 'opened') continue
        const { url, providerId } = JSON.parse(data) as { readonly url: string; readonly providerId: string }
        pages.set(url, { paymentId, attemptId, sessionId: providerId })
      }
    },
    told: (saying) => pagesIn(saying).forEach(check),
  }
}

/** Every page that an answer or a message names, however deep it stands in it. */
export const pagesIn = (saying: unknown): readonly Told[] => {
  if (typeof saying !== 'object' || saying === null) return []
  const { checkoutUrl, url = checkoutUrl, paymentId, sessionId } = saying as Readonly<Record<string, unknown>>
  const own = typeof url === 'string' ? [{ url, paymentId: textIn(paymentId), sessionId: textIn(sessionId) }] : []
  return [...own, ...Object.values(saying).flatMap(pagesIn)]
}

const textIn = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
