import type { Instant } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'
import type { Refund } from '../payment/refund.ts'
import type { CollectedPayment } from '../payment/payment.ts'
import type { RecordRef } from '../pending-intent/pending-intent.ts'
import type { CaseMove } from '../settlement/case-change.ts'
import { destinationOf, refundsTo } from '../settlement/give-back.ts'
import { sendBack } from '../settlement/settlement.ts'
import type { Actor } from './actor.ts'
import type { Settings } from './dependencies.ts'

/** Tells a payment's owner, once for each `of`, that it is paid and the record is there. */
export const confirm = (change: CaseMove, of: string, record: RecordRef): void => {
  const { id: paymentId, owner: to, amount } = change.kase.payment
  const message = { id: `confirmed:${of}`, to, paymentId, template: 'confirmed', record, amount } as const
  change.effect({ type: 'send_message', paymentId, message })
}

/**
 * Sends back what came for something that cannot be had any more, and tells its owner, once for each `of`. `told`: why, in their
 * message, where that says more than the refund's reason.
 */
export const sendBackUnavailable = (
  change: CaseMove,
  { id: paymentId, owner: to, amount, attemptId }: CollectedPayment,
  ask: {
    readonly of: string
    readonly reason: 'slot_taken' | 'unavailable'
    readonly told?: string
    readonly details: Readonly<Record<string, Json>>
    readonly settings: Settings
    readonly now: Instant
  },
): void => {
  const { of, reason, told = reason, details, settings, now } = ask
  const destination = destinationOf(change, attemptId, refundsTo(settings, reason))
  sendBack(change, attemptId, { at: now, reason, policy: settings })
  change.effect({
    type: 'send_message',
    paymentId,
    message: {
      id: `refunded_unavailable:${of}`,
      to,
      paymentId,
      template: 'refunded_unavailable',
      reason: told,
      amount,
      destination,
      details,
    },
  })
}

/** Tells a payment's owner that what was theirs is cancelled, and what goes back for it, where it was not they who cancelled it. */
export const tellCancelled = (
  change: CaseMove,
  record: RecordRef,
  { by, refunds }: { readonly by: Actor; readonly refunds: readonly Refund[] },
): void => {
  if (by.type === 'owner') return
  const { id: paymentId, owner: to } = change.kase.payment
  change.effect({
    type: 'send_message',
    paymentId,
    message: {
      id: `cancelled:${record.id}`,
      to,
      paymentId,
      template: 'cancelled',
      record,
      refunds: refunds.map(({ amount, destination }) => ({ amount, destination })),
    },
  })
}
