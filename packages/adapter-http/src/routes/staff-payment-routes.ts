import { parseDecimal } from '@holdfast/core'
import { tooManyDecimals } from '../problem/too-many-decimals.ts'
import { answerOnce } from '../serving/answer-once.ts'
import { orderOf } from '../serving/find-payment.ts'
import { listedPayment, showListedPayment } from '../wire/payment.ts'
import { amountBody, refundAnswer, refundBody, showRefund, showTimelineEntry, timelineAnswer } from '../wire/staff.ts'
import { refused, reply, route } from './route.ts'

const tag = 'Staff'

const refundPayment = route({
  name: 'refund_payment',
  method: 'post',
  path: '/payments/{id}/refunds',
  tag,
  summary: 'Gives back part or all of a payment. Two equal refunds with two keys are two refunds.',
  who: 'staff',
  id: 'payment',
  body: refundBody,
  keyed: true,
  answers: { 201: refundAnswer },
  refusals: [
    'payment_not_found',
    'idempotency_key_reused',
    'payment_not_completed',
    'payment_disputed',
    'currency_mismatch',
    'refund_exceeds_payment',
    'invalid_payload',
    'wallet_insufficient',
    'invalid_request',
  ],
  handle: async ({ actor, id: paymentId, body, keyed, words }, { holdfast }) => {
    const known = await holdfast.readPayment({ actor, paymentId })
    if (!known.ok) return refused(known.error)
    const amount =
      body.amount === undefined ? undefined : parseDecimal(body.amount, known.value.payment.amount.currency)
    if (body.amount !== undefined && amount === undefined)
      return refused(tooManyDecimals('amount', known.value.payment.amount.currency, words))
    const outcome = await holdfast.refundPayment({
      actor,
      paymentId,
      ...(amount === undefined ? {} : { amount }),
      ...(body.reason === undefined ? {} : { reason: body.reason }),
      ...(body.destination === undefined ? {} : { destination: body.destination }),
      ...keyed,
    })
    if (outcome.ok) return reply(201, showRefund(outcome.value.refund, outcome.value.payment, words))
    const { error } = outcome
    return refused(error.code === 'invalid_payload' ? { ...error, of: 'body' } : error)
  },
})

const changeAmount = route({
  name: 'change_amount',
  method: 'post',
  path: '/payments/{id}/amount',
  tag,
  summary: 'Changes what is due, where nobody has paid yet. A page with the old price is closed at Stripe first.',
  who: 'staff',
  id: 'payment',
  body: amountBody,
  keyed: true,
  answers: { 200: listedPayment },
  refusals: [
    'payment_not_found',
    'idempotency_key_reused',
    'invalid_payload',
    'payment_already_completed',
    'payment_cancelled',
    'charge_in_flight',
    'provider_unavailable',
    'invalid_request',
  ],
  handle: async ({ actor, id: paymentId, body, keyed, words }, services) => {
    const { holdfast } = services
    const known = await holdfast.readPayment({ actor, paymentId })
    if (!known.ok) return refused(known.error)
    const currency = body.currency ?? known.value.payment.amount.currency
    const amount = parseDecimal(body.amount, currency)
    if (amount === undefined) return refused(tooManyDecimals('amount', currency, words))
    const asked = { useCase: 'change_amount', paymentId, amount, item: body.item }
    const outcome = await answerOnce(services, { actor, ...keyed }, asked, () =>
      holdfast.changeAmount({ actor, paymentId, amount, ...(body.item === undefined ? {} : { item: body.item }) }),
    )
    if (!outcome.ok) {
      const { error } = outcome
      return refused(error.code === 'invalid_payload' ? { ...error, of: 'body' } : error)
    }
    const { payment } = outcome.value
    const order = await services.unitOfWork.read((tx) => orderOf(tx, payment))
    return reply(200, showListedPayment(outcome.value, order, words))
  },
})

const readTimeline = route({
  name: 'read_timeline',
  method: 'get',
  path: '/payments/{id}/timeline',
  tag,
  summary: "A payment's whole story: commands, facts, calls and their answers, events.",
  who: 'staff',
  id: 'payment',
  answers: { 200: timelineAnswer },
  refusals: ['payment_not_found'],
  handle: async ({ actor, id: paymentId }, { holdfast }) => {
    const told = await holdfast.readTimeline({ actor, paymentId })
    if (!told.ok) return refused(told.error)
    // Read afterwards: whatever the story speaks of is in it.
    const known = await holdfast.readPayment({ actor, paymentId })
    if (!known.ok) return refused(known.error)
    const timeline = told.value.map((entry) => showTimelineEntry(entry, known.value))
    return reply(200, { payment_id: paymentId, timeline })
  },
})

/** What only staff may do with a payment. */
export const staffPaymentRoutes = [refundPayment, changeAmount, readTimeline] as const
