import { describe, expect, it } from 'vitest'
import { buy, goods, newestOrder, onShelf, order, put, readBooks, toCheckout, useCoupon, usesOf } from './buyer.ts'
import { eventually } from './eventually.ts'
import { payAction } from './patient.ts'
import { onADayInTheShop, type ShopDay } from './shop-day.ts'
import { sessionIn } from './stripe-payer.ts'
import { createVisitor, type Visitor } from './visitor.ts'

let server: ShopDay['server']
let stripe: ShopDay['stripe']
let ana: ShopDay['ana']
let ben: ShopDay['ben']
let staff: ShopDay['staff']
onADayInTheShop((day) => void ({ server, stripe, ana, ben, staff } = day))
const minute = 60_000

/** Sends the order's form with a cart that no page has shown. */
const orderAs = async (buyer: Visitor, cart: string) => {
  await put(buyer, goods.mug.slug)
  return buyer.submit(await buyer.get('/cart'), '/cart/order', { cart })
}

describe('an order that somebody has written themselves', () => {
  it.each([
    ['', 'nothing at all'],
    ['EUR,,taza-talavera*1', 'a currency that the shop does not take'],
    ['MXN,,taza-talavera*0', 'none of something'],
    ['MXN,,taza-talavera*-5', 'less than nothing'],
    ['MXN,,taza-talavera*1,taza-talavera*1', 'one article on two lines'],
    ['MXN,,../../etc*1', 'no article'],
    ['MXN,%E0%A4%A,taza-talavera*1', 'a coupon that is no text'],
    ['MXN', 'nothing in it'],
    ['MXN,,gone-for-long*1', 'an article that there is not'],
    ['MXN,,taza-talavera*13', 'more than there are'],
    ['MXN,NOSUCH,taza-talavera*1', 'a coupon that there is not'],
    ['MXN,,tapete-zapoteco*2', 'more money than an order takes'],
  ])('is not taken: %s (%s)', async (cart) => {
    const told = await orderAs(ana, cart)
    expect(told.path).toMatch(/^\/cart\?refused=/)
    expect(readBooks(server)).toMatchObject({ orders: [], holds: [] })
  })

  it('is taken at the prices of the shop, whatever else it says', async () => {
    await put(ana, goods.mug.slug)
    await ana.submit(await ana.get('/cart'), '/cart/order', { total: '1', price: '1', amount: '0.01' })
    expect((await ana.get(await newestOrder(ana))).text).toContain('Pay now · MX$280.00')
  })
})

describe('whoever has not signed in, or is not a guest', () => {
  it('orders nothing', async () => {
    const nobody = createVisitor(server.url)
    await put(nobody, goods.mug.slug)
    const body = new URLSearchParams({ cart: 'MXN,,taza-talavera*1' })
    const sent = await nobody.send('/cart/order', { method: 'POST', body })
    expect(sent.headers.get('location')).toMatch(/^\/sign-in/)
    expect((await nobody.get('/orders')).path).toBe('/sign-in?next=%2Forders')

    const eva = await staff()
    expect((await eva.get(`/shop/${goods.mug.slug}`)).text).toContain('only guests order here')
    const { csrfToken } = await eva.signIn('staff@example.com')
    const asStaff = new URLSearchParams({ csrf_token: csrfToken, cart: 'MXN,,taza-talavera*1' })
    expect((await eva.send('/cart/order', { method: 'POST', body: asStaff })).status).toBe(404)
    expect(readBooks(server).orders).toEqual([])
  })

  it('changes no cart from a page of another site', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      const body = new URLSearchParams({ article: goods.mug.slug })
      const sent = await createVisitor(server.url).send('/cart/add', { method: 'POST', body, headers })
      expect(sent.status).toBe(403)
      expect(sent.headers.getSetCookie()).toEqual([])
    }
  })
})

describe("somebody else's order", () => {
  it('does not exist', async () => {
    await put(ana, goods.jaguar.slug)
    const { orderPath } = await toCheckout(ana)
    const missing = (await ben.get('/orders/ord_nobody')).text
    for (const path of ['', '/receipt', `/download/${goods.pattern.slug}`])
      expect(await ben.get(`${orderPath}${path}`)).toMatchObject({ status: 404, text: missing })
    const { csrfToken } = await ben.signIn('ben@example.com')
    const send = (path: string) =>
      ben.send(path, { method: 'POST', body: new URLSearchParams({ csrf_token: csrfToken, refund: 'all' }) })
    for (const path of [
      `${orderPath}/cancel`,
      payAction(await ana.get(orderPath)),
      `/console${orderPath}/cancel`,
      `/console${orderPath}/ship`,
      '/console/stock/taza-talavera',
      '/console/coupons',
    ])
      expect((await send(path)).status).toBe(404)
    for (const path of ['/console/orders', '/console/stock', '/console/coupons', '/console/search?q=ana@example.com'])
      expect((await ben.get(path)).status).toBe(404)
    expect((await ana.get(orderPath)).text).toContain('Waiting for payment')
    expect((await ben.get('/orders')).text).toContain('You have no orders yet.')
  })
})

describe('a coupon of few uses', () => {
  it('is kept for who orders first, and refused to the others until it is let go', async () => {
    const eva = await staff()
    const terms = { code: 'ONCE', kind: 'percent', value: '50', limit: '1' }
    await eva.submit(await eva.get('/console/coupons'), '/console/coupons', terms)
    for (const buyer of [ana, ben]) {
      await put(buyer, goods.mug.slug)
      await useCoupon(buyer, 'once')
    }
    const late = await ben.get('/cart')
    const { orderPath } = await toCheckout(ana)
    expect(usesOf(server, 'ONCE')).toEqual([0, 1])
    const told = await ben.submit(late, '/cart/order')
    expect(told.path).toBe('/cart?refused=coupon_used_up')
    expect(told.text).toContain('This coupon has been used up.')
    await ana.submit(await ana.get(orderPath), `${orderPath}/cancel`)
    expect(usesOf(server, 'ONCE')).toEqual([0, 0])
    expect((await ben.get('/cart')).text).toContain('ONCE takes MX$140.00 off.')
    expect(sessionIn((await order(ben)).path)).not.toBe('')
  })

  it('of once for each is refused to who has used it, also while that is not paid, and to nobody else', async () => {
    await put(ana, goods.mug.slug)
    await useCoupon(ana, 'HOLA10')
    const { sessionId } = await toCheckout(ana)
    await put(ana, goods.mug.slug)
    expect((await useCoupon(ana, 'HOLA10')).text).toContain('an unpaid order of yours still has it')
    expect(await stripe.pay(sessionId, 25_200)).toBe(200)
    await eventually('it to be used', async () => usesOf(server, 'HOLA10')[0] === 1)
    expect((await ana.get('/cart')).text).toContain('You have used this coupon')
    await put(ben, goods.mug.slug)
    expect((await useCoupon(ben, 'HOLA10')).text).toContain('HOLA10 takes MX$28.00 off.')
  })
})

describe('when Stripe is away', () => {
  it('an order stands, keeps what it needs, and is paid later from its own page', async () => {
    await put(ana, goods.jaguar.slug)
    await stripe.fault({ match: 'POST /v1/checkout/sessions', kind: '429', times: 1 })
    const told = await order(ana)
    expect(told).toMatchObject({ status: 503 })
    expect(told.text).toContain('Nothing is lost. Please try again in ')
    expect(told.text).toMatch(
      /Your order is placed, and everything in it is kept for you until .* no need to order again/,
    )
    expect(onShelf(server, goods.jaguar.slug)).toEqual([1, 1])
    const orderPath = await newestOrder(ana)
    expect(told.html).toContain(`href="${orderPath}"`)
    expect(told.text).not.toContain('Cart (')
    const sessionId = await eventually('the payment page', async () => {
      const page = await ana.get(orderPath)
      return sessionIn((await ana.submit(page, payAction(page))).path) || undefined
    })
    expect(await stripe.pay(sessionId, goods.jaguar.minor)).toBe(200)
    await eventually('the order', async () => (await ana.get(orderPath)).text.includes('Thank you!'))
    expect(readBooks(server).orders).toHaveLength(1)
  })

  it('an order is cancelled here at once, and what is paid on its page all the same goes back', async () => {
    await put(ana, goods.jaguar.slug)
    const { sessionId, orderPath } = await toCheckout(ana)
    await stripe.fault({ match: 'POST /v1/checkout/sessions/{id}/expire', kind: '429', times: 50 })
    const cancelled = await ana.submit(await ana.get(orderPath), `${orderPath}/cancel`)
    expect(cancelled.text).toContain('The payment page is still being closed; should you have paid there')
    expect(cancelled.text).toContain('This order was cancelled. Nothing was charged.')
    expect(onShelf(server, goods.jaguar.slug)).toEqual([1, 0])
    expect(await stripe.pay(sessionId, goods.jaguar.minor)).toBe(200)
    await eventually('the refund', async () => (await stripe.ledger()).objects.refund[0]?.status === 'succeeded')
    const told = await eventually('to be told', async () => {
      const page = await ana.get(orderPath)
      return page.text.includes('MX$1,250.00 refunded') && page
    })
    expect(told.text).toContain('Your payment arrived when the order had already ended. All of it goes back to you.')
    expect(onShelf(server, goods.jaguar.slug)).toEqual([1, 0])
    await eventually('the message', async () => (await ana.get('/messages')).text.includes('Money on its way back'))
  })
})

describe('an order that is over', () => {
  it('is not paid again from an old page, and says so', async () => {
    const { orderPath, ways } = await buy(ana, stripe, goods.jaguar)
    const success = ways(await stripe.ledger()).success
    expect((await ana.get(success)).text).toContain('Your order is paid')
    const paymentId = new URL(success, server.url).searchParams.get('payment_id') ?? ''
    const { csrfToken } = await ana.signIn('ana@example.com')
    const body = new URLSearchParams({ csrf_token: csrfToken })
    const again = await ana.send(`/payments/${paymentId}/pay`, { method: 'POST', body })
    expect(again.headers.get('location')).toBe(`${orderPath}?problem=payment_already_completed`)
    expect((await stripe.ledger()).derived.sessions).toHaveLength(1)
  })

  it('has no receipt when nobody paid it', async () => {
    await put(ana, goods.jaguar.slug)
    const { orderPath } = await toCheckout(ana)
    expect((await ana.get(`${orderPath}/receipt`)).path).toBe(orderPath)
    await stripe.advance(61 * minute)
    await eventually('its end', async () => (await ana.get(orderPath)).text.includes('It was not paid in time.'))
    expect((await ana.get(`${orderPath}/receipt`)).path).toBe(orderPath)
  })

  it.each([
    ['es', 'No se pagó a tiempo.', 'Pedir otra cosa'],
    ['fa', 'به‌موقع پرداخت نشد.', 'سفارش چیزی دیگر'],
  ])('says what happened in %s too', async (language, told, again) => {
    const buyer = createVisitor(server.url, { language })
    await buyer.signIn('ben@example.com')
    await put(buyer, goods.jaguar.slug)
    const { orderPath } = await toCheckout(buyer)
    await stripe.advance(61 * minute)
    const over = await eventually('its end', async () => {
      const page = await buyer.get(orderPath)
      return page.text.includes(told) && page
    })
    expect(over.text).toContain(again)
  })
})
