import type { PaymentId } from '../kernel/ids.ts'
import type { OrderId } from '../kernel/ids.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { CancelPayment } from './cancel-payment.ts'
import type { PlacedOrder, PlaceOrder, PlaceOrderOutcome, PlaceOrderRequest } from './place-order.ts'
import type { Checkout, StartCheckout, StartCheckoutRefusal } from './start-checkout.ts'

/** An order, and the page on which it can be paid, or word that it is being opened. */
export interface CheckedOut extends PlacedOrder {
  readonly checkout: Checkout
}

/** Why {@link checkOut} refuses. Where an order was placed all the same, it says which: it can still be paid. */
export type CheckOutRefusal =
  | Extract<PlaceOrderOutcome, { readonly ok: false }>['error']
  | (StartCheckoutRefusal & { readonly orderId: OrderId; readonly paymentId: PaymentId })

/** What {@link checkOut} answers. */
export type CheckOutOutcome = Result<CheckedOut, CheckOutRefusal>
/** The use case {@link checkOut}, wired. */
export type CheckOut = (request: PlaceOrderRequest) => Promise<CheckOutOutcome>

/**
 * From the cart to the hosted page: places the order and opens the page to pay it on.
 *
 * The order stands before the provider is asked. Whoever ends in between leaves an order that can be paid, by the same request
 * under the same key or from the order itself, until its time is over; then it is cancelled and all it holds is released. A
 * page that the provider will not open ends the order at once.
 *
 * Refuses as {@link PlaceOrder} and {@link StartCheckout} do, in this order.
 */
export const checkOut =
  (deps: {
    readonly placeOrder: PlaceOrder
    readonly startCheckout: StartCheckout
    readonly cancelPayment: CancelPayment
  }): CheckOut =>
  async (request) => {
    const placed = await deps.placeOrder(request)
    if (!placed.ok) return placed
    const { orderId, paymentId } = placed.value
    const opened = await deps.startCheckout({ actor: request.actor, paymentId })
    if (opened.ok) return ok({ ...placed.value, checkout: opened.value })
    if (opened.error.code === 'payment_declined')
      await deps.cancelPayment({ actor: { type: 'system' }, paymentId, reason: 'payment_failed' })
    return err({ ...opened.error, orderId, paymentId })
  }
