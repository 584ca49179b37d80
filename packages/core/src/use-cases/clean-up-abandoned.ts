import type { IntentId, PaymentId } from '../kernel/ids.ts'
import { after, type Instant } from '../kernel/instant.ts'
import type { Money } from '../kernel/money.ts'
import { isCollected, isInFlight } from '../payment/payment.ts'
import type { PendingIntent } from '../pending-intent/pending-intent.ts'
import { StoreUnavailable } from '../ports/unit-of-work.ts'
import type { Dependencies } from './dependencies.ts'
import type { LetGo, LetGoRefusal } from './let-go.ts'

/** What is asked of {@link cleanUpAbandoned}. */
export interface CleanUpAbandonedRequest {
  /** Open intents are abandoned once they are this old, however long they could still be paid. */
  readonly olderThanMs: number
  /** Default: false. Changes nothing, asks nobody, and answers what would be done. */
  readonly dryRun?: boolean
  /** How many to look at, oldest first. Default: 10,000. */
  readonly limit?: number
  /** Told after each, for whoever watches. */
  readonly onProgress?: (progress: CleanUpProgress) => void
}

/** How far it has come. */
export interface CleanUpProgress {
  readonly done: number
  readonly total: number
}

/**
 * What became of one intent.
 *
 * `abandoned`: it is closed, and so is its page. `pending`: its page could not be closed yet; the provider is asked until it is, and
 * nothing is ended here before: paid until then, it is what was bought. `paid`: left alone, it was paid. `processing`: left alone, its
 * money is on its way. `failed`: left as it was, by a fault that is in the log.
 */
export type CleanedUpAs = 'abandoned' | 'pending' | 'paid' | 'processing' | 'failed'

/** One intent that was looked at. */
export interface CleanedUpIntent {
  readonly intentId: IntentId
  readonly paymentId: PaymentId
  readonly kind: string
  readonly amount: Money
  readonly createdAt: Instant
  readonly outcome: CleanedUpAs
}

/** What {@link cleanUpAbandoned} answers: after a dry run, in the same words, what would be done. */
export interface CleanedUp {
  readonly dryRun: boolean
  readonly counts: Readonly<Record<CleanedUpAs, number>>
  /** Oldest first. */
  readonly intents: readonly CleanedUpIntent[]
  /** True when there are more than `limit`: ask again. */
  readonly more: boolean
}

/** The use case {@link cleanUpAbandoned}, wired. */
export type CleanUpAbandoned = (request: CleanUpAbandonedRequest) => Promise<CleanedUp>

type CleanUpDependencies = Pick<Dependencies, 'unitOfWork' | 'clock' | 'logger'> & {
  readonly letGo: LetGo
}

/**
 * Closes intents that somebody opened and left. One after the other; the page that is open for one is expired at the
 * provider first, and what the provider says of it decides: paid there is paid here. Where it says nothing, nothing ends yet.
 *
 * They are found through an index, in batches. Each is closed by itself, so that whatever ends this in the middle undoes
 * nothing, and several may run at once. Each intent is also abandoned by itself when it can no longer be paid.
 *
 * @throws RangeError when `olderThanMs` is no positive number, or `limit` no positive whole one.
 */
export const cleanUpAbandoned =
  (deps: CleanUpDependencies): CleanUpAbandoned =>
  async ({ olderThanMs, dryRun = false, limit = 10_000, onProgress = () => {} }) => {
    if (!(olderThanMs > 0 && Number.isFinite(olderThanMs)))
      throw new RangeError(`Intents are cleaned up after a positive number of milliseconds, not ${olderThanMs}.`)
    if (!(Number.isSafeInteger(limit) && limit > 0))
      throw new RangeError(`At most a positive whole number of intents is cleaned up, not ${limit}.`)
    const createdBefore = after(deps.clock.now(), -Math.ceil(olderThanMs))
    const { stale, more } = await listStale(deps, createdBefore, limit)
    const intents: CleanedUpIntent[] = []
    for (const intent of stale) {
      intents.push({ ...intent, outcome: await (dryRun ? foresee(deps, intent) : abandon(deps, intent)) })
      onProgress({ done: intents.length, total: stale.length })
    }
    const counts = counted(intents)
    if (!dryRun) deps.logger.log('info', 'abandoned_intents_cleaned_up', counts)
    return { dryRun, counts, intents, more }
  }

type Stale = Omit<CleanedUpIntent, 'outcome'>

const listStale = async (
  { unitOfWork }: Pick<Dependencies, 'unitOfWork'>,
  createdBefore: Instant,
  limit: number,
): Promise<{ readonly stale: readonly Stale[]; readonly more: boolean }> => {
  const stale: Stale[] = []
  for (;;) {
    const wanted = Math.min(batch, limit + 1 - stale.length)
    const found = await unitOfWork.read((tx) => tx.intents.listStale(createdBefore, wanted, stale.at(-1)?.intentId))
    stale.push(...found.map(summarise))
    if (stale.length > limit) return { stale: stale.slice(0, limit), more: true }
    if (found.length < wanted) return { stale, more: false }
  }
}

const batch = 100

/** What is kept of each while all are listed: its payload and quote may be large. */
const summarise = ({ id, paymentId, kind, quote, createdAt }: PendingIntent): Stale => ({
  intentId: id,
  paymentId,
  kind,
  amount: quote.amount,
  createdAt,
})

const abandon = async (deps: CleanUpDependencies, intent: Stale): Promise<CleanedUpAs> => {
  const { letGo, logger } = deps
  const { intentId, paymentId } = intent
  try {
    const outcome = await letGo({ paymentId, reason: 'abandoned' })
    return outcome.ok ? 'abandoned' : refusedAs[outcome.error.code]
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error
    const detail = error instanceof Error ? error.message : String(error)
    logger.log('error', 'intent_clean_up_failed', { intentId, paymentId, detail })
    return 'failed'
  }
}

const refusedAs = {
  payment_already_completed: 'paid',
  charge_in_flight: 'processing',
  provider_unavailable: 'pending',
} as const satisfies Readonly<Record<LetGoRefusal['code'], CleanedUpAs>>

/** As far as it is known here, without asking the provider. */
const foresee = async (
  { unitOfWork }: Pick<Dependencies, 'unitOfWork'>,
  { paymentId }: Stale,
): Promise<CleanedUpAs> => {
  const payment = (await unitOfWork.read((tx) => tx.payments.find(paymentId)))?.value.payment
  if (payment === undefined) return 'failed'
  if (isCollected(payment)) return 'paid'
  return isInFlight(payment) ? 'processing' : 'abandoned'
}

const counted = (intents: readonly CleanedUpIntent[]): CleanedUp['counts'] => {
  const counts = { abandoned: 0, pending: 0, paid: 0, processing: 0, failed: 0 }
  for (const { outcome } of intents) counts[outcome] += 1
  return counts
}
