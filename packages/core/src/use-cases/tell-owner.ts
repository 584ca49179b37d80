import type { Instant } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'
import type { CollectedPayment } from '../payment/payment.ts'
import type { RecordRef } from '../pending-intent/pending-intent.ts'
import type { CaseMove } from '../settlement/case-change.ts'
import { destinationOf, refundsTo } from '../settlement/give-back.ts'
import { sendBack } from '../settlement/settlement.ts'
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
