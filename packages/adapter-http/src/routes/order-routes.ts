import { err, mayTouch, ok, type Actor, type Order, type OrderId, type Result } from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import type { RefusalWith } from '../problem/refusal.ts'
import type { Services } from '../serving/services.ts'
import {
  cancelledOrderAnswer,
  deliveredOrderAnswer,
  orderAnswer,
  ordersAnswer,
  orderStatusFilter,
  shipmentBody,
  shippedOrderAnswer,
  showOrder,
} from '../wire/order.ts'
import { pageOf, paging } from '../wire/parts.ts'
import { refused, reply, route } from './route.ts'

const tag = 'Orders'

const listOrders = route({
  name: 'list_orders',
  method: 'get',
  path: '/orders',
  tag,
  summary: "The caller's orders, newest first; everybody's for staff.",
  who: 'owner_or_staff',
  query: z.strictObject({ ...paging, status: orderStatusFilter.optional() }),
  answers: { 200: ordersAnswer },
  refusals: [],
  handle: async ({ actor, query: { limit, after, status }, words }, { unitOfWork }) => {
    const found = await unitOfWork.read((tx) =>
      tx.orders.list({
        limit: limit + 1,
        ...(actor.type === 'owner' ? { owner: actor.id } : {}),
        ...(status === undefined ? {} : { status }),
        ...(after === undefined ? {} : { after: after as OrderId }),
      }),
    )
    const { rows, next_cursor } = pageOf(found, limit, ({ id }) => id)
    return reply(200, { orders: rows.map((row) => showOrder(row, words)), next_cursor })
  },
})

const readOrder = route({
  name: 'read_order',
  method: 'get',
  path: '/orders/{id}',
  tag,
  summary: 'An order.',
  who: 'owner_or_staff',
  id: 'order',
  answers: { 200: orderAnswer },
  refusals: ['order_not_found'],
  handle: async ({ actor, id, words }, services) => {
    const found = await findOrder(services, actor, id)
    return found.ok ? reply(200, showOrder(found.value, words)) : refused(found.error)
  },
})

const cancelOrder = route({
  name: 'cancel_order',
  method: 'post',
  path: '/orders/{id}/cancel',
  tag,
  summary: "Cancels an order that was not sent. Its goods are free again; what was paid goes back by the host's terms.",
  who: 'owner_or_staff',
  id: 'order',
  keyed: true,
  answers: { 200: cancelledOrderAnswer },
  refusals: ['order_not_found', 'idempotency_key_reused', 'order_already_shipped', 'payment_already_completed'],
  handle: async ({ actor, id: orderId, keyed, words }, services) => {
    const { holdfast, clock, orderCancellationTerms } = services
    const found = await findOrder(services, actor, orderId)
    if (!found.ok) return refused(found.error)
    const { value: known } = found
    // Asked again after it was cancelled, the terms are those of then: the same key has to mean the same request.
    const at = known.status === 'cancelled' ? known.cancelledAt : clock.now()
    const refund = await orderCancellationTerms(known, actor, at)
    const outcome = await holdfast.cancelOrder({ actor, orderId, refund, ...keyed })
    if (!outcome.ok) return refused(outcome.error)
    const { order, providerCancellation } = outcome.value
    const isPending = providerCancellation === 'pending'
    return reply(200, {
      status: 'cancelled' as const,
      message: words.messages[isPending ? 'order_cancelled_provider_pending' : 'order_cancelled'],
      order: showOrder(order, words),
      ...(isPending ? { provider_cancellation: 'pending' as const } : {}),
    })
  },
})

const shipOrder = route({
  name: 'ship_order',
  method: 'post',
  path: '/orders/{id}/ship',
  tag,
  summary: 'Notes that an order was sent. One that was sent before keeps its first tracking.',
  who: 'staff',
  id: 'order',
  body: shipmentBody,
  keyed: true,
  answers: { 200: shippedOrderAnswer },
  refusals: ['order_not_found', 'idempotency_key_reused', 'order_not_paid', 'order_cancelled'],
  handle: async ({ actor, id: orderId, body: { tracking }, keyed, words }, { holdfast }) => {
    const outcome = await holdfast.shipOrder({
      actor,
      orderId,
      ...(tracking === undefined ? {} : { tracking }),
      ...keyed,
    })
    if (!outcome.ok) return refused(outcome.error)
    return reply(200, {
      status: 'shipped' as const,
      message: words.messages.order_shipped,
      order: showOrder(outcome.value.order, words),
    })
  },
})

const deliverOrder = route({
  name: 'deliver_order',
  method: 'post',
  path: '/orders/{id}/deliver',
  tag,
  summary: 'Notes that an order has arrived.',
  who: 'staff',
  id: 'order',
  keyed: true,
  answers: { 200: deliveredOrderAnswer },
  refusals: ['order_not_found', 'idempotency_key_reused', 'order_not_paid', 'order_cancelled', 'order_not_shipped'],
  handle: async ({ actor, id: orderId, keyed, words }, { holdfast }) => {
    const outcome = await holdfast.deliverOrder({ actor, orderId, ...keyed })
    if (!outcome.ok) return refused(outcome.error)
    return reply(200, {
      status: 'delivered' as const,
      message: words.messages.order_delivered,
      order: showOrder(outcome.value.order, words),
    })
  },
})

/** Goods that were ordered, from the cart to the door. */
export const orderRoutes = [listOrders, readOrder, cancelOrder, shipOrder, deliverOrder] as const

const findOrder = async (
  { unitOfWork }: Services,
  actor: Actor,
  id: OrderId,
): Promise<Result<Order, RefusalWith<'order_not_found'>>> => {
  const found = (await unitOfWork.read((tx) => tx.orders.find(id)))?.value
  return found === undefined || !mayTouch(actor, found.owner) ? err({ code: 'order_not_found' }) : ok(found)
}
