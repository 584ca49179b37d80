import { describe, expect, it } from 'vitest'
import { buy, goods, onShelf, put, readBooks, toCheckout, useCoupon, usesOf } from './buyer.ts'
import { eventually } from './eventually.ts'
import { bookAndPay, toNextDueDate } from './guest.ts'
import { choose, freeTime, topUp } from './patient.ts'
import { onADayInTheShop, type ShopDay } from './shop-day.ts'
import { createVisitor } from './visitor.ts'

let server: ShopDay['server']
let stripe: ShopDay['stripe']
let ana: ShopDay['ana']
let ben: ShopDay['ben']
let staff: ShopDay['staff']
onADayInTheShop((day) => void ({ server, stripe, ana, ben, staff } = day))

describe('orders in the console', () => {
  it('are listed by status, and sent and delivered once', async () => {
    const { orderPath } = await buy(ana, stripe, goods.jaguar)
    await put(ben, goods.mug.slug)
    await toCheckout(ben)
    const eva = await staff()
    const pending = await eva.get('/console/orders?status=pending')
    expect(pending.text).toContain('1 × Talavera mug ben')
    expect(pending.text).not.toContain('Jaguar')
    expect((await eva.get('/console/orders?status=completed')).text).toContain('1 × Jaguar alebrije ana')
    expect((await eva.get('/console/orders?status=nonsense')).text).toContain('Talavera mug')

    const there = `/console${orderPath}`
    const page = await eva.get(there)
    expect(page.text).toMatch(/What was kept for it .* 1 × Jaguar alebrije taken/)
    const sent = await eva.submit(page, `${there}/ship`, { tracking: ' FIRST-1 ' })
    expect(sent.text).toContain('FIRST-1')
    // Sent twice by two who did not know of each other: the first tracking stays.
    expect((await eva.submit(page, `${there}/ship`, { tracking: 'SECOND-2', key: 'f'.repeat(24) })).text).toContain(
      'FIRST-1',
    )
    expect((await eva.submit(page, `${there}/cancel`, { refund: 'all' })).text).toContain('This order has been sent.')
    expect((await eva.submit(sent, `${there}/deliver`)).text).toContain('Noted: it has arrived.')
    expect((await eva.get('/console/orders?status=delivered')).text).toContain('1 × Jaguar alebrije ana')
    expect((await eva.get('/console/orders/ord_none')).status).toBe(404)
  })

  it.each([
    ['all', 'This order was cancelled after you had paid it.', [[125_000, 125_000]]],
    ['nothing', 'This order was cancelled after it was paid, and the money was kept, as agreed.', [[125_000, 0]]],
  ])(
    'are cancelled with %s of the money going back, and their goods are on the shelf again',
    async (refund, told, sums) => {
      const { orderPath } = await buy(ana, stripe, goods.jaguar)
      expect(onShelf(server, goods.jaguar.slug)).toEqual([0, 0])
      const eva = await staff()
      const there = `/console${orderPath}`
      const page = await eva.get(there)
      expect((await eva.submit(page, `${there}/cancel`, { refund: 'some' })).text).toContain('will not do')
      expect((await eva.submit(page, `${there}/cancel`, { refund })).text).toContain('The order is cancelled.')
      expect((await eva.submit(page, `${there}/cancel`, { refund })).text).toContain('The order is cancelled.')
      expect(onShelf(server, goods.jaguar.slug)).toEqual([1, 0])
      await eventually('the money', async () => {
        const { money_by_payment_id: money } = (await stripe.ledger()).derived
        return (
          JSON.stringify(Object.values(money).map((each) => [each.captured, each.refunded])) === JSON.stringify(sums)
        )
      })
      await eventually('its buyer to be told', async () => (await ana.get(orderPath)).text.includes(told))
      const back = refund === 'all' ? 'MX$1,250.00 is on its way back to your card.' : 'Nothing is paid back for it.'
      const message = `We had to cancel Your order will not be sent. We are sorry. ${back}`
      await eventually('the message', async () => (await ana.get('/messages')).text.includes(message))
      expect((await eva.get('/console/payments')).text).toMatch(refund === 'all' ? /Refunded/ : /Completed/)
    },
  )

  it('are cancelled before they are paid, and then nobody can pay them', async () => {
    await put(ana, goods.jaguar.slug)
    await useCoupon(ana, 'HOLA10')
    const { orderPath, sessionId } = await toCheckout(ana)
    const eva = await staff()
    const there = `/console${orderPath}`
    const page = await eva.get(there)
    expect((await eva.submit(page, `${there}/cancel`)).text).toContain('The order is cancelled.')
    expect(await stripe.pay(sessionId, 112_500)).not.toBe(200)
    expect(onShelf(server, goods.jaguar.slug)).toEqual([1, 0])
    expect(usesOf(server, 'HOLA10')).toEqual([0, 0])
    expect((await ana.get(orderPath)).text).toContain('This order was cancelled. Nothing was charged.')
  })
})

describe('orders whose money is not there', () => {
  /** An order that is paid, on the console's page of its payment. */
  const paidOrder = async () => {
    const { orderPath } = await buy(ana, stripe, goods.jaguar)
    const eva = await staff()
    const there = `/console${orderPath}`
    const paymentPath = /href="(\/console\/payments\/pay_\w+)"/.exec((await eva.get(there)).html)?.[1] ?? ''
    expect((await eva.get('/console')).text).toContain('1 order to send')
    expect((await eva.get('/console/orders?status=to_send')).text).toContain('1 × Jaguar alebrije')
    return { eva, orderPath, there, paymentPath }
  }
  const isNotToSend = async (eva: Awaited<ReturnType<typeof staff>>, mark: string) => {
    expect((await eva.get('/console')).text).toContain('0 orders to send')
    expect((await eva.get('/console/orders?status=to_send')).text).toContain('Nothing here.')
    expect((await eva.get('/console/orders')).text).toContain(`MX$1,250.00 ${mark}`)
    expect((await ana.get('/orders')).text).toContain(`${mark} See the order`)
  }

  it('are marked and not to be sent once all of it has gone back, and staff are told before they send one', async () => {
    const { eva, orderPath, there, paymentPath } = await paidOrder()
    const before = await eva.get(there)
    await eva.submit(await eva.get(paymentPath), `${paymentPath}/refund`, { amount: '' })
    await isNotToSend(eva, 'Money went back')
    const buyers = await ana.get(orderPath)
    expect(buyers.text).toMatch(/Money went back All of your money (has gone|is on its way) back to you/)
    // Whoever still has the page from before is told, and nothing was sent.
    const told = await eva.submit(before, `${there}/ship`, { tracking: 'T-1' })
    expect(told.text).toMatch(/All of the money for this order has gone back\..* Sent all the same/)
    expect(readBooks(server).orders.map(({ status }) => status)).toEqual(['completed'])
    expect((await eva.submit(told, `${there}/ship`, { tracking: 'T-1' })).text).toContain('Noted: it is on its way.')
    await eventually('the money', async () =>
      (await ana.get(orderPath)).text.includes('It is on its way to you. All of your money has gone back to you.'),
    )
  })

  it('are still to be sent where only a part has gone back', async () => {
    const { eva, there, paymentPath } = await paidOrder()
    await eva.submit(await eva.get(paymentPath), `${paymentPath}/refund`, { amount: '100' })
    expect((await eva.get('/console')).text).toContain('1 order to send')
    expect((await eva.submit(await eva.get(there), `${there}/ship`)).text).toContain('Noted: it is on its way.')
  })

  it('are marked while a bank wants it back', async () => {
    const { eva, there, paymentPath } = await paidOrder()
    const charge = /pi_\w+/.exec((await eva.get(paymentPath)).text)?.[0] ?? ''
    await stripe.control('disputes', { payment_intent: charge })
    await eventually('the dispute', async () => (await eva.get(there)).text.includes('Disputed'))
    await isNotToSend(eva, 'Disputed')
    const page = await eva.get(there)
    expect(page.text).toContain('The buyer’s bank wants the money for this order back.')
    expect((await eva.submit(page, `${there}/ship`)).text).toContain('Noted: it is on its way.')
  })

  it('says in Spanish and Persian what has become of it', async () => {
    const { eva, orderPath, paymentPath } = await paidOrder()
    await eva.submit(await eva.get(paymentPath), `${paymentPath}/refund`, { amount: '' })
    expect((await ana.get(`${orderPath}?lang=es`)).text).toContain('Dinero devuelto')
    expect((await ana.get(`${orderPath}?lang=fa`)).text).toContain('پول بازگشت')
  })
})

describe('the stock', () => {
  it('is changed by a difference, once for each form', async () => {
    const eva = await staff()
    const page = await eva.get('/console/stock')
    expect(page.text).toMatch(/Copper pitcher jarra-cobre 2 0 2 2 left/)
    const at = `/console/stock/${goods.pitcher.slug}`
    for (let times = 0; times < 2; times += 1)
      expect((await eva.submit(page, at, { by: '+5' })).text).toContain('The stock is changed.')
    expect(onShelf(server, goods.pitcher.slug)).toEqual([7, 0])
    expect((await eva.submit(await eva.get('/console/stock'), at, { by: '−3' })).text).toContain('4 0 4 4 left')
    for (const by of ['0', 'many', '1.5', ''])
      expect((await eva.submit(await eva.get('/console/stock'), at, { by })).text).toContain('That is no whole number')
    expect(onShelf(server, goods.pitcher.slug)).toEqual([4, 0])
  })

  it('is never less than what is kept for orders', async () => {
    await put(ana, goods.pitcher.slug)
    await toCheckout(ana)
    const eva = await staff()
    const page = await eva.get('/console/stock')
    expect(page.text).toMatch(/Copper pitcher jarra-cobre 2 1 1 1 left/)
    const at = `/console/stock/${goods.pitcher.slug}`
    expect((await eva.submit(page, at, { by: '-2' })).text).toContain('what is kept for orders stays')
    expect((await eva.submit(await eva.get('/console/stock'), at, { by: '-1' })).text).toContain(
      'The stock is changed.',
    )
    expect((await ben.get(`/shop/${goods.pitcher.slug}`)).text).toContain('being paid for')
  })
})

describe('coupons in the console', () => {
  const save = async (fields: Readonly<Record<string, string>>) => {
    const eva = await staff()
    return eva.submit(await eva.get('/console/coupons'), '/console/coupons', fields)
  }

  it('are made, changed, and shown with the orders that have them', async () => {
    const made = await save({ code: 'otoño', kind: 'percent', value: '20' })
    expect(made.text).toContain('The coupon will not do like this: code.')
    expect((await save({ code: 'fall-20', kind: 'percent', value: '20', limit: '2' })).text).toMatch(
      /FALL-20 20 % 0 0 2 without end/,
    )
    await put(ana, goods.jaguar.slug)
    await useCoupon(ana, 'fall-20')
    const { sessionId } = await toCheckout(ana)
    expect(await stripe.pay(sessionId, 100_000)).toBe(200)
    await eventually('it to be used', async () => usesOf(server, 'FALL-20')[0] === 1)
    const eva = await staff()
    const uses = await eva.get('/console/coupons?code=FALL-20')
    expect(uses.text).toMatch(/FALL-20 20 % 1 0 2/)
    expect(uses.text).toMatch(/Orders with it, of the newest .* 1 × Jaguar alebrije ana MX\$1,000\.00/)
    const changed = await eva.submit(uses, '/console/coupons', {
      code: 'FALL-20',
      kind: 'MXN',
      value: '50',
      limit: '9',
      per_owner: '1',
      minimum: '100',
      ends: '2099-12-31',
    })
    expect(changed.text).toMatch(/FALL-20 MX\$50\.00 1 0 9 1 MX\$100\.00 until 1 Jan 2100, 00:00/)
    expect(changed.html).toMatch(/name="ends"[^>]*value="2099-12-31"/)
    // An order that was placed keeps the discount that it had.
    expect((await ana.get('/orders')).text).toContain('MX$1,000.00')
  })

  it.each([
    ['value', { code: 'A', kind: 'percent', value: '' }],
    ['discount', { code: 'A', kind: 'percent', value: '0' }],
    ['discount', { code: 'A', kind: 'percent', value: '101' }],
    ['value', { code: 'A', kind: 'MXN', value: '-1' }],
    ['value', { code: 'A', kind: 'EUR', value: '1' }],
    ['limit', { code: 'A', kind: 'percent', value: '5', limit: '0' }],
    ['limit', { code: 'A', kind: 'percent', value: '5', limit: 'x' }],
    ['per_owner', { code: 'A', kind: 'percent', value: '5', per_owner: '1.5' }],
    ['minimum', { code: 'A', kind: 'percent', value: '5', minimum: 'x' }],
    ['starts', { code: 'A', kind: 'percent', value: '5', starts: '2027-02-30' }],
    ['endsAt', { code: 'A', kind: 'percent', value: '5', starts: '2027-02-03', ends: '2027-02-01' }],
  ])('are refused with the field at fault: %s', async (field, fields) => {
    expect((await save(fields)).text).toContain(`The coupon will not do like this: ${field}.`)
    expect(readBooks(server).coupons.map(({ code }) => code)).not.toContain('A')
  })

  it('get no limit below what has been used', async () => {
    await put(ana, goods.mug.slug)
    await useCoupon(ana, 'PRIMEROS3')
    await toCheckout(ana)
    await put(ben, goods.mug.slug)
    await useCoupon(ben, 'PRIMEROS3')
    await toCheckout(ben)
    expect((await save({ code: 'primeros3', kind: 'percent', value: '25', limit: '1' })).text).toContain(
      'It has been used more often than that.',
    )
  })
})

describe('the search box', () => {
  it('finds a payment, an order and what Stripe calls it, a booking, a purchase, and a person', async () => {
    const { orderPath, sessionId } = await buy(ana, stripe, goods.jaguar)
    const { bookingPath } = await bookAndPay(ana, stripe)
    const eva = await staff()
    const find = async (text: string) => eva.get(`/console/search?q=${encodeURIComponent(text)}`)
    const orderId = orderPath.split('/').at(-1) ?? ''
    expect((await find(` ${orderId} `)).path).toBe(`/console/orders/${orderId}`)
    const paymentPath = /href="(\/console\/payments\/pay_\w+)"/.exec(
      (await eva.get(`/console/orders/${orderId}`)).html,
    )?.[1]
    expect((await find(paymentPath?.split('/').at(-1) ?? '')).path).toBe(paymentPath)
    const atStripe = await find(sessionId)
    expect(atStripe.path).toBe(paymentPath)
    expect(atStripe.text).toMatch(/Order Paid 1 × Jaguar alebrije See the order/)
    const booking = await find(bookingPath.split('/').at(-1) ?? '')
    expect(booking.text).toContain('Deposit · MX$2,160.00')
    const intentId = /int_\w+/.exec(booking.text)?.[0] ?? ''
    expect((await find(intentId)).path).toBe(booking.path)
    const person = await find('Ana@Example.com')
    expect(person.text).toMatch(/What Ana has Payments .* Deposit ana .* Order ana .* Orders .* 1 × Jaguar alebrije/)
  })

  it('finds all that a payment and its story show: attempts, refunds, charges and events', async () => {
    const { orderPath } = await buy(ana, stripe, goods.jaguar)
    const eva = await staff()
    const path = /href="(\/console\/payments\/pay_\w+)"/.exec((await eva.get(`/console${orderPath}`)).html)?.[1] ?? ''
    await eva.submit(await eva.get(path), `${path}/refund`, { amount: '100' })
    await eventually('the refund', async () => /\bre_\w+/.test((await eva.get(path)).text))
    const { html } = await eva.get(path)
    const ids = new Set(html.match(/\b(att|rf|pi|re|evt|ord|pay|ch|cs)_\w{6,}/g))
    expect([...new Set([...ids].map((id) => id.split('_')[0]))].toSorted()).toEqual(
      expect.arrayContaining(['att', 'ord', 'pay', 'pi', 're', 'rf']),
    )
    for (const id of [...ids, `${path.slice(18, 30)}…`])
      expect([id, (await eva.get(`/console/search?q=${id}`)).path]).toEqual([
        id,
        id.startsWith('ord') ? `/console${orderPath}` : path,
      ])
    expect((await eva.get(`/console/search?q=${encodeURIComponent('rf_none')}`)).path).toContain('/search')
    // What is shown cut is whole for whoever points at it.
    expect(html).toMatch(/<a href="\/console\/orders\/ord_\w+">\s*<code title="ord_\w+">ord_\w+…<\/code>/)
    expect(html).toMatch(/<code title="att_\w{16,}">att_\w+…<\/code>/)
  })

  it('finds a person by name, with their stays, visits and wallet, from wherever they are named', async () => {
    await topUp(ana, stripe, 1000)
    await choose(ana, undefined, 'wallet')
    await choose(ana, await freeTime(ana), 'wallet')
    await bookAndPay(ana, stripe)
    const eva = await staff()
    expect((await eva.get('/console/payments')).html).toContain('href="/console/search?q=ana"')
    for (const name of ['ana', 'Ana']) {
      const { text } = await eva.get(`/console/search?q=${name}`)
      expect(text).toMatch(
        /What Ana has Payments .* Stays .* Casa del Mar .* Appointments .* Dr Lucía Herrera .* Booked|Confirmed/,
      )
      expect(text).toMatch(/Consultations .* Dr Lucía Herrera .* Open .* Wallet Balance: MX\$70\.00 .* -MX\$650\.00/)
    }
  })

  it('finds a consultation by its payment', async () => {
    await topUp(ana, stripe, 280)
    await choose(ana, undefined, 'wallet')
    const eva = await staff()
    const id = /con_\w+/.exec((await eva.get('/console/consultations')).text)?.[0] ?? ''
    expect((await eva.get(`/console/search?q=${id}`)).text).toContain('Chat consultation · MX$280.00')
  })

  it.each(['', 'ord_none', 'eve@example.com', '<script>', 'ñ', '%'])(
    'says what it does not know: "%s"',
    async (text) => {
      const eva = await staff()
      const page = await eva.get(`/console/search?q=${encodeURIComponent(text)}`)
      expect(page.status).toBe(200)
      expect(page.html).not.toContain('<script>')
      expect(page.text).toContain('Look for a payment, an order, an intent')
      expect(page.text.includes('Nothing is known as')).toBe(text !== '')
    },
  )
})

describe('the story of a payment', () => {
  it('says each moment to the second and in which zone, and names what is known in words', async () => {
    const { orderPath } = await buy(ana, stripe, goods.jaguar)
    const eva = await staff()
    const path = /href="(\/console\/payments\/pay_\w+)"/.exec((await eva.get(`/console${orderPath}`)).html)?.[1] ?? ''
    const { text, html } = await eva.get(path)
    const story = text.slice(text.indexOf('The whole story'))
    expect(story).toMatch(/\d+ \w+ \d{4}, \d\d:\d\d:\d\d GMT-6 Asked/)
    expect(html).toMatch(/<time datetime="[\d-]+T[\d:.]+Z" title="[\d-]+T[\d:.]+Z">/)
    expect(story).toMatch(/id at Stripe cs_\w+/)
    expect(story).toMatch(/expires \d+ \w+ \d{4}, \d\d:\d\d:\d\d GMT-6/)
    expect(story).not.toMatch(/minorUnits|\b[a-z]+(Id|At|Units)\b/)
    const inSpanish = (await eva.get(`${path}?lang=es`)).text
    expect(inSpanish).toMatch(/identificador en Stripe cs_\w+/)
  })

  it('is not told that nothing was more than can be refunded', async () => {
    const { orderPath } = await buy(ana, stripe, goods.jaguar)
    const eva = await staff()
    const path = /href="(\/console\/payments\/pay_\w+)"/.exec((await eva.get(`/console${orderPath}`)).html)?.[1] ?? ''
    for (const amount of ['0', '0.00'])
      expect((await eva.submit(await eva.get(path), `${path}/refund`, { amount })).text).toContain(
        'Nothing cannot be refunded: an amount above zero',
      )
    expect((await eva.submit(await eva.get(path), `${path}/refund`, { amount: '9999' })).text).toContain(
      'That is more than can be refunded.',
    )
  })
})

describe('the overview', () => {
  it('counts what those count who watch over it, says how the circuit breaker stands, and why payments failed as staff say it', async () => {
    const eva = await staff()
    const first = await eva.get('/console')
    expect(first.text).toContain('0 ghost records: what exists unpaid 0 open intents 0 failed payments 0 retries')
    expect(first.text).toMatch(/Stripe is asked Circuit breaker: closed\./)
    await put(ana, goods.mug.slug)
    const { sessionId } = await toCheckout(ana)
    expect(await stripe.pay(sessionId, goods.mug.minor, 'pm_card_chargeDeclined')).toBe(402)
    const told = await eventually('the decline', async () => {
      const page = await eva.get('/console')
      return page.text.includes('1 failed payment ') && page
    })
    expect(told.text).toContain('1 The card was declined.')
    expect(told.text).not.toContain('Your card')
    expect(told.text).toContain('Conversion')
  })

  it('counts payments of today and of thirty days, what is to be sent, and what is sold out', async () => {
    const eva = await staff()
    expect((await eva.get('/console')).text).toContain('No payments.')
    await buy(ana, stripe, goods.jaguar)
    await put(ben, goods.pattern.slug)
    const { sessionId } = await toCheckout(ben)
    expect(await stripe.pay(sessionId, goods.pattern.minor, 'pm_card_chargeDeclined')).toBe(402)
    const figures = await eva.get('/console')
    expect(figures.text).toContain('1 order to send')
    expect(figures.text).toContain('1 article sold out')
    expect(figures.text).toMatch(/Today .* MXN 2 1 50% MX\$1,250\.00 MX\$0\.00 The last 30 days .* MXN 2 1 50%/)
    // A day later today is another one.
    await stripe.advance(24 * 3_600_000)
    const tomorrow = await eva.get('/console')
    expect(tomorrow.text).toMatch(/Today No payments\. The last 30 days .* MXN 2 1 50%/)
  })

  it('says why attempts to pay failed', async () => {
    await bookAndPay(ana, stripe, { arrivesIn: 45 })
    const eva = await staff()
    const path = /href="(\/console\/payments\/pay_\w+)"/.exec(
      (await eva.get('/console/payments?status=pending')).html,
    )?.[1]
    expect((await eva.submit(await eva.get(path ?? ''), `${path}/fail-card`)).text).toContain('The card is detached.')
    await toNextDueDate(eva)
    await eventually('the failure', async () => /Why attempts failed 1 \w/.test((await eva.get('/console')).text))
  })

  it('is in Spanish too, and in English for those who read from the right', async () => {
    await buy(ana, stripe, goods.jaguar)
    const eva = createVisitor(server.url, { language: 'es' })
    await eva.signIn('staff@example.com')
    expect((await eva.get('/console')).text).toMatch(/pedido por enviar .* Los últimos 30 días/)
    for (const [part, name] of [
      ['orders', 'Pedidos'],
      ['stock', 'Existencias'],
      ['coupons', 'Cupones'],
      ['search', 'Buscar'],
    ])
      expect((await eva.get(`/console/${part}`)).text).toContain(name)
    const reader = createVisitor(server.url, { language: 'fa' })
    await reader.signIn('staff@example.com')
    const list = await reader.get('/console/orders')
    expect(list.html).toMatch(/<html lang="fa" dir="rtl">[^]*class="console" lang="en" dir="ltr"/)
    // Sums, moments and statuses run the same way as the words between which they stand.
    expect(list.text).toMatch(/ana MX\$1,250\.00 Paid \d/)
    expect((await reader.get('/console/payments')).text).toMatch(/Order ana MX\$1,250\.00 Completed \d/)
  })
})
