import {
  isoTime,
  type Attention,
  type Json,
  type Payment,
  type PaymentCase,
  type Refund,
  type TimelineEntry,
  type Work,
} from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import type { Catalogue } from '../language/catalogue.ts'
import { currencyOf, keptData, showKept, showKeptValue } from './kept.ts'
import {
  amount,
  askedAmount,
  capitals,
  currency,
  id,
  moneyFields,
  nextCursor,
  time,
  timeOrNull,
  words,
} from './parts.ts'
import { paymentStatus } from './payment.ts'

/** The reasons staff may give for a refund. The others are given by the machines themselves. */
const refundReasons = [
  'requested_by_customer',
  'reservation_cancelled',
  'consultation_cancelled',
  'order_cancelled',
  'duplicate',
  'unavailable',
] as const

/** What staff send to refund: nothing means all that is left. */
export const refundBody = z
  .strictObject({
    amount: askedAmount.optional().openapi({ description: "In the payment's currency. Absent: all that is left." }),
    reason: z.enum(refundReasons).optional(),
    destination: z
      .enum(['provider', 'wallet'])
      .optional()
      .openapi({ description: "`wallet`: into the owner's wallet. Absent: to where it came from." }),
  })
  .openapi('RefundRequest')

/** A refund that was asked for. */
export const refundAnswer = z
  .object({
    refund_id: id,
    payment_id: id,
    amount,
    currency,
    status: z.enum(['requested', 'pending', 'succeeded', 'failed']),
    status_display: words,
    reason: z.string(),
    destination: z.enum(['provider', 'wallet']),
    payment_status: paymentStatus,
    requested_at: time,
    message: words,
  })
  .openapi('Refund')

/** What staff send to change what is due. */
export const amountBody = z
  .strictObject({
    amount: askedAmount,
    currency: currency.optional().openapi({ description: "Absent: the payment's own." }),
    item: z
      .strictObject({ name: z.string().min(1).max(250), description: z.string().max(500) })
      .optional()
      .openapi({ description: 'What the payer reads. Absent: as before.' }),
  })
  .openapi('AmountChange')

/** The story of a payment, oldest first. */
export const timelineAnswer = z
  .object({
    payment_id: id,
    timeline: z.array(
      z.object({
        at: time,
        type: z.enum(['fact', 'command', 'call', 'answer', 'event', 'attention']),
        about: z.object({ type: z.string(), id: z.string() }),
        name: z.string(),
        actor: z.string().nullable(),
        data: keptData('What is known beside it.'),
      }),
    ),
  })
  .openapi('Timeline')

const work = z
  .object({
    id: z.string(),
    type: z.string(),
    status: z.enum(['waiting', 'done', 'dead']),
    due_at: time,
    tries: z.int(),
    leased_until: time.nullable(),
    created_at: time,
    finished_at: time.nullable(),
    last_error: z.string().nullable(),
    body: keptData('What is to be done, or the event that came.'),
    result: z.unknown().openapi({ description: 'What it came to, in the same form. Null until it has run.' }),
  })
  .openapi('Work')

/** A page of a queue. */
export const worksAnswer = z
  .object({
    items: z.array(work),
    next_cursor: nextCursor,
    depth: z.object({ waiting: z.int(), dead: z.int(), oldest_due_at: time.nullable() }),
  })
  .openapi('Works')

/** Work that waits again. */
export const revivedAnswer = z.object({ id: z.string(), status: z.literal('waiting') }).openapi('Revived')

/** What needs a human, with what to do. */
export const attentionAnswer = z
  .object({
    items: z.array(
      z.object({
        id: z.string(),
        code: z.string(),
        payment_id: id.nullable(),
        at: time,
        what_to_do: words,
        data: keptData('What is known of it.'),
      }),
    ),
  })
  .openapi('Attention')

/** What no longer needs a human. */
export const resolvedAnswer = z
  .object({ id: z.string(), status: z.literal('resolved'), resolved_by: z.string() })
  .openapi('Resolved')

/** A refund that is on its way. */
export const showRefund = (refund: Refund, payment: Payment, catalogue: Catalogue): z.infer<typeof refundAnswer> => ({
  refund_id: refund.id,
  payment_id: payment.id,
  ...moneyFields(refund.amount),
  status: refund.status,
  status_display: catalogue.refundStatus[refund.status],
  reason: refund.reason,
  destination: refund.destination,
  payment_status: capitals(payment.status),
  requested_at: isoTime(refund.requestedAt),
  message: catalogue.messages[refund.destination === 'wallet' ? 'refund_in_wallet' : 'refund_requested'],
})

/** One line of the story of a payment that stands like this. */
export const showTimelineEntry = (
  entry: TimelineEntry,
  kase: PaymentCase,
): z.infer<typeof timelineAnswer>['timeline'][number] => ({
  at: isoTime(entry.at),
  type: entry.type,
  about: entry.about,
  name: entry.name,
  actor: entry.actor ?? null,
  data: showKept(entry.data, currencyOf(kase, entry.data, entry.about)),
})

/** A piece of work that waits, is done or was given up. */
export const showWork = (row: Work<{ readonly type: string }>): z.infer<typeof work> => ({
  id: row.id,
  type: row.body.type,
  status: row.status,
  due_at: isoTime(row.dueAt),
  tries: row.tries,
  leased_until: timeOrNull(row.leasedUntil),
  created_at: isoTime(row.createdAt),
  finished_at: timeOrNull(row.finishedAt),
  last_error: row.lastError ?? null,
  body: showKept(row.body as Readonly<Record<string, Json>>),
  result: showKeptValue(row.result ?? null),
})

/** Something that only a human can settle, with what to do about it. `kase`: of the payment that it concerns, if it does. */
export const showAttention = (
  { id: name, code, paymentId, at, data }: Attention,
  kase: PaymentCase | undefined,
  catalogue: Catalogue,
): z.infer<typeof attentionAnswer>['items'][number] => ({
  id: name,
  code,
  payment_id: paymentId ?? null,
  at: isoTime(at),
  what_to_do: catalogue.attention[code],
  data: showKept(data, kase === undefined ? undefined : currencyOf(kase, data)),
})
