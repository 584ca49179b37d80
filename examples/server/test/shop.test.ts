import { describe, expect, it } from 'vitest'
import { buy, goods, onShelf, put, readBooks, toCheckout, useCoupon, usesOf } from './buyer.ts'
import { eventually } from './eventually.ts'
import { atPayment, payAction } from './patient.ts'
import { onADayInTheShop, type ShopDay } from './shop-day.ts'
import { sessionIn } from './stripe-payer.ts'
import { createVisitor } from './visitor.ts'

let server: ShopDay['server']
let stripe: ShopDay['stripe']
let ana: ShopDay['ana']
let ben: ShopDay['ben']
let staff: ShopDay['staff']
onADayInTheShop((day) => void ({ server, stripe, ana, ben, staff } = day))
const minute = 60_000
const hour = 60 * minute
const money = async () =>
  Object.values((await stripe.ledger()).derived.money_by_payment_id).map(({ captured, refunded }) => [
    captured,
    refunded,
  ])

describe('an order', () => {
  it('goes from the cart to its delivery, with its goods kept while it is paid and taken when it is', async () => {
    const added = await put(ana, goods.mug.slug, 3)
    expect(added.text).toContain('In your cart: Talavera mug.')
    expect(added.text).toContain('Cart (3)')
    expect(onShelf(server, goods.mug.slug)).toEqual([12, 0])
    const { sessionId, ways, orderPath } = await toCheckout(ana)
    expect(onShelf(server, goods.mug.slug)).toEqual([12, 3])
    expect((await ana.get('/cart')).text).toContain('There is nothing in your cart.')
    const pending = await ana.get(orderPath)
    expect(pending.text).toMatch(/Waiting for payment 59 minutes left Everything is kept for you until/)

    expect(await stripe.pay(sessionId, 3 * goods.mug.minor)).toBe(200)
    const back = await ana.get(ways(await stripe.ledger()).success)
    expect(back.text).toContain('Your order is paid We have received MX$840.00.')
    expect(onShelf(server, goods.mug.slug)).toEqual([9, 0])
    const paid = await ana.get(orderPath)
    expect(paid.text).toContain('It is paid, and we are wrapping it.')
    expect(paid.text).toContain('Goes to: Ana, Calle de la Luz 12, Oaxaca')
    await eventually('the message', async () => (await ana.get('/messages')).text.includes('Your order is confirmed'))

    const eva = await staff()
    const there = `/console${orderPath}`
    const sent = await eva.submit(await eva.get(there), `${there}/ship`, { tracking: 'MX-4711' })
    expect(sent.text).toContain('Noted: it is on its way.')
    expect((await ana.get(orderPath)).text).toMatch(/On its way It is on its way to you\. Tracking: MX-4711/)
    const arrived = await eva.submit(sent, `${there}/deliver`)
    expect(arrived.text).toContain('Noted: it has arrived.')
    expect((await ana.get(orderPath)).text).toContain('It has arrived. We hope you like it!')
    expect(await money()).toEqual([[3 * goods.mug.minor, 0]])
    expect(readBooks(server).orders.map(({ status }) => status)).toEqual(['delivered'])
  })

  it('is paid in dollars where its buyer wants that', async () => {
    await put(ana, goods.mug.slug, 2)
    const cart = await ana.submit(await ana.get('/cart'), '/cart/currency', { currency: 'USD' })
    expect(cart.text).toContain('Order and pay $32.00')
    const { sessionId, ways } = await toCheckout(ana)
    expect(await stripe.pay(sessionId, 32_00)).toBe(200)
    expect((await ana.get(ways(await stripe.ledger()).success)).text).toContain('We have received $32.00.')
  })

  it('of a download holds nothing, and can be downloaded as soon as it is paid, by whoever paid', async () => {
    await put(ana, goods.pattern.slug)
    const { sessionId, ways, orderPath } = await toCheckout(ana)
    const file = `${orderPath}/download/${goods.pattern.slug}`
    expect((await ana.get(file)).status).toBe(404)
    expect(await stripe.pay(sessionId, goods.pattern.minor)).toBe(200)
    expect((await ana.get(ways(await stripe.ledger()).success)).text).toContain('You find your download')
    const drawing = await ana.send(file)
    expect(drawing.headers.get('content-type')).toMatch(/^image\/svg\+xml/)
    expect(await drawing.text()).toMatch(/^<svg/)
    expect((await ben.get(file)).status).toBe(404)
    expect((await ana.get(`${orderPath}/download/${goods.mug.slug}`)).status).toBe(404)
    expect(readBooks(server).holds).toEqual([])
  })

  it('is one, and has one page to pay it on, however often its form is sent', async () => {
    await put(ana, goods.jaguar.slug)
    const cart = await ana.get('/cart')
    const sent = await Promise.all(Array.from({ length: 5 }, () => ana.submit(cart, '/cart/order')))
    expect(new Set(sent.map(({ path }) => sessionIn(path))).size).toBe(1)
    // Also later, from the page that is still open somewhere.
    const again = await ana.submit(cart, '/cart/order')
    expect(sessionIn(again.path)).toBe(sessionIn(sent[0]?.path ?? ''))
    expect(readBooks(server).orders).toHaveLength(1)
    expect(onShelf(server, goods.jaguar.slug)).toEqual([1, 1])
  })

  it('is what was on the page, whatever has become of the cart in another window', async () => {
    await put(ana, goods.mug.slug)
    const page = await ana.get('/cart')
    await put(ana, goods.pitcher.slug)
    expect(atPayment(await ana.submit(page, '/cart/order')).sessionId).not.toBe('')
    expect(readBooks(server).holds.map(({ article_id: id, quantity }) => [id, quantity])).toEqual([[goods.mug.slug, 1]])
    // What was put in meanwhile is still there.
    expect((await ana.get('/cart')).text).toContain('Copper pitcher')
  })

  it('whose card is declined is kept, and can be paid on the same page', async () => {
    await put(ana, goods.jaguar.slug)
    const { sessionId, ways, orderPath } = await toCheckout(ana)
    expect((await ana.get(ways(await stripe.ledger()).cancel)).text).toContain('Not paid yet')
    expect((await ana.get(orderPath)).text).not.toContain('declined')
    expect(await stripe.pay(sessionId, goods.jaguar.minor, 'pm_card_chargeDeclined')).toBe(402)
    expect((await ana.get(ways(await stripe.ledger()).cancel)).text).toContain('Your card was declined.')
    const pending = await ana.get(orderPath)
    expect(pending.text).toContain(
      'Your card was declined. Nothing has been charged, and everything is kept for you until',
    )
    expect(onShelf(server, goods.jaguar.slug)).toEqual([1, 1])
    expect(sessionIn((await ana.submit(pending, payAction(pending))).path)).toBe(sessionId)
    expect(await stripe.pay(sessionId, goods.jaguar.minor)).toBe(200)
    await eventually('the order', async () => (await ana.get(orderPath)).text.includes('Thank you!'))
  })

  it('has a receipt once it is paid, with what was refunded', async () => {
    const { orderPath } = await buy(ana, stripe, goods.pitcher)
    const eva = await staff()
    const paymentPath =
      /href="(\/console\/payments\/pay_\w+)"/.exec((await eva.get(`/console${orderPath}`)).html)?.[1] ?? ''
    await eva.submit(await eva.get(paymentPath), `${paymentPath}/refund`, { amount: '450' })
    await eventually('the refund', async () => (await stripe.ledger()).objects.refund[0]?.status === 'succeeded')
    const receipt = await eventually('it on the receipt', async () => {
      const page = await ana.get(`${orderPath}/receipt`)
      return page.text.includes('Refunded') && page
    })
    expect(receipt.text).toMatch(/Copper pitcher MX\$1,450\.00 each 1 MX\$1,450\.00 Paid in all MX\$1,450\.00/)
    expect(receipt.text).toMatch(/Refunded [^−]+ −MX\$450\.00 What remains paid MX\$1,000\.00/)
    expect((await ana.get(orderPath)).text).toContain('MX$450.00 refunded')
    expect((await ana.get(orderPath)).text).toContain('Receipt, with what went back')
  })

  it('whose money is on its way from a bank is not said to wait for it, in the list as on its own page', async () => {
    await put(ana, goods.mug.slug)
    const { sessionId, orderPath } = await toCheckout(ana)
    expect((await ana.get('/orders')).text).toContain('Waiting for payment 59 minutes left')
    expect(await stripe.pay(sessionId, goods.mug.minor, 'pm_usBankAccount_success')).toBe(200)
    await eventually('it to be known', async () =>
      (await ana.get(orderPath)).text.includes('Your payment is on its way.'),
    )
    for (const path of ['/orders', orderPath]) {
      const { text } = await ana.get(path)
      expect(text).toContain('Payment on its way')
      expect(text).not.toMatch(/Waiting for payment|minutes? left/)
    }
  })

  it('that is paid and not sent is cancelled by its buyer, who has everything back and is not told that we had to', async () => {
    const { orderPath } = await buy(ana, stripe, goods.jaguar)
    const page = await ana.get(orderPath)
    expect(page.text).toMatch(/Cancel this order It has not been sent yet\. All that you paid goes back/)
    const cancelled = await ana.submit(page, `${orderPath}/cancel`)
    expect(cancelled.text).toContain('This order was cancelled after you had paid it. Nothing of it is sent.')
    expect(cancelled.text).not.toContain('We had to cancel')
    await eventually('the money', async () => (await ana.get(orderPath)).text.includes('MX$1,250.00 refunded'))
    expect(await money()).toEqual([[125_000, 125_000]])
    expect(onShelf(server, goods.jaguar.slug)).toEqual([1, 0])
  })

  it('is not cancelled by its buyer once it is sent, from a page that was there before', async () => {
    const { orderPath } = await buy(ana, stripe, goods.jaguar)
    const page = await ana.get(orderPath)
    const eva = await staff()
    await eva.submit(await eva.get(`/console${orderPath}`), `/console${orderPath}/ship`)
    const told = await ana.submit(page, `${orderPath}/cancel`)
    expect(told.text).toContain('This order has been sent: it cannot be cancelled any more.')
    expect(told.text).not.toContain('Cancel this order')
    expect(await money()).toEqual([[125_000, 0]])
  })
})

describe('what an order keeps', () => {
  const ordered = async () => {
    await put(ana, goods.jaguar.slug)
    await useCoupon(ana, 'primeros3')
    const at = await toCheckout(ana)
    expect(onShelf(server, goods.jaguar.slug)).toEqual([1, 1])
    expect(usesOf(server, 'PRIMEROS3')).toEqual([0, 1])
    return at
  }
  const isBack = async () => {
    await eventually('it to be back', async () => onShelf(server, goods.jaguar.slug)[1] === 0)
    expect(onShelf(server, goods.jaguar.slug)).toEqual([1, 0])
    expect(usesOf(server, 'PRIMEROS3')).toEqual([0, 0])
    expect(readBooks(server).holds.map(({ status }) => status)).toEqual(['released', 'released'])
    expect((await ben.get(`/shop/${goods.jaguar.slug}`)).text).toContain('1 left')
    expect(await money()).toEqual([])
  }

  it('is back once it is cancelled by hand, and cannot be paid any more', async () => {
    const { orderPath, sessionId } = await ordered()
    const page = await ana.get(orderPath)
    const cancelled = await ana.submit(page, `${orderPath}/cancel`)
    expect(cancelled.text).toContain('This order was cancelled. Nothing was charged.')
    expect((await ana.submit(page, `${orderPath}/cancel`)).text).toContain('This order was cancelled.')
    expect(await stripe.pay(sessionId, goods.jaguar.minor)).not.toBe(200)
    expect((await ana.submit(page, payAction(page))).text).toContain('so there is nothing to pay')
    await isBack()
  })

  it('is back when its hour is over', async () => {
    const { orderPath, sessionId } = await ordered()
    await stripe.advance(59 * minute)
    expect((await ana.get(orderPath)).text).toMatch(/[12] minutes? left/)
    await stripe.advance(2 * minute)
    await eventually('the order to be over', async () => (await ana.get(orderPath)).text.includes('not paid in time'))
    expect(await stripe.pay(sessionId, goods.jaguar.minor)).not.toBe(200)
    await isBack()
  })

  it('is back when the sweep finds that its page was closed at Stripe, with webhooks off', async () => {
    await stripe.webhooks('drop')
    const { orderPath, sessionId } = await ordered()
    const closed = await fetch(new URL(`/v1/checkout/sessions/${sessionId}/expire`, server.url), {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_dashboard' },
    })
    expect(closed.status).toBe(200)
    expect((await ana.get(orderPath)).text).toContain('Waiting for payment')
    // Less than the order's hour: nobody but the sweep can have found out.
    for (let quarters = 0; quarters < 3; quarters += 1) await stripe.advance(16 * minute)
    await eventually('the order to be over', async () => (await ana.get(orderPath)).text.includes('Cancelled'))
    expect(readBooks(server).orders).toMatchObject([{ status: 'cancelled', cancel_reason: 'expired' }])
    await isBack()
  })

  it('is taken for good when it is paid, and does not come back however time passes', async () => {
    const { sessionId, orderPath } = await ordered()
    expect(await stripe.pay(sessionId, 93_750)).toBe(200)
    await eventually('the order', async () => (await ana.get(orderPath)).text.includes('Thank you!'))
    await stripe.advance(3 * hour)
    await stripe.advance(16 * minute)
    expect((await ana.get(orderPath)).text).toContain('Thank you!')
    expect(onShelf(server, goods.jaguar.slug)).toEqual([0, 0])
    expect(usesOf(server, 'PRIMEROS3')).toEqual([1, 0])
    expect((await ben.get(`/shop/${goods.jaguar.slug}`)).text).toContain('sold out')
  })

  it('is what was paid, and not cancelled, when both happen at once', async () => {
    await stripe.webhooks('drop')
    const { orderPath, sessionId } = await ordered()
    const page = await ana.get(orderPath)
    expect(await stripe.pay(sessionId, 93_750)).toBe(200)
    const told = await ana.submit(page, `${orderPath}/cancel`)
    expect(told.text).toContain('This order is paid: it cannot be cancelled here any more.')
    expect(told.text).toContain('Thank you!')
    expect(await money()).toEqual([[93_750, 0]])
    expect(onShelf(server, goods.jaguar.slug)).toEqual([0, 0])
  })
})

describe('the last one', () => {
  it('is had by one of two, and the other is told before anybody is charged', async () => {
    for (const buyer of [ana, ben]) await put(buyer, goods.jaguar.slug)
    const pages = [await ana.get('/cart'), await ben.get('/cart')] as const
    const [mine, yours] = await Promise.all([ana.submit(pages[0], '/cart/order'), ben.submit(pages[1], '/cart/order')])
    const paths = [mine.path, yours.path].map((path) => (sessionIn(path) === '' ? 'refused' : 'paying'))
    expect(paths.toSorted()).toEqual(['paying', 'refused'])
    const told = sessionIn(mine.path) === '' ? mine : yours
    expect(told.text).toContain('It could not be ordered like this. What has to be changed is marked.')
    expect(told.text).toContain('Somebody is paying for the last of these right now. Look again in a while.')
    expect((await createVisitor(server.url).get('/shop')).text).toMatch(/Jaguar alebrije MX\$1,250\.00 being paid for/)
    expect(readBooks(server).orders).toHaveLength(1)
  })

  it('is had by the second when the first has let it go', async () => {
    await put(ana, goods.jaguar.slug)
    await put(ben, goods.jaguar.slug)
    const { orderPath } = await toCheckout(ana)
    expect((await ben.get('/cart')).text).toContain('Somebody is paying for the last of these right now.')
    await ana.submit(await ana.get(orderPath), `${orderPath}/cancel`)
    const { sessionId, ways } = await toCheckout(ben)
    expect(await stripe.pay(sessionId, goods.jaguar.minor)).toBe(200)
    expect((await ben.get(ways(await stripe.ledger()).success)).text).toContain('Your order is paid')
    expect(
      readBooks(server)
        .orders.map(({ status }) => status)
        .toSorted(),
    ).toEqual(['cancelled', 'completed'])
  })
})
