import {
  isCollected,
  type Holdfast,
  type PaymentCase,
  type PaymentId,
  type SyncedPayment,
  type TimelineEntry,
} from '@holdfast/core'
import { getCase, operator } from './read-cases.ts'

/** How a cancellation is tried. */
export interface How {
  readonly dryRun: boolean
  readonly stripeTest: boolean
}

/**
 * `cancelled`: here and at the provider. `pending`: here; the provider could not be reached, and is asked until it agrees.
 * `paid`: not cancelled, it was paid.
 */
export type CancelledAs = 'cancelled' | 'pending' | 'paid'

/** A payment before and after it was to be cancelled. In a dry run it is the same, and `outcome` is what would be. */
export interface TriedCancellation {
  readonly before: PaymentCase
  readonly after: PaymentCase
  readonly outcome: CancelledAs
  /** With `--stripe-test`: how asking went, and what was asked and answered meanwhile. */
  readonly stripe?: {
    readonly before: SyncedPayment['type']
    /** Absent in a dry run: there is no after. */
    readonly after?: SyncedPayment['type']
    readonly heard: readonly TimelineEntry[]
  }
}

/** Cancels a payment as staff, or says what would become of it, and looks at it before and after. */
export const tryCancellation = async (
  holdfast: Holdfast,
  paymentId: PaymentId,
  { dryRun, stripeTest }: How,
): Promise<TriedCancellation> => {
  const known = (await storyOf(holdfast, paymentId)).length
  const askedBefore = stripeTest ? await ask(holdfast, paymentId) : undefined
  const before = await getCase(holdfast, paymentId)
  const outcome = dryRun ? (isCollected(before.payment) ? 'paid' : 'cancelled') : await cancel(holdfast, paymentId)
  const askedAfter = stripeTest && !dryRun ? await ask(holdfast, paymentId) : undefined
  const after = await getCase(holdfast, paymentId)
  const heard = stripeTest ? (await storyOf(holdfast, paymentId)).slice(known) : []
  return {
    before,
    after,
    outcome,
    ...(askedBefore === undefined
      ? {}
      : {
          stripe: {
            before: askedBefore,
            ...(askedAfter === undefined ? {} : { after: askedAfter }),
            heard: heard.filter(({ type }) => isHeard.has(type)),
          },
        }),
  }
}

const isHeard: ReadonlySet<TimelineEntry['type']> = new Set(['call', 'answer', 'event'])

const cancel = async (holdfast: Holdfast, paymentId: PaymentId): Promise<CancelledAs> => {
  const cancelled = await holdfast.cancelPayment({ actor: operator, paymentId })
  if (cancelled.ok) return cancelled.value.providerCancellation === 'done' ? 'cancelled' : 'pending'
  if (cancelled.error.code === 'payment_already_completed') return 'paid'
  throw new Error(`Payment '${paymentId}' could not be cancelled: ${cancelled.error.code}.`)
}

const ask = async (holdfast: Holdfast, paymentId: PaymentId): Promise<SyncedPayment['type']> => {
  const synced = await holdfast.syncPayment({ actor: operator, paymentId })
  return synced.ok ? synced.value.type : 'nothing_to_ask'
}

const storyOf = async (holdfast: Holdfast, paymentId: PaymentId): Promise<readonly TimelineEntry[]> => {
  const told = await holdfast.readTimeline({ actor: operator, paymentId })
  return told.ok ? told.value : []
}
