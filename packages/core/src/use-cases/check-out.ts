import type { OrderId, PaymentId } from '../kernel/ids.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { CancelPayment } from './cancel-payment.ts'
import type { ChargedCard, PayWithSavedCard, PayWithSavedCardRefusal } from './pay-with-saved-card.ts'
import type { PlacedOrder, PlaceOrder, PlaceOrderOutcome, PlaceOrderRequest } from './place-order.ts'
import type { Checkout, StartCheckout, StartCheckoutRefusal } from './start-checkout.ts'

/** An order, and the page on which it can be paid, or that its card has paid it, or word that this is under way. */
export interface CheckedOut extends PlacedOrder {
  readonly checkout: Checkout | ChargedCard
}

/** Why {@link checkOut} refuses. Where an order was placed all the same, it says which: it can still be paid. */
export type CheckOutRefusal =
  | Extract<PlaceOrderOutcome, { readonly ok: false }>['error']
  | ((StartCheckoutRefusal | PayWithSavedCardRefusal) & { readonly orderId: OrderId; readonly paymentId: PaymentId })

/** What {@link checkOut} answers. */
export type CheckOutOutcome = Result<CheckedOut, CheckOutRefusal>
/** The use case {@link checkOut}, wired. */
export type CheckOut = (request: PlaceOrderRequest) => Promise<CheckOutOutcome>

interface CheckOutDependencies {
  readonly placeOrder: PlaceOrder
  readonly startCheckout: StartCheckout
  readonly payWithSavedCard: PayWithSavedCard
  readonly cancelPayment: CancelPayment
}

/**
 * From the cart to the money: places the order, and charges the saved card that it names or opens the page to pay it on.
 *
 * The order stands before the provider is asked. Whoever ends in between leaves an order that can be paid, by the same request
 * under the same key or from the order itself, until its time is over; then it is cancelled and all it holds is released. A
 * page that the provider will not open ends the order at once. A card that is declined leaves it to be paid in another way;
 * one whose bank wants to see its owner leads to the page.
 *
 * Refuses as {@link PlaceOrder} and then {@link PayWithSavedCard} or {@link StartCheckout} do.
 */
export const checkOut =
  (deps: CheckOutDependencies): CheckOut =>
  async (request) => {
    const placed = await deps.placeOrder(request)
    if (!placed.ok) return placed
    const charged = await chargeCard(deps, request, placed.value)
    return charged ?? openPage(deps, request, placed.value)
  }

/** Nothing, where no card is named or its bank wants its owner to act. */
const chargeCard = async (
  { payWithSavedCard }: CheckOutDependencies,
  { actor, paymentMethodId, idempotencyKey }: PlaceOrderRequest,
  order: PlacedOrder,
): Promise<CheckOutOutcome | undefined> => {
  if (paymentMethodId === undefined) return undefined
  const { orderId, paymentId } = order
  const keyed = idempotencyKey === undefined ? {} : { idempotencyKey: `${idempotencyKey}#card` }
  const paid = await payWithSavedCard({ actor, paymentId, paymentMethodId, ...keyed })
  if (paid.ok) return ok({ ...order, checkout: paid.value })
  const wantsItsOwner = paid.error.code === 'payment_declined' && paid.error.failure.code === 'authentication_required'
  return wantsItsOwner ? undefined : err({ ...paid.error, orderId, paymentId })
}

const openPage = async (
  { startCheckout, cancelPayment }: CheckOutDependencies,
  { actor }: PlaceOrderRequest,
  order: PlacedOrder,
): Promise<CheckOutOutcome> => {
  const { orderId, paymentId } = order
  const opened = await startCheckout({ actor, paymentId })
  if (opened.ok) return ok({ ...order, checkout: opened.value })
  if (opened.error.code === 'payment_declined')
    await cancelPayment({ actor: { type: 'system' }, paymentId, reason: 'payment_failed' })
  return err({ ...opened.error, orderId, paymentId })
}
