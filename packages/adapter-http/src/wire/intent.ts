import {
  intentTransitions,
  isoTime,
  lastFailure,
  payableUntil,
  type OpenedIntent,
  type PaymentCase,
  type PendingIntent,
  type Slot,
} from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import type { Catalogue } from '../language/catalogue.ts'
import type { Alternative } from '../options.ts'
import type { FoundIntent } from '../serving/current-intents.ts'
import { alternativesOffered, showAlternative } from './alternative.ts'
import { amount, capitals, currency, free, id, moneyFields, plainObject, time, words } from './parts.ts'
import { paymentStatus } from './payment.ts'

const statuses = Object.keys(intentTransitions) as [PendingIntent['status'], ...PendingIntent['status'][]]

/** What somebody wants to buy. */
export const openIntentBody = z
  .strictObject({
    kind: z.string().min(1).max(64).openapi({ example: 'reservation' }),
    payload: z
      .unknown()
      .refine((value) => value !== undefined)
      .openapi({ description: "What is wanted, in the kind's own shape. A price in it is ignored.", type: 'object' }),
  })
  .openapi('OpenIntent')

/** An intent that may now be paid. Its token is in the cookie alone. */
export const openedIntentAnswer = z
  .object({ intent_id: id, payment_id: id, amount, currency, expires_at: time })
  .openapi('OpenedIntent')

/** A stretch of time on something that can be booked. */
export const slotFields = z.object({ resource_id: id, unit: z.int(), starts_at: time, ends_at: time }).openapi('Slot')

/** An intent as its owner sees it. */
export const intentAnswer = z
  .object({
    intent_id: id,
    kind: z.string(),
    status: z.enum(statuses),
    status_display: words,
    payment_id: id,
    payment_status: paymentStatus,
    payment_status_display: words,
    payment_failure: z
      .object({ code: z.string(), message: words, retryable: z.boolean(), at: time })
      .nullable()
      .openapi({
        description:
          'Why the last try to pay it brought nothing, while it can be paid: also a card that was declined on a page that is still open.',
      }),
    amount,
    currency,
    description: z.string(),
    slot: slotFields.nullable(),
    balance: z.object({ amount, currency, due_at: time }).nullable(),
    details: free,
    record: z.object({ type: z.string(), id }).nullable().openapi({ description: 'What it became once it was paid.' }),
    refund_reason: z.string().nullable().openapi({ description: 'Why the money went back, where it did.' }),
    alternatives: alternativesOffered,
    payable_until: time.openapi({ description: 'From then on no page for it is opened: `expires_at`, or sooner.' }),
    expires_at: time,
    created_at: time,
  })
  .openapi('Intent')

/** An intent that was let go. */
export const abandonedIntentAnswer = z
  .object({
    status: z.literal('abandoned'),
    intent_id: id,
    payment_id: id,
    payment_status: paymentStatus,
    message: words,
    provider_cancellation: z.literal('pending').optional(),
  })
  .openapi('AbandonedIntent')

/** An intent that may now be paid. Its token is not shown: the cookie holds it. */
export const showOpenedIntent = (opened: OpenedIntent): z.infer<typeof openedIntentAnswer> => ({
  intent_id: opened.intentId,
  payment_id: opened.paymentId,
  ...moneyFields(opened.amount),
  expires_at: isoTime(opened.expiresAt),
})

/** An intent and how its payment stands, with what there is instead where it could not be had. */
export const showIntent = (
  { intent, kase }: FoundIntent,
  alternatives: readonly Alternative[],
  catalogue: Catalogue,
): z.infer<typeof intentAnswer> => {
  const { quote } = intent
  const { payment } = kase
  return {
    intent_id: intent.id,
    kind: intent.kind,
    status: intent.status,
    status_display: catalogue.intentStatus[intent.status],
    payment_id: payment.id,
    payment_status: capitals(payment.status),
    payment_status_display: catalogue.paymentStatus[payment.status],
    payment_failure: showFailure(kase, catalogue),
    ...moneyFields(payment.amount),
    description: quote.item.name,
    slot: quote.slot === undefined ? null : showSlot(quote.slot),
    balance:
      quote.balance === undefined
        ? null
        : { ...moneyFields(quote.balance.amount), due_at: isoTime(quote.balance.dueAt) },
    details: plainObject(quote.details),
    record: intent.status === 'fulfilled' ? intent.record : null,
    refund_reason: intent.status === 'refunded' ? intent.reason : null,
    alternatives: alternatives.map(showAlternative),
    payable_until: isoTime(payableUntil(intent)),
    expires_at: isoTime(intent.expiresAt),
    created_at: isoTime(intent.createdAt),
  }
}

const showFailure = (kase: PaymentCase, { failures }: Catalogue): z.infer<typeof intentAnswer>['payment_failure'] => {
  const last = lastFailure(kase)
  if (last === undefined) return null
  const { code, retryable } = last.failure
  return { code, message: failures[code], retryable, at: isoTime(last.at) }
}

/** A slot as it stands in answers: times in ISO 8601. */
export const showSlot = ({ resourceId, unit, startsAt, endsAt }: Slot): z.infer<typeof slotFields> => ({
  resource_id: resourceId,
  unit,
  starts_at: isoTime(startsAt),
  ends_at: isoTime(endsAt),
})
