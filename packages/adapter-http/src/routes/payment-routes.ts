import { effectId, isLive, ok, type Payment, type PaymentId, type Result, type SyncedPayment } from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import type { RefusalWith } from '../problem/refusal.ts'
import { answerOnce } from '../serving/answer-once.ts'
import { findPayment, orderOf } from '../serving/find-payment.ts'
import { nextCursor, pageOf, paging, capitals } from '../wire/parts.ts'
import {
  cancelledPaymentAnswer,
  listedPayment,
  paymentStatusAnswer,
  paymentStatusFilter,
  showCancelledPayment,
  showListedPayment,
  showPaymentStatus,
  showStripe,
  syncedPaymentAnswer,
} from '../wire/payment.ts'
import { reply, refused, route } from './route.ts'

const tag = 'Payments'

const listPayments = route({
  name: 'list_payments',
  method: 'get',
  path: '/payments',
  tag,
  summary: "The caller's payments, newest first; everybody's for staff.",
  who: 'owner_or_staff',
  query: z.strictObject({ ...paging, status: paymentStatusFilter.optional() }),
  answers: { 200: z.object({ payments: z.array(listedPayment), next_cursor: nextCursor }).openapi('Payments') },
  refusals: [],
  handle: async ({ actor, query: { limit, after, status }, words }, { unitOfWork }) => {
    return unitOfWork.read(async (tx) => {
      const found = await tx.payments.list({
        limit: limit + 1,
        ...(actor.type === 'owner' ? { owner: actor.id } : {}),
        ...(status === undefined ? {} : { status }),
        ...(after === undefined ? {} : { after: after as PaymentId }),
      })
      const { rows, next_cursor } = pageOf(found, limit, ({ payment }) => payment.id)
      const payments = await Promise.all(
        rows.map(async (row) => showListedPayment(row, await orderOf(tx, row.payment), words)),
      )
      return reply(200, { payments, next_cursor })
    })
  },
})

const readPaymentStatus = route({
  name: 'read_payment_status',
  method: 'get',
  path: '/payments/{id}/status',
  tag,
  summary: 'How a payment and its order stand, and what Stripe holds of its page.',
  who: 'owner_or_staff',
  id: 'payment',
  answers: { 200: paymentStatusAnswer },
  refusals: ['payment_not_found'],
  handle: async ({ actor, id, words }, services) => {
    const found = await findPayment(services, actor, id)
    if (!found.ok) return refused(found.error)
    const { kase, order } = found.value
    return reply(200, showPaymentStatus(kase, order, words))
  },
})

const cancelPayment = route({
  name: 'cancel_payment',
  method: 'post',
  path: '/payments/{id}/cancel',
  tag,
  summary:
    'Cancels a payment that nobody has made, and its order. The answer comes when Stripe has been asked. The balance of a reservation is for staff to cancel.',
  who: 'owner_or_staff',
  id: 'payment',
  keyed: true,
  answers: { 200: cancelledPaymentAnswer },
  refusals: ['payment_not_found', 'idempotency_key_reused', 'payment_already_completed', 'payment_of_reservation'],
  handle: async ({ actor, id: paymentId, keyed, words }, { holdfast, unitOfWork }) => {
    const outcome = await holdfast.cancelPayment({ actor, paymentId, ...keyed })
    if (outcome.ok) return reply(200, showCancelledPayment(outcome.value, words))
    const { error } = outcome
    if (error.code !== 'payment_already_completed') return refused(error)
    const { payment } = error
    return refused({ ...error, order: await unitOfWork.read((tx) => orderOf(tx, payment)) })
  },
})

const syncPaymentStatus = route({
  name: 'sync_payment_status',
  method: 'post',
  path: '/payments/{id}/sync_status',
  tag,
  summary: "Asks Stripe now what the payment's page has become, and applies the answer.",
  who: 'owner_or_staff',
  id: 'payment',
  keyed: true,
  answers: { 200: syncedPaymentAnswer },
  refusals: ['payment_not_found', 'idempotency_key_reused'],
  handle: async ({ actor, id: paymentId, keyed, words }, services) => {
    const sync = async (): Promise<Result<WhatSyncBrought, RefusalWith<'payment_not_found'>>> => {
      const outcome = await services.holdfast.syncPayment({ actor, paymentId })
      return outcome.ok ? ok(whatSyncBrought(outcome.value)) : outcome
    }
    const asked = { useCase: 'sync_payment', id: paymentId }
    const outcome = await answerOnce(services, { actor, ...keyed }, asked, sync, ({ status }) => status === 'pending')
    if (!outcome.ok) return refused(outcome.error)
    const { status, paymentStatus, stripeStatus, taskId } = outcome.value
    return reply(200, {
      status,
      message: words.messages[`sync_${status}`],
      payment_status: capitals(paymentStatus),
      stripe_status: stripeStatus,
      task_id: taskId,
    })
  },
})

/** The payments of a caller, and what they can do with one. */
export const paymentRoutes = [listPayments, readPaymentStatus, cancelPayment, syncPaymentStatus] as const

/** What asking came to, in the words of no language, as it is kept under a key. */
interface WhatSyncBrought {
  readonly status: SyncAnswer['status']
  readonly paymentStatus: Payment['status']
  readonly stripeStatus: SyncAnswer['stripe_status']
  readonly taskId: string | null
}
type SyncAnswer = z.infer<typeof syncedPaymentAnswer>

const whatSyncBrought = (synced: SyncedPayment): WhatSyncBrought => {
  const { kase } = synced
  const status = syncStatus(synced)
  return {
    status,
    paymentStatus: kase.payment.status,
    stripeStatus: showStripe(kase).session_status,
    taskId: status === 'pending' ? taskOf(synced) : null,
  }
}

const syncStatus = ({ type, kase }: SyncedPayment): SyncAnswer['status'] => {
  if (type === 'unheard') return 'pending'
  return showStripe(kase).session_status ?? (kase.attempts.length === 0 ? 'no_session' : 'synced')
}

/** The look-up that is owed and will be made by itself, as the outbox knows it. */
const taskOf = ({ kase: { payment, attempts } }: SyncedPayment): string | null => {
  const live = attempts.find(isLive)
  return live === undefined ? null : effectId({ type: 'look_up_attempt', paymentId: payment.id, attemptId: live.id })
}
