import { bug } from '../kernel/bug.ts'
import type { OrderId, PaymentId } from '../kernel/ids.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { Order, OrderRefusal } from '../order/order.ts'
import { mayTouch, type Actor } from './actor.ts'
import type { CancelPayment } from './cancel-payment.ts'
import { changeOrder } from './change-order.ts'
import type { Dependencies } from './dependencies.ts'
import { giveBackRest } from './give-back-rest.ts'
import { takeBack } from './move-holds.ts'
import { claimKey, settleKey, type KeyReused } from './request-key.ts'
import { tellCancelled } from './tell-owner.ts'

/** What is asked of {@link cancelOrder}. */
export interface CancelOrderRequest {
  readonly actor: Actor
  readonly orderId: OrderId
  /** For one that is paid: whether what was paid goes back, by the host's terms. One that is not paid needs nothing of it. */
  readonly refund: 'all' | 'nothing'
  readonly idempotencyKey?: string
}

/** What {@link cancelOrder} answers. */
export type CancelOrderOutcome = Result<
  { readonly order: Order; readonly providerCancellation: 'done' | 'pending' },
  | KeyReused
  | { readonly code: 'order_not_found' }
  | Extract<OrderRefusal, { readonly code: 'order_already_shipped' }>
  | { readonly code: 'payment_already_completed' }
>
/** The use case {@link cancelOrder}, wired. */
export type CancelOrder = (request: CancelOrderRequest) => Promise<CancelOrderOutcome>

/**
 * Cancels an order that was not sent. One that nobody has paid is cancelled as {@link CancelPayment} does it, the provider asked
 * first: should it turn out to be paid, nothing is cancelled. One that is paid is recalled: its goods go back on the shelf, its
 * coupon stays used, its money goes back where it is told to, and its owner is told, where somebody else cancels it.
 *
 * Refuses, first match wins: `order_not_found`, `idempotency_key_reused`, `payment_already_completed` (it was paid just now),
 * `order_already_shipped`.
 */
export const cancelOrder =
  (deps: Dependencies & { readonly cancelPayment: CancelPayment }): CancelOrder =>
  async (request) => {
    const { actor, orderId, refund } = request
    const known = await deps.unitOfWork.read((tx) => tx.orders.find(orderId))
    if (known === undefined || !mayTouch(actor, known.value.owner)) return err({ code: 'order_not_found' })
    if (!wasPaid(known.value)) return cancelUnpaid(deps, request, known.value.paymentId)
    const recalled = await changeOrder<'order_already_shipped'>(deps, request, {
      name: useCase,
      data: { refund },
      command: (at) => ({ type: 'recall', at }),
      async follow(tx, order, move) {
        await takeBack(tx, order)
        const reason = 'order_cancelled'
        const refunds = refund === 'all' ? giveBackRest(move, deps, { reason, at: deps.clock.now() }) : []
        tellCancelled(move, { type: 'order', id: orderId }, { by: actor, refunds })
      },
    })
    return recalled.ok ? ok({ ...recalled.value, providerCancellation: 'done' }) : recalled
  }

const useCase = 'cancel_order'

const wasPaid = (order: Order): boolean =>
  order.status === 'cancelled' ? order.reason === 'recalled' : order.status !== 'pending'

/** As its payment is cancelled. Where it is paid by now, nothing is cancelled, and whoever asked is told so. */
const cancelUnpaid = async (
  { unitOfWork, clock, cancelPayment }: Dependencies & { readonly cancelPayment: CancelPayment },
  request: CancelOrderRequest,
  paymentId: PaymentId,
): Promise<CancelOrderOutcome> => {
  const { actor, orderId, refund } = request
  const asked = { useCase, orderId, refund }
  const claim = await unitOfWork.run((tx) => claimKey<CancelOrderOutcome>(tx, request, asked, clock.now()))
  if (claim.type === 'reused') return err({ code: 'idempotency_key_reused' })
  if (claim.type === 'settled') return claim.outcome
  const cancelled = await cancelPayment({ actor, paymentId })
  return unitOfWork.run(async (tx) => {
    const { value: order } = (await tx.orders.find(orderId)) ?? bug(`Order '${orderId}' is gone.`)
    const outcome: CancelOrderOutcome =
      cancelled.ok || order.status === 'cancelled'
        ? ok({ order, providerCancellation: cancelled.ok ? cancelled.value.providerCancellation : 'done' })
        : err({ code: 'payment_already_completed' })
    return settleKey(tx, request, outcome)
  })
}
