import { checkCouponTerms, discountOf, readCouponCode, type CouponTermsRefusal } from '../coupon/coupon.ts'
import { amountFault } from '../fulfilment/amount-fault.ts'
import { invalidPayload } from '../fulfilment/invalid-payload.ts'
import { type ArticleId, type CouponCode, type OrderId, type PaymentId } from '../kernel/ids.ts'
import { after, type Instant } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'
import { decimalString, type Currency, type Money } from '../kernel/money.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { lineTotal, placedOrder, wantedBy, type Order, type OrderDiscount, type OrderLine } from '../order/order.ts'
import type { LineItem, Payment } from '../payment/payment.ts'
import type { BuiltInPayloadReason } from '../ports/payload-fault.ts'
import type { Article } from '../ports/shop-catalogue.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import { moveCase } from '../settlement/case-change.ts'
import { taskId, type Task } from '../task/task.ts'
import { actorName, type Actor } from './actor.ts'
import type { Dependencies, Settings } from './dependencies.ts'
import type { ProviderUnavailable } from './list-payment-methods.ts'
import { takeHolds, type HoldRefused } from './move-holds.ts'
import { ownCard, type CardDependencies, type CardRefusal } from './own-card.ts'
import { claimKey, settleKey, type KeyReused } from './request-key.ts'
import { storeChange } from './store-change.ts'

/** What somebody wants to buy. Prices are not in it: they are the server's. */
export interface Cart {
  readonly lines: readonly { readonly articleId: string; readonly quantity: number }[]
  readonly currency: Currency
  /** In any case, and with spaces around it: `summer-10` is `SUMMER-10`. */
  readonly coupon?: string
  /** What the host wants to remember and show, such as where it goes. */
  readonly details?: Readonly<Record<string, Json>>
}

/** What is asked of {@link placeOrder}. */
export interface PlaceOrderRequest {
  readonly actor: Extract<Actor, { readonly type: 'owner' }>
  readonly cart: Cart
  /** The card from their own list that they will pay with. Whether it can be charged is checked before anything is held. */
  readonly paymentMethodId?: string
  readonly idempotencyKey?: string
}

/** An order that may now be paid. */
export interface PlacedOrder {
  readonly orderId: OrderId
  readonly paymentId: PaymentId
  readonly total: Money
  readonly expiresAt: Instant
}

/** A part of the cart that will not do. `field` is a path into it: `lines.0.quantity`, `lines` for what they come to, `coupon`. */
export type CartRefusal =
  | {
      readonly code: 'invalid_payload'
      readonly field: string
      readonly message: string
      readonly reason: BuiltInPayloadReason
    }
  | (HoldRefused & { readonly field: string })
  | (Exclude<CardRefusal, ProviderUnavailable> & { readonly field: 'payment_method_id' })

/** What {@link placeOrder} answers. */
export type PlaceOrderOutcome = Result<PlacedOrder, CartRefusal | KeyReused | ProviderUnavailable>
/** The use case {@link placeOrder}, wired. */
export type PlaceOrder = (request: PlaceOrderRequest) => Promise<PlaceOrderOutcome>

/**
 * Places an order: its goods and its coupon are held, the order and the payment that is due for it are stored, all in one
 * transaction. Whatever happens next, the holds end once: consumed when it is paid, or released when it is cancelled or its
 * time is over, for which a task is stored with it.
 *
 * Refuses, first match wins: `idempotency_key_reused`, `invalid_payload`, `coupon_unknown`, `provider_unavailable`,
 * `payment_method_not_found` and `payment_method_expired` (where a card is named), `coupon_not_started`, `coupon_ended`,
 * `coupon_not_for_currency`, `coupon_minimum_not_reached`, `invalid_payload` (the sum, by its `lines`, or by the `coupon` where
 * that takes too much off: `amount_too_small`, `amount_too_large`, `amount_not_a_multiple`), `coupon_used_up`,
 * `coupon_used_by_you`, `out_of_stock`.
 */
export const placeOrder =
  (
    deps: Pick<
      Dependencies,
      'unitOfWork' | 'clock' | 'ids' | 'fulfilmentKinds' | 'shopCatalogue' | 'settings' | 'returnUrls'
    > &
      CardDependencies,
  ): PlaceOrder =>
  async (request) => {
    const { unitOfWork, clock } = deps
    const { cart, paymentMethodId } = request
    const priced = await price(deps, request)
    const payable = priced.ok ? await checkCard(deps, request) : priced
    return unitOfWork.run(async (tx): Promise<PlaceOrderOutcome> => {
      const now = clock.now()
      const asked = { useCase: 'place_order', cart, ...(paymentMethodId === undefined ? {} : { paymentMethodId }) }
      const claim = await claimKey<PlaceOrderOutcome>(tx, request, asked, now)
      if (claim.type === 'reused') return err({ code: 'idempotency_key_reused' })
      if (claim.type === 'settled') return claim.outcome
      if (!priced.ok) return settleKey(tx, request, priced)
      if (!payable.ok) return payable.error.code === 'provider_unavailable' ? payable : settleKey(tx, request, payable)
      return settleKey(tx, request, await place(tx, deps, request, priced.value, now))
    })
  }

const checkCard = async (
  deps: CardDependencies,
  { actor, paymentMethodId }: PlaceOrderRequest,
): Promise<Result<unknown, Extract<PlaceOrderOutcome, { readonly ok: false }>['error']>> => {
  if (paymentMethodId === undefined) return ok(undefined)
  const card = await ownCard(deps, actor, paymentMethodId)
  if (card.ok) return card
  const { error } = card
  return err(error.code === 'provider_unavailable' ? error : { ...error, field: 'payment_method_id' })
}

/** A cart with its prices. */
interface Priced {
  readonly lines: readonly OrderLine[]
  readonly subtotal: Money
  readonly coupon?: CouponCode
}

const price = async (
  { shopCatalogue, settings, clock }: Pick<Dependencies, 'shopCatalogue' | 'settings' | 'clock'>,
  { actor, cart }: PlaceOrderRequest,
): Promise<Result<Priced, CartRefusal>> => {
  const { currency } = cart
  if (settings.orderLimits[currency] === undefined)
    return invalidPayload('currency', { code: 'currency_not_taken', taken: Object.keys(settings.orderLimits) })
  if (cart.lines.length === 0) return invalidPayload('lines', { code: 'cart_empty' })
  if (cart.lines.length > mostLines) return invalidPayload('lines', { code: 'cart_too_long', most: mostLines })
  for (const [at, { quantity }] of cart.lines.entries())
    if (!Number.isSafeInteger(quantity) || quantity < 1 || quantity > mostOfOne)
      return invalidPayload(`lines.${at}.quantity`, { code: 'not_a_quantity', most: mostOfOne })
  const ids = [...new Set(cart.lines.map(({ articleId }) => articleId as ArticleId))]
  const articles = (await shopCatalogue?.find(ids, { owner: actor.id, now: clock.now() })) ?? []
  const lines: OrderLine[] = []
  for (const [at, { articleId, quantity }] of cart.lines.entries()) {
    const article = articles.find((each) => each.articleId === articleId)
    if (article === undefined) return invalidPayload(`lines.${at}.article_id`, { code: 'article_unknown' })
    const unitPrice = article.prices.find((each) => each.currency === currency)
    if (unitPrice === undefined)
      return invalidPayload(`lines.${at}.article_id`, {
        code: 'article_not_in_currency',
        sold: article.prices.map((each) => each.currency),
      })
    lines.push(lineOf(article, quantity, unitPrice))
  }
  const coupon = cart.coupon === undefined ? undefined : readCouponCode(cart.coupon)
  if (cart.coupon !== undefined && coupon === undefined) return err({ code: 'coupon_unknown', field: 'coupon' })
  const minorUnits = lines.reduce((sum, line) => sum + lineTotal(line).minorUnits, 0n)
  return ok({ lines, subtotal: { minorUnits, currency }, ...(coupon === undefined ? {} : { coupon }) })
}

const lineOf = ({ articleId, name, unlimited }: Article, quantity: number, unitPrice: Money): OrderLine => ({
  articleId,
  name,
  quantity,
  unitPrice,
  ...(unlimited === undefined ? {} : { unlimited }),
})

// As many lines as Stripe lists on one page, and as many of one thing as it takes on one line (Checkout Session).
const mostLines = 100
const mostOfOne = 999_999

const place = async (
  tx: Transaction,
  deps: Pick<Dependencies, 'ids' | 'fulfilmentKinds' | 'settings' | 'returnUrls'>,
  { actor, cart }: PlaceOrderRequest,
  { lines, subtotal, coupon }: Priced,
  now: Instant,
): Promise<Result<PlacedOrder, CartRefusal>> => {
  const { ids, settings } = deps
  const found = await discountBy(tx, coupon, { subtotal, at: now })
  if (!found.ok) return err({ ...found.error, field: 'coupon' })
  const discount = found.value
  const total = { ...subtotal, minorUnits: subtotal.minorUnits - (discount?.amount.minorUnits ?? 0n) }
  const refused = checkTotal(settings, { subtotal, total })
  if (refused !== undefined) return refused

  const id = ids.next('order')
  const paymentId = ids.next('payment')
  const order = placedOrder({
    id,
    owner: actor.id,
    lines,
    ...(discount === undefined ? {} : { discount }),
    total,
    paymentId,
    expiresAt: after(now, settings.orderTtlMs),
    details: cart.details ?? {},
    createdAt: now,
  })
  const held = await takeHolds(tx, wantedBy(order), { owner: actor.id, subtotal, at: now })
  if (!held.ok) return err({ ...held.error, field: fieldOf(held.error, order) })

  const payment: Payment = {
    id: paymentId,
    purpose: 'order',
    owner: actor.id,
    subject: { type: 'order', id },
    amount: total,
    item: itemOf(order),
    metadata: { order_id: id },
    saveCard: false,
    createdAt: now,
    status: 'pending',
  }
  await tx.orders.save(order, 0)
  const change = moveCase({ payment, attempts: [], refunds: [] })
  change.fact('order', id, { type: 'placed' })
  await storeChange(tx, deps, 0, change.done(), {
    now,
    origin: {
      type: 'command',
      about: { type: 'order', id },
      name: 'place_order',
      actor: actorName(actor),
      data: {},
    },
  })
  const expire: Task = { type: 'expire_order', orderId: id }
  await tx.tasks.append([{ id: taskId(expire), body: expire, dueAt: order.expiresAt }], now)
  return ok({ orderId: id, paymentId, total, expiresAt: order.expiresAt })
}

/** What a coupon takes off, by its terms: whether it can still be had is seen when it is held. */
const discountBy = async (
  tx: Transaction,
  code: CouponCode | undefined,
  cart: { readonly subtotal: Money; readonly at: Instant },
): Promise<Result<OrderDiscount | undefined, CouponTermsRefusal | { readonly code: 'coupon_unknown' }>> => {
  if (code === undefined) return ok(undefined)
  const found = await tx.coupons.find(code)
  if (found === undefined) return err({ code: 'coupon_unknown' })
  const untaken = checkCouponTerms(found.value, cart)
  return untaken === undefined
    ? ok({ code, amount: discountOf(found.value.discount, cart.subtotal) })
    : err(untaken.refusal)
}

/** It is the lines that come to a wrong sum, unless it is the coupon that has taken too much off it. */
const checkTotal = (
  { orderLimits }: Settings,
  { subtotal, total }: { readonly subtotal: Money; readonly total: Money },
) => {
  const fault = amountFault(total, orderLimits)
  if (fault === undefined) return undefined
  return invalidPayload(amountFault(subtotal, orderLimits)?.code === fault.code ? 'lines' : 'coupon', fault)
}

const fieldOf = (refused: HoldRefused, { lines }: Order): string =>
  refused.code === 'out_of_stock'
    ? `lines.${lines.findIndex(({ articleId }) => articleId === refused.articleId)}.quantity`
    : 'coupon'

/** What the payer reads: `3 × Mug` for a cart of one line, `Mug, Teapot` and how many more for others. */
const itemOf = ({ id, lines, discount }: Order): LineItem => {
  const [first, second, ...more] = lines.map(({ quantity, name }) => (quantity === 1 ? name : `${quantity} × ${name}`))
  const name = [first, second].filter((each) => each !== undefined).join(', ')
  return {
    name: more.length === 0 ? name : `${name} + ${more.length}`,
    description: discount === undefined ? id : `${id} — ${discount.code}: −${decimalString(discount.amount)}`,
  }
}
