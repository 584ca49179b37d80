import { type CheckOutRefusal, type Currency, type Json, type OrderId } from '@holdfast/core'
import type { Hono } from 'hono'
import { latinDigits } from '../../language/latin-digits.ts'
import { articleIdOf, findArticle, isSent } from '../../shop/articles.ts'
import {
  decodeCart,
  emptyCart,
  encodeCart,
  mostOfOne,
  parseShopCurrency,
  quantityIn,
  withCoupon,
  withQuantity,
  type ShopCart,
} from '../../shop/cart.ts'
import { priceCart } from '../../shop/price-cart.ts'
import { findOrder } from '../../shop/read-orders.ts'
import type { Person } from '../../people/people.ts'
import { answerLater } from '../answer-later.ts'
import type { Ask, Desk, Env } from '../desk.ts'
import { keyOf } from '../forms.ts'
import { notFoundPage, problemPage } from '../problem-page.ts'
import { requireSignIn } from '../require-sign-in.ts'
import { cartPage } from './cart-page.ts'
import { chosenCard, readCardOffers } from './saved-cards.ts'

/** The cart: everybody has one, and whoever is signed in can order what is in it. */
export const cartRoutes = (app: Hono<Env>, desk: Desk): void => {
  const { show, unitOfWork, clock, carts } = desk
  app.use('/cart/order', requireSignIn)

  app.get('/cart', async (c) => {
    const visitor = c.get('visitor')
    const cart = await carts.read(c.req.raw)
    const owner = visitor.signedIn?.actor.type === 'owner' ? visitor.signedIn.person.id : undefined
    const priced = await priceCart(unitOfWork, cart, { owner, now: clock.now() })
    const bad = findArticle(c.req.query('quantity') ?? '')
    return show(
      c,
      cartPage(visitor, {
        cart,
        priced,
        badQuantity: bad === undefined ? undefined : articleIdOf(bad),
        refused: c.req.query('refused'),
        cards: priced.canBeOrdered ? await readCardOffers(desk, visitor.signedIn) : [],
      }),
    )
  })

  /** Keeps what has become of the cart, and goes on to a page. */
  const keep = async (c: Ask, cart: ShopCart, next: string): Promise<Response> => {
    c.header('set-cookie', await carts.write(cart), { append: true })
    return c.redirect(next, 303)
  }

  app.post('/cart/add', async (c) => {
    const { article: slug = '', quantity = '1', back } = c.get('fields')
    const article = findArticle(slug)
    const more = readQuantity(quantity)
    if (article === undefined || more === undefined) return show(c, notFoundPage(c.get('visitor')), 404)
    const cart = await carts.read(c.req.raw)
    const articleId = articleIdOf(article)
    return keep(
      c,
      withQuantity(cart, articleId, quantityIn(cart, articleId) + more),
      `${shopPath(back)}?added=${article.slug}`,
    )
  })

  app.post('/cart/change', async (c) => {
    const { article = '', quantity = '' } = c.get('fields')
    const cart = await carts.read(c.req.raw)
    const line = cart.lines.find(({ articleId }) => articleId === article)
    if (line === undefined) return c.redirect('/cart', 303)
    const wanted = readQuantity(quantity)
    return wanted === undefined
      ? c.redirect(`/cart?quantity=${line.articleId}#${line.articleId}`, 303)
      : keep(c, withQuantity(cart, line.articleId, wanted), '/cart')
  })

  app.post('/cart/remove', async (c) => {
    const { article } = c.get('fields')
    const cart = await carts.read(c.req.raw)
    const lines = cart.lines.filter(({ articleId }) => articleId !== article)
    return keep(c, { ...cart, lines }, '/cart')
  })

  app.post('/cart/coupon', async (c) => {
    const { coupon = '', remove } = c.get('fields')
    return keep(c, withCoupon(await carts.read(c.req.raw), remove === undefined ? coupon : ''), '/cart#coupon')
  })

  app.post('/cart/currency', async (c) => {
    const { currency, back } = c.get('fields')
    const cart = await carts.read(c.req.raw)
    return keep(c, { ...cart, currency: parseShopCurrency(currency) ?? cart.currency }, shopPath(back))
  })

  app.post('/cart/order', async (c) => {
    const visitor = c.get('visitor')
    const { actor, person } = desk.signedIn(c)
    if (actor.type !== 'owner') return show(c, notFoundPage(visitor), 404)
    if (await desk.isTooMuch(c)) return show(c, problemPage(visitor, visitor.t.problems.tooMany), 429)
    const fields = c.get('fields')
    const cart = decodeCart(fields['cart'] ?? '')
    if (cart === undefined) return c.redirect('/cart?refused=1', 303)
    const paymentMethodId = chosenCard(fields)
    const card = paymentMethodId === undefined ? {} : { paymentMethodId }
    const outcome = await desk.holdfast.checkOut({ actor, cart: orderedOf(cart, person), ...card, ...keyOf(fields) })
    if (!outcome.ok) return answerRefusal(c, desk, cart, outcome.error)
    await forget(c, desk, cart)
    const { checkout, paymentId } = outcome.value
    return c.redirect(checkout.type === 'open' ? checkout.checkoutUrl : `/payment/opening?payment_id=${paymentId}`, 303)
  })
}

/** A whole number as somebody types it, 0 and {@link mostOfOne} included; `undefined` for anything else. */
const readQuantity = (text: string): number | undefined => {
  const digits = latinDigits(text.trim())
  return /^\d{1,6}$/.test(digits) && Number(digits) <= mostOfOne ? Number(digits) : undefined
}

/** Where a form of the shop's leads back to: a page of the shop, and nowhere else. */
const shopPath = (back: string | undefined): string =>
  back !== undefined && /^\/(cart|shop(\/[a-z0-9-]+)?)$/.test(back) ? back : '/cart'

/** A cart as Holdfast takes it. What is sent goes to where this person lives. */
const orderedOf = (
  { lines, currency, coupon }: ShopCart,
  { name, address }: Person,
): {
  readonly lines: ShopCart['lines']
  readonly currency: Currency
  readonly coupon?: string
  readonly details: Readonly<Record<string, Json>>
} => {
  const goesByPost = lines.some(({ articleId }) => {
    const article = findArticle(articleId)
    return article !== undefined && isSent(article)
  })
  return {
    lines,
    currency,
    ...(coupon === '' ? {} : { coupon }),
    details: goesByPost && address !== undefined ? { ship_to: `${name}, ${address}` } : {},
  }
}

/** Empties the cart, where it still is what was ordered: what was put into it meanwhile stays. */
const forget = async (c: Ask, { carts }: Desk, ordered: ShopCart): Promise<void> => {
  if (encodeCart(await carts.read(c.req.raw)) !== encodeCart(ordered)) return
  const emptied = { ...emptyCart, currency: ordered.currency }
  c.set('cart', emptied)
  c.header('set-cookie', await carts.write(emptied), { append: true })
}

/** Says why a cart was not ordered, on its own page; or, where the order stands, how that stands. */
const answerRefusal = async (c: Ask, desk: Desk, cart: ShopCart, refusal: CheckOutRefusal): Promise<Response> => {
  if (!('orderId' in refusal)) return c.redirect(`/cart?refused=${refusal.code}`, 303)
  const { orderId, paymentId } = refusal
  // An order that ended at once has left the cart as it was; any other is gone on with from its own page.
  const hasEnded = refusal.code === 'payment_declined' && (await isCancelled(c, desk, orderId))
  if (!hasEnded) await forget(c, desk, cart)
  if (refusal.code !== 'provider_unavailable') return c.redirect(`/orders/${orderId}?problem=${refusal.code}`, 303)
  return answerLater(c, desk, { paymentId, retryAfterMs: refusal.retryAfterMs })
}

const isCancelled = async (c: Ask, { unitOfWork, signedIn }: Desk, orderId: OrderId): Promise<boolean> =>
  (await findOrder(unitOfWork, signedIn(c).actor, orderId))?.order.status === 'cancelled'
