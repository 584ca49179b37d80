import { describe, expect, it } from 'vitest'
import { goods, newestOrder, onShelf, order, put, readBooks, toCheckout } from './buyer.ts'
import { eventually } from './eventually.ts'
import { bookAndPay } from './guest.ts'
import { payAction } from './patient.ts'
import { keepCard, offeredCards } from './saved-cards.ts'
import { onADayInTheShop, type ShopDay } from './shop-day.ts'
import { sessionIn } from './stripe-payer.ts'
import { createVisitor, type SeenPage, type Visitor } from './visitor.ts'

let server: ShopDay['server']
let stripe: ShopDay['stripe']
let ana: ShopDay['ana']
let ben: ShopDay['ben']
onADayInTheShop((day) => void ({ server, stripe, ana, ben } = day))
const day = 24 * 3_600_000

/** Books a stay with a deposit, whose card is kept. */
const withSavedCard = async (guest: Visitor): Promise<string> => {
  await bookAndPay(guest, stripe)
  await put(guest, goods.mug.slug)
  const card = offeredCards(await guest.get('/cart'))['4242']
  if (card === undefined) throw new Error('No card is offered.')
  return card
}

/** Orders what is in the cart, and has a card charged for it. */
const orderWith = async (buyer: Visitor, card: string): Promise<SeenPage> =>
  buyer.submit(await buyer.get('/cart'), '/cart/order', { card })

/** Pays an order from its own page with a card. */
const payWith = async (buyer: Visitor, orderPath: string, card: string): Promise<SeenPage> => {
  const page = await buyer.get(orderPath)
  return buyer.submit(page, payAction(page), { card })
}

const paid = 'Your order is paid We have received MX$280.00.'
const moneyOf = async (minor: number) =>
  Object.values((await stripe.ledger()).derived.money_by_payment_id).filter(({ captured }) => captured === minor)

describe('who has let a card be kept with a deposit', () => {
  it('is offered it in the cart, and has what they order paid at once', async () => {
    const card = await withSavedCard(ana)
    expect((await ana.get('/cart')).text).toMatch(
      /Pay with A new card, on Stripe’s page Visa •••• 4242 good until \d\d\/\d{4} A saved card is charged as soon as you go on\. Order and pay MX\$280\.00/,
    )
    const told = await orderWith(ana, card)
    expect([told.path.split('?')[0], told.text]).toEqual(['/payment/success', expect.stringContaining(paid)])
    expect((await ana.get(await newestOrder(ana))).text).toContain('It is paid, and we are wrapping it.')
    expect((await ana.get('/cart')).text).toContain('There is nothing in your cart.')
    expect(await moneyOf(goods.mug.minor)).toMatchObject([{ charges: 1, refunded: 0 }])
    expect(onShelf(server, goods.mug.slug)).toEqual([11, 0])
    await eventually('the message', async () => (await ana.get('/messages')).text.includes('Your order is confirmed'))
  })

  it('goes on to the page of Stripe with a new card all the same', async () => {
    await withSavedCard(ana)
    expect(sessionIn((await order(ana)).path)).not.toBe('')
  })

  it('is offered it on the page of an order that waits, whose payment page is closed then', async () => {
    const card = await withSavedCard(ana)
    const { orderPath, sessionId } = await toCheckout(ana)
    expect((await ana.get(orderPath)).text).toContain('Pay with A new card, on Stripe’s page Visa •••• 4242')
    expect((await payWith(ana, orderPath, card)).text).toContain(paid)
    expect(await stripe.pay(sessionId, goods.mug.minor)).not.toBe(200)
    const done = await ana.get(orderPath)
    expect(done.text).toContain('It is paid, and we are wrapping it.')
    expect(offeredCards(done)).toEqual({})
    expect((await ana.get(`${orderPath}/receipt`)).text).toContain('with the saved card')
  })

  it('pays once with one form, however often it is sent', async () => {
    const card = await withSavedCard(ana)
    const { orderPath } = await toCheckout(ana)
    const page = await ana.get(orderPath)
    const send = () => ana.submit(page, payAction(page), { card })
    for (const told of [...(await Promise.all([send(), send()])), await send()]) expect(told.text).toContain(paid)
    expect(await moneyOf(goods.mug.minor)).toMatchObject([{ charges: 1 }])
  })

  it.each([
    ['es', 'Pagar con Una tarjeta nueva, en la página de Stripe Visa •••• 4242 vence', 'Tu tarjeta fue rechazada.'],
    ['fa', 'پرداخت با کارت تازه، در صفحهٔ Stripe Visa •••• 4242 اعتبار تا', 'کارت شما رد شد.'],
  ])('reads all of it in %s too', async (language, offer, declined) => {
    await withSavedCard(ana)
    const reader = createVisitor(server.url, { language })
    await reader.signIn('ana@example.com')
    await put(reader, goods.mug.slug)
    expect((await reader.get('/cart')).text).toContain(offer)
    const declining = await keepCard(server, 'ana', 'pm_card_chargeCustomerFail')
    expect((await orderWith(reader, declining)).text).toContain(declined)
  })
})

describe('a saved card that is declined', () => {
  it('says why, and leaves the order to be paid in another way', async () => {
    const card = await withSavedCard(ana)
    const declining = await keepCard(server, 'ana', 'pm_card_chargeCustomerFail')
    const told = await orderWith(ana, declining)
    expect(told.path).toMatch(/^\/orders\/ord_/)
    expect(told.text).toContain(
      'Your card was declined. Nothing has been charged, and everything is kept for you until',
    )
    expect((await ana.get('/cart')).text).toContain('There is nothing in your cart.')
    expect(onShelf(server, goods.mug.slug)).toEqual([12, 1])
    const orderPath = await newestOrder(ana)
    expect((await payWith(ana, orderPath, declining)).text).toContain('Your card was declined.')
    expect((await payWith(ana, orderPath, card)).text).toContain(paid)
  })

  it('because its bank wants to see its owner leads to the payment page, from the cart and from the order', async () => {
    await withSavedCard(ana)
    const wary = await keepCard(server, 'ana', 'pm_card_authenticationRequired')
    const told = await orderWith(ana, wary)
    expect(sessionIn(told.path)).not.toBe('')
    const again = await payWith(ana, await newestOrder(ana), wary)
    expect(sessionIn(again.path)).not.toBe('')
  })
})

describe('a saved card that cannot be chosen', () => {
  it('is shown where it has expired, and is not taken from who chooses it all the same', async () => {
    const card = await withSavedCard(ana)
    const now = new Date((await stripe.ledger()).now_ms)
    const soon = { number: '5555555555554444', month: now.getUTCMonth() + 1, year: now.getUTCFullYear() }
    const expiring = await keepCard(server, 'ana', soon)
    await stripe.advance(33 * day)
    const cart = await eventually('it to expire', async () => {
      const page = await ana.get('/cart')
      return page.text.includes('Mastercard •••• 4444 expired') && page
    })
    expect(cart.html).toMatch(new RegExp(`value="${expiring}" disabled`))
    const told = await orderWith(ana, expiring)
    expect(told.path).toBe('/cart?refused=payment_method_expired')
    expect(told.text).toContain('That card has expired.')
    expect(readBooks(server).orders).toEqual([])
    const { orderPath } = await toCheckout(ana)
    expect((await payWith(ana, orderPath, expiring)).text).toContain('That card has expired.')
    expect((await payWith(ana, orderPath, card)).text).toContain(paid)
  })

  it('is gone where it was removed meanwhile, and orders nothing', async () => {
    const card = await withSavedCard(ana)
    const { csrfToken } = await ana.signIn('ana@example.com')
    const removed = await ana.send(`/api/payment-methods/${card}/remove`, {
      method: 'POST',
      headers: { 'x-csrf-token': csrfToken },
    })
    expect(removed.status).toBe(200)
    expect((await ana.get('/cart')).text).not.toContain('4242')
    const told = await orderWith(ana, card)
    expect(told.text).toContain('That card is no longer saved.')
    expect(readBooks(server).orders).toEqual([])
  })

  it('is nobody else’s: who names it is told what is told of none', async () => {
    const card = await withSavedCard(ana)
    await put(ben, goods.mug.slug)
    expect((await ben.get('/cart')).text).not.toContain('Pay with')
    const [others, none] = [await orderWith(ben, card), await orderWith(ben, 'pm_none')]
    expect([others.path, others.text]).toEqual([none.path, none.text])
    const { orderPath } = await toCheckout(ben)
    expect((await payWith(ben, orderPath, card)).text).toContain('That card is no longer saved.')
    await put(ana, goods.jaguar.slug)
    const { orderPath: ofAna } = await toCheckout(ana)
    const { csrfToken } = await ben.signIn('ben@example.com')
    const body = new URLSearchParams({ csrf_token: csrfToken, card })
    expect((await ben.send(payAction(await ana.get(ofAna)), { method: 'POST', body })).status).toBe(404)
  })
})

describe('when Stripe is away', () => {
  it('there is only the new card to choose, and a saved one that is sent all the same orders nothing', async () => {
    await bookAndPay(ana, stripe)
    await put(ana, goods.mug.slug)
    await stripe.fault({ match: 'GET /v1/customers/{id}/payment_methods', kind: '429', times: 50 })
    const cart = await ana.get('/cart')
    expect(cart.text).not.toContain('Pay with')
    const told = await ana.submit(cart, '/cart/order', { card: 'pm_1' })
    expect(told.path).toBe('/cart?refused=provider_unavailable')
    expect(told.text).toContain('Saved cards cannot be charged at this moment.')
    expect(readBooks(server).orders).toEqual([])
  })

  it('an order stands, and its card is charged once when that can be done', async () => {
    const card = await withSavedCard(ana)
    await stripe.fault({ match: 'POST /v1/payment_intents', kind: '429', times: 1 })
    const told = await orderWith(ana, card)
    expect(told.status).toBe(503)
    expect(told.text).toContain('Nothing is lost. Please try again in ')
    expect(told.text).toContain('Your saved card is charged by itself')
    const orderPath = await newestOrder(ana)
    await eventually('the order to be paid', async () => (await ana.get(orderPath)).text.includes('Thank you!'), 60_000)
    expect(await moneyOf(goods.mug.minor)).toMatchObject([{ charges: 1 }])
  })
})

describe('by the API', () => {
  it('a card from the list pays a cart', async () => {
    const card = await withSavedCard(ana)
    const { csrfToken } = await ana.signIn('ana@example.com')
    const bought = await ana.send('/api/checkout', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-csrf-token': csrfToken, 'idempotency-key': 'once' },
      body: JSON.stringify({
        lines: [{ article_id: goods.mug.slug, quantity: 1 }],
        currency: 'MXN',
        payment_method_id: card,
      }),
    })
    expect([bought.status, await bought.json()]).toMatchObject([200, { status: 'paid', payment_status: 'COMPLETED' }])
  })
})
