import type { Ledger } from '@holdfast/stripe-simulator'
import type { Readable } from '../system/database.ts'
import type { KnownCharge } from './credits.ts'
import { wasOwed, type Stored, type StoredAttempt } from './truth.ts'
import { Violation } from './violation.ts'

/**
 * What is known of attempts with several pages, which a proxy made that sent a request twice.
 *
 * Such a page is not the library's, but its money is: whatever the library could hear of has to be counted or given back.
 */
export interface SecondPages {
  /** The attempts that were asked for a second time, and refunds. */
  readonly attempts: ReadonlySet<string>
  /** The sessions and PaymentIntents of which an event was taken in that says that money came or is on its way, and when. */
  readonly heard: ReadonlyMap<string, number>
  /** Since when nothing goes wrong any more, in milliseconds. */
  readonly healedMs: number
}

/** Where nothing was sent twice. */
export const noSecondPages: SecondPages = { attempts: new Set(), heard: new Map(), healedMs: 0 }

/** An attempt with the name of its own page, as far as it is stored. */
type Named = Pick<StoredAttempt, 'id' | 'provider_id'>

/** The sessions that exist only because a request was sent twice: all of such an attempt but its own one. */
export const straysOf = (
  attempts: ReadonlySet<string>,
  ledger: Ledger,
  stored: readonly Named[],
): ReadonlySet<string> => {
  const strays = new Set<string>()
  for (const attemptId of attempts) {
    const made = ledger.derived.sessions.filter(({ metadata }) => metadata['attempt_id'] === attemptId)
    const own = stored.find(({ id }) => id === attemptId)?.provider_id ?? made[0]?.id
    for (const { id } of made) if (id !== own) strays.add(id)
  }
  return strays
}

/** What {@link straysOf} needs of the database. */
export const readNames = (database: Readable): readonly Named[] =>
  database.query<Named>('SELECT id, provider_id FROM holdfast_attempts ORDER BY id')

/** How often one of several pages was closed because the library had heard of another. */
export const countClosed = (database: Readable, attempts: ReadonlySet<string>): number =>
  database
    .query<{ readonly id: string }>("SELECT id FROM holdfast_outbox WHERE id LIKE 'close_attempt:%:%' ORDER BY id")
    .filter(({ id }) => attempts.has(id.split(':')[1] ?? '')).length

/**
 * Checks the money that second pages brought, and answers the charges that are to be judged as any other.
 *
 * @throws {@link Violation} A1
 */
export const settleSecondPages = (
  stored: Stored,
  ledger: Ledger,
  database: Readable,
  charges: readonly KnownCharge[],
  second: SecondPages,
): readonly KnownCharge[] => {
  if (second.attempts.size === 0) return charges
  checkLeftOpen(ledger, database, second)
  const strays = straysOf(second.attempts, ledger, stored.attempts)
  return charges.filter((charge) => {
    const attempt = stored.attempts.find(({ id }) => id === charge.attemptId)
    // A saved card that was charged twice is found by asking alone.
    if (attempt === undefined || attempt.kind !== 'hosted' || !second.attempts.has(attempt.id)) return true
    if (attempt.charge_id === charge.intentId) return true
    const page = ledger.derived.sessions.find(({ payment_intent: intentId }) => intentId === charge.intentId)?.id ?? ''
    const isStored = stored.attempts.some((each) => each.charge_id === charge.intentId)
    const isKnown = isStored || second.heard.has(charge.intentId) || isToBeClosed(database, attempt.id, page)
    // Of money alone it is not said which page brought it: of an attempt that has some, no page is asked about any more. Nobody told of
    // the other, and nothing here names its page: it can only be found by comparing everything.
    return isKnown || (attempt.charge_id === null && !strays.has(page))
  })
}

interface Paid {
  readonly id: string
  readonly provider_id: string | null
  readonly charge_id: string | null
  readonly succeeded_at: number | null
}

/** Once one page of an attempt is known to be paid, its own one is closed, and not left until it ends by itself. */
const checkLeftOpen = (ledger: Ledger, database: Readable, { attempts, heard, healedMs }: SecondPages): void => {
  const paid = database.query<Paid>(
    "SELECT id, provider_id, charge_id, succeeded_at FROM holdfast_attempts WHERE status = 'succeeded' ORDER BY id",
  )
  for (const { id, provider_id: pageId, charge_id: chargeId, succeeded_at: succeededMs } of paid) {
    // Word of money alone does not say which page brought it.
    const paidPage = ledger.derived.sessions.find(({ payment_intent }) => payment_intent === chargeId)?.id
    const heardMs = heard.get(paidPage ?? '')
    if (!attempts.has(id) || pageId === null || succeededMs === null || heardMs === undefined) continue
    const knownMs = Math.max(succeededMs, heardMs)
    const leftMs = (leftUntil(ledger, pageId) ?? 0) - knownMs
    if (leftMs > clocksDisagreeMs && !isToBeClosed(database, id, pageId))
      throw new Violation('A1', `${id} was paid on another page, and nothing closes ${pageId}`)
    if (leftMs > Math.max(0, healedMs - knownMs) + longestWaitMs)
      throw new Violation('A1', `${id} was paid on another page, and ${pageId} was left open until it ended by itself`)
  }
}

/** When a page ended by itself, in milliseconds; nothing where it ended in another way. */
const leftUntil = ({ objects, events }: Ledger, pageId: string): number | undefined => {
  const page = objects['checkout.session'].find(({ id }) => id === pageId)
  const ended = events.find(
    ({ type, data }) => type === 'checkout.session.expired' && 'id' in data.object && data.object.id === pageId,
  )
  return page !== undefined && ended !== undefined && ended.created >= page.expires_at
    ? page.expires_at * 1_000
    : undefined
}

const isToBeClosed = (database: Readable, attemptId: string, pageId: string): boolean =>
  wasOwed(database, `close_attempt:${attemptId}:${pageId}`)

// By so much the clock of a process may be wrong, and a little more.
const clocksDisagreeMs = 15 * 60_000

// Longer than anything waits that failed before and is tried again.
const longestWaitMs = 90 * 60_000
