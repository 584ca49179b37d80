import { ok, type OwnerId, type Payment, type PaymentId, type Transaction } from '@holdfast/core'
import type { Catalogue } from '../language/catalogue.ts'
import type { People } from '../options.ts'
import { problemBody } from '../problem/problem.ts'
import type { RefusalWith } from '../problem/refusal.ts'
import { answerOnce } from '../serving/answer-once.ts'
import { findPayment, readPaymentIn, type FoundPayment } from '../serving/find-payment.ts'
import { debugCancelAnswer, showTried, testCancellationAnswer, testCancellationQuery } from '../wire/developer.ts'
import { showOrderOf } from '../wire/order.ts'
import { capitals } from '../wire/parts.ts'
import { showCancelledPayment } from '../wire/payment.ts'
import { refused, reply, route } from './route.ts'

const tag = 'Developers'

const testCancellation = route({
  name: 'test_cancellation',
  method: 'get',
  path: '/payments/test_cancellation',
  tag,
  summary: 'Payments that can be cancelled, newest first, and the calls to try it with. Not in production.',
  who: 'staff',
  developersOnly: true,
  query: testCancellationQuery,
  answers: { 200: testCancellationAnswer },
  refusals: ['invalid_request'],
  handle: async ({ query: { payment_id, user_email, limit }, words }, { unitOfWork, people, urlOf }) => {
    const owner = user_email === undefined ? undefined : await people.findOwner(user_email)
    if (user_email !== undefined && owner === undefined) return refused(unknownOwner(words))
    const found = await unitOfWork.read(async (tx) => {
      const ids = payment_id === undefined ? await listCancellable(tx, owner, limit) : [payment_id as PaymentId]
      return Promise.all(ids.map((id) => readPaymentIn(tx, id)))
    })
    const tried = found
      .filter((each) => each !== undefined)
      .filter(({ kase }) => owner === undefined || kase.payment.owner === owner)
    const payments = await Promise.all(
      tried.map(async (each) =>
        showTried({ ...each, userEmail: await emailOf(people, each.kase.payment.owner) }, words),
      ),
    )
    return reply(200, {
      message: `${words.messages.payments_to_test}: ${payments.length}`,
      payments,
      test_endpoints: {
        cancel: `POST ${urlOf('/payments/{payment_id}/cancel')}`,
        status: `GET ${urlOf('/payments/{payment_id}/status')}`,
        sync: `POST ${urlOf('/payments/{payment_id}/sync_status')}`,
      },
    })
  },
})

const debugCancel = route({
  name: 'debug_cancel_payment',
  method: 'post',
  path: '/payments/{id}/debug_cancel',
  tag,
  summary: 'Cancels a payment, and tells how it and its order stood before and afterwards. Not in production.',
  who: 'staff',
  developersOnly: true,
  id: 'payment',
  keyed: true,
  answers: { 200: debugCancelAnswer },
  refusals: ['payment_not_found', 'idempotency_key_reused'],
  handle: async ({ actor, id: paymentId, keyed, words, requestId }, services) => {
    const asked = { useCase: 'debug_cancel', paymentId }
    const tried = await answerOnce(services, { actor, ...keyed }, asked, async () => {
      const before = await findPayment(services, actor, paymentId)
      if (!before.ok) return before
      const outcome = await services.holdfast.cancelPayment({ actor, paymentId })
      const after = await findPayment(services, actor, paymentId)
      if (!after.ok) return after
      return ok({
        outcome,
        owner: before.value.kase.payment.owner,
        before: seen(before.value),
        after: seen(after.value),
      })
    })
    if (!tried.ok) return refused(tried.error)
    const { outcome, owner, before, after } = tried.value
    return reply(200, {
      message: words.messages[outcome.ok ? 'debug_cancelled' : 'debug_not_cancelled'],
      debug_info: {
        request_user: await emailOf(services.people, actor.id),
        payment_user: await emailOf(services.people, owner),
        payment_id: paymentId,
        order_id: after.order_id,
        initial_payment_status: before.payment_status,
        initial_order_status: before.order_status,
        final_payment_status: after.payment_status,
        final_order_status: after.order_status,
        cancel_successful: outcome.ok,
        user_authorized: true,
        can_cancel: cancellable.some((status) => capitals(status) === before.payment_status),
      },
      response: outcome.ok
        ? showCancelledPayment(outcome.value, words)
        : { ...problemBody(outcome.error, { words, requestId }), ...after },
    })
  },
})

/** For whoever builds on this. Left out in production. */
export const developerRoutes = [testCancellation, debugCancel] as const

const cancellable = ['pending', 'processing', 'authorized', 'failed'] as const satisfies readonly Payment['status'][]

const listCancellable = async (
  tx: Transaction,
  owner: OwnerId | undefined,
  limit: number,
): Promise<readonly PaymentId[]> => {
  const lists = await Promise.all(
    cancellable.map((status) => tx.payments.list({ status, limit, ...(owner === undefined ? {} : { owner }) })),
  )
  return lists
    .flat()
    .map(({ payment }) => payment)
    .toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
    .slice(0, limit)
    .map(({ id }) => id)
}

/** The address of somebody, or their id where none is known. */
const emailOf = async (people: People, id: string): Promise<string> => (await people.findEmail(id)) ?? id

const unknownOwner = ({ messages }: Catalogue): RefusalWith<'invalid_request'> => ({
  code: 'invalid_request',
  errors: [{ field: 'user_email', code: 'owner_not_found', message: messages.owner_not_found }],
})

/** How a payment and its order stand, in capitals. */
const seen = ({ kase, order }: FoundPayment) => ({
  payment_status: capitals(kase.payment.status),
  ...showOrderOf(order),
})
