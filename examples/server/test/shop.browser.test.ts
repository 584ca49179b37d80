import type { Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fitsItsWidth, hasBrowser, openBrowser, signInAs, typeCard, type Guest, type Reader } from './browser.ts'
import { discrepancies, onShelf, readBooks, usesOf } from './buyer.ts'
import { eventually } from './eventually.ts'
import { stay } from './guest.ts'
import { startTestServer, type TestServer } from './running.ts'
import { keepCard } from './saved-cards.ts'
import { doublyPayable, sessionIn, stripeAt } from './stripe-payer.ts'

const jaguar = 'alebrije-jaguar'

describe.runIf(hasBrowser)('the shop in a browser', () => {
  let server: TestServer
  const guests: Guest[] = []
  beforeEach(async () => {
    server = await startTestServer()
  })
  afterEach(async () => {
    for (const { close } of guests) await close()
    const complaints = guests.splice(0).flatMap((guest) => guest.complaints)
    const doubly = doublyPayable(await stripeAt(server.url).ledger())
    const wrong = discrepancies(readBooks(server))
    await server.remove()
    expect([doubly, wrong, complaints]).toEqual([[], [], []])
  })
  const open = async (reader?: Reader) => {
    const guest = await openBrowser(reader)
    guests.push(guest)
    return guest.page
  }
  const signedIn = async (email: string, reader?: Reader) => {
    const page = await open(reader)
    await signInAs(page, server.url, email)
    return page
  }
  const atStripe = (page: Page) => page.waitForURL(/\/c\/pay\/cs_/)
  const put = async (page: Page, slug: string) => {
    await page.goto(`${server.url}/shop/${slug}`)
    await page.locator('form.add button').click()
    await page.waitForURL(/added=/)
  }
  /** Orders the jaguar with a coupon of three uses, and stands before the payment page. */
  const orderJaguar = async (page: Page) => {
    await put(page, jaguar)
    await page.goto(`${server.url}/cart`)
    await page.getByLabel('Coupon').fill('primeros3')
    await page.getByRole('button', { name: 'Use it' }).click()
    await page.getByText('PRIMEROS3 takes MX$312.50 off.').waitFor()
    await page.getByRole('button', { name: 'Order and pay MX$937.50' }).click()
    await atStripe(page)
    expect([onShelf(server, jaguar), usesOf(server, 'PRIMEROS3')]).toEqual([
      [1, 1],
      [0, 1],
    ])
  }
  /** What the jaguar's order kept is back, once, and it can be ordered again. */
  const isBack = async (page: Page) => {
    await eventually('what was kept to be back', async () => onShelf(server, jaguar)[1] === 0)
    expect([onShelf(server, jaguar), usesOf(server, 'PRIMEROS3')]).toEqual([
      [1, 0],
      [0, 0],
    ])
    expect(readBooks(server).holds.map(({ status }) => status)).toEqual(['released', 'released'])
    await page.goto(`${server.url}/shop/${jaguar}`)
    await page.getByText('1 left').waitFor()
  }

  it('a guest fills a cart, is told what will not do, pays, and has it until it is delivered', async () => {
    const [ana, eva] = [await open(), await signedIn('staff@example.com')]
    await ana.goto(server.url)
    await ana.getByRole('link', { name: 'Look into the shop' }).click()
    await ana.getByRole('button', { name: 'Add to the cart: Talavera mug' }).click()
    await ana.getByRole('status').getByText('In your cart: Talavera mug.').waitFor()
    await ana.getByRole('link', { name: 'Copper pitcher', exact: true }).click()
    await ana.getByLabel('How many').selectOption('2')
    await ana.getByRole('button', { name: 'Add to the cart: Copper pitcher' }).click()
    await ana.getByRole('link', { name: 'Cart (3)' }).click()
    await ana.getByRole('link', { name: 'Sign in to order' }).click()
    await ana.getByRole('button', { name: 'Continue as Ana' }).click()
    await ana.getByRole('heading', { name: 'Your cart' }).waitFor()

    await ana.getByLabel('How many of Copper pitcher').fill('9')
    await ana.locator('#jarra-cobre').getByRole('button', { name: 'Change' }).click()
    await ana.getByRole('alert').getByText('There are only 2 left.').waitFor()
    expect(await ana.getByRole('button', { name: /Order and pay/ }).count()).toBe(0)
    await ana.getByRole('button', { name: 'Remove Copper pitcher' }).click()
    await ana.getByLabel('Coupon').fill('verano25')
    await ana.getByRole('button', { name: 'Use it' }).click()
    await ana.getByRole('alert').getByText('This coupon ended').waitFor()
    await ana.getByRole('button', { name: 'Take it out' }).click()
    await ana.getByRole('button', { name: 'Order and pay MX$280.00' }).click()
    await atStripe(ana)

    // Back without paying: it waits, and nothing was charged.
    await ana.goto(`${server.url}/orders`)
    await ana.getByRole('link', { name: 'See the order' }).click()
    await ana.getByText('59 minutes left').waitFor()
    await ana.getByRole('button', { name: /Pay now/ }).click()
    await atStripe(ana)
    await typeCard(ana, '4000 0000 0000 0002')
    await ana.getByRole('alert').waitFor()
    await typeCard(ana, '4242 4242 4242 4242')
    await ana.getByRole('heading', { name: 'Your order is paid' }).waitFor()
    await ana.getByRole('link', { name: 'See your order' }).click()
    await ana.getByRole('status').getByText('It is paid, and we are wrapping it.').waitFor()

    await eva.getByRole('link', { name: 'order to send' }).click()
    await eva.locator('td a').first().click()
    await eva.getByLabel('Tracking').fill('MX-4711')
    await eva.getByRole('button', { name: 'Sent', exact: true }).click()
    await eva.getByText('Noted: it is on its way.').waitFor()
    await ana.reload()
    await ana.getByText('Tracking: MX-4711').waitFor()
    await eva.getByRole('button', { name: 'Delivered', exact: true }).click()
    await eva.getByText('Noted: it has arrived.').waitFor()
    await ana.reload()
    await ana.getByText('It has arrived. We hope you like it!').waitFor()
    await ana.getByRole('link', { name: 'Receipt' }).click()
    await ana.getByRole('button', { name: 'Print' }).waitFor()
    await ana.getByText('Paid in all').waitFor()
    await ana.emulateMedia({ media: 'print' })
    expect(await ana.locator('.site-header').isVisible()).toBe(false)
    expect(onShelf(server, 'taza-talavera')).toEqual([11, 0])
  })

  /** Books a stay, which lets Stripe keep the card of the deposit. */
  const bookWith = async (page: Page, card: string) => {
    await page.goto(`${server.url}/stays/${stay.slug}?arrival=${stay.arrival}&departure=${stay.departure}`)
    await page.locator('form[action$="/book"] button').click()
    await atStripe(page)
    await typeCard(page, card)
    await page.waitForURL(/\/payment\/success/)
  }

  it('a guest who has booked buys in the shop with the card of the deposit, with no page of Stripe between', async () => {
    const ana = await signedIn('ana@example.com')
    await bookWith(ana, '4242 4242 4242 4242')
    await ana.getByRole('heading', { name: 'Booked!' }).waitFor()
    await put(ana, jaguar)
    await ana.goto(`${server.url}/cart`)
    expect(await ana.getByLabel('A new card').isChecked()).toBe(true)
    await ana.getByText('Visa •••• 4242').click()
    await ana.getByRole('button', { name: 'Order and pay MX$1,250.00' }).click()
    await ana.getByRole('heading', { name: 'Your order is paid' }).waitFor()
    await ana.getByRole('link', { name: 'See your order' }).click()
    await ana.getByRole('status').getByText('It is paid, and we are wrapping it.').waitFor()
    await ana.getByRole('link', { name: 'Receipt' }).click()
    await ana.getByText('with the saved card').waitFor()
    expect(onShelf(server, jaguar)).toEqual([0, 0])
    const { derived } = await stripeAt(server.url).ledger()
    expect(Object.values(derived.money_by_payment_id).map(({ captured }) => captured)).toContain(125_000)
  })

  it('a saved card is chosen on the page of an order by its keyboard, and a declined one leaves the others', async () => {
    const ana = await signedIn('ana@example.com', { width: 390 })
    await bookWith(ana, '4242 4242 4242 4242')
    await put(ana, jaguar)
    const declining = await keepCard(server, 'ana', 'pm_card_chargeCustomerFail')
    await ana.goto(`${server.url}/cart`)
    await ana.locator(`input[value="${declining}"]`).check()
    await ana.getByRole('button', { name: /Order and pay/ }).click()
    await ana.getByRole('status').getByText('Your card was declined. Nothing has been charged').waitFor()
    expect(await fitsItsWidth(ana)).toBe(true)
    await ana.getByLabel('A new card').focus()
    await ana.keyboard.press('ArrowUp')
    expect(await ana.getByLabel('Visa •••• 4242').isChecked()).toBe(true)
    await ana.getByRole('button', { name: /Pay now/ }).click()
    await ana.getByRole('heading', { name: 'Your order is paid' }).waitFor()
  })

  it('an order that is cancelled by hand gives back what it kept, once, and its page is closed', async () => {
    const ana = await signedIn('ana@example.com')
    await orderJaguar(ana)
    const paymentPage = ana.url()
    await ana.goto(`${server.url}/orders`)
    await ana.getByRole('link', { name: 'See the order' }).click()
    await ana.getByText('Cancel this order').click()
    await ana.getByRole('button', { name: 'Yes, cancel it' }).click()
    await ana.getByRole('status').getByText('This order was cancelled. Nothing was charged.').waitFor()
    await isBack(ana)
    expect(await stripeAt(server.url).pay(sessionIn(paymentPage), 93_750)).not.toBe(200)
  })

  it('an order whose hour is over gives back what it kept, once', async () => {
    const [ana, eva] = [await signedIn('ana@example.com'), await signedIn('staff@example.com')]
    await orderJaguar(ana)
    const paymentPage = ana.url()
    await eva.getByRole('button', { name: 'One hour on' }).click()
    await eva
      .getByRole('status')
      .getByText(/The clock says .* now/)
      .waitFor()
    await ana.goto(`${server.url}/orders`)
    await ana.getByRole('link', { name: 'See the order' }).click()
    await eventually('the order to be over', async () => {
      await ana.reload()
      return (await ana.locator('main').innerText()).includes('It was not paid in time.')
    })
    await isBack(ana)
    expect(await stripeAt(server.url).pay(sessionIn(paymentPage), 93_750)).not.toBe(200)
  })

  it('with webhooks off the sweep finds what was closed at Stripe, and gives back what was kept, once', async () => {
    const [ana, eva] = [await signedIn('ana@example.com'), await signedIn('staff@example.com')]
    await eva.getByRole('button', { name: 'off', exact: true }).click()
    await eva.getByRole('status').getByText('Webhooks are off now.').waitFor()
    await orderJaguar(ana)
    const sessionId = sessionIn(ana.url())
    const stripe = stripeAt(server.url)
    const closed = await fetch(new URL(`/v1/checkout/sessions/${sessionId}/expire`, server.url), {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_dashboard' },
    })
    expect(closed.status).toBe(200)
    await ana.goto(`${server.url}/orders`)
    await ana.getByRole('link', { name: 'See the order' }).click()
    await ana.getByText('Everything is kept for you until').waitFor()
    // Three quarters of its hour: nobody but the sweep can have found out.
    for (let quarters = 0; quarters < 3; quarters += 1) await stripe.advance(15 * 60_000)
    await eventually('the order to be over', async () => {
      await ana.reload()
      return (await ana.locator('main').innerText()).includes('It was not paid in time.')
    })
    await isBack(ana)
    const { deliveries } = await stripe.ledger()
    expect(deliveries.filter(({ status }) => status === 'delivered')).toEqual([])
  })

  it('of two who want the last one, one has it, and the other is told before paying anything', async () => {
    const [ana, ben] = [await signedIn('ana@example.com'), await signedIn('ben@example.com')]
    for (const page of [ana, ben]) {
      await put(page, jaguar)
      await page.goto(`${server.url}/cart`)
    }
    await ana.getByRole('button', { name: /Order and pay/ }).click()
    await atStripe(ana)
    await ben.getByRole('button', { name: /Order and pay/ }).click()
    await ben.getByRole('alert').getByText('Somebody is paying for the last of these right now.').waitFor()
    await typeCard(ana, '4242424242424242')
    await ana.getByRole('heading', { name: 'Your order is paid' }).waitFor()
    await ben.reload()
    await ben.getByRole('alert').getByText('Sold out.').waitFor()
    await ben.goto(`${server.url}/shop`)
    await ben.locator('.stay-card', { hasText: 'Jaguar alebrije' }).getByText('sold out').waitFor()
    expect(readBooks(server).orders).toHaveLength(1)
    expect(onShelf(server, jaguar)).toEqual([0, 0])
  })

  it('the figures of the overview change by themselves', async () => {
    const [eva, ana] = [await signedIn('staff@example.com'), await signedIn('ana@example.com')]
    await eva.locator('#figures').getByText('No payments.').first().waitFor()
    await eva.getByRole('searchbox').fill('half of an id')
    await orderJaguar(ana)
    await typeCard(ana, '4242424242424242')
    await ana.getByRole('heading', { name: 'Your order is paid' }).waitFor()
    await eva.locator('#figures').getByText('MX$937.50').first().waitFor()
    // Nobody who was about to type something has lost it.
    expect(await eva.getByRole('searchbox').inputValue()).toBe('half of an id')
    await eva.getByRole('searchbox').fill('ana@example.com')
    await eva.getByRole('button', { name: 'Find' }).click()
    await eva.getByRole('heading', { name: 'What Ana has' }).waitFor()
  })

  it('Persian is read from the right, with its own digits, from the shop to the order', async () => {
    const ben = await signedIn('ben@example.com', { locale: 'fa-IR' })
    await ben.goto(`${server.url}/shop`)
    expect(await ben.locator('html').getAttribute('dir')).toBe('rtl')
    const card = ben.locator('.stay-card', { hasText: 'شال آبی' })
    await card.getByText('۱٬۹۰۰٫۰۰ پزو').waitFor()
    await card.getByText('۴ تا مانده').waitFor()
    await card.getByRole('button').click()
    await ben.getByRole('link', { name: 'سبد (۱)' }).click()
    const picture = await ben.locator('.cart-line .scene').boundingBox()
    const price = await ben.locator('.cart-sum').boundingBox()
    expect(picture?.x).toBeGreaterThan(price?.x ?? Infinity)
    await ben.locator('.cart-line input[name=quantity]').fill('۲')
    await ben.getByRole('button', { name: 'تغییر' }).click()
    await ben.getByRole('button', { name: 'سفارش و پرداخت ۳٬۸۰۰٫۰۰ پزو' }).click()
    await atStripe(ben)
    await typeCard(ben, '4242424242424242')
    await ben.getByRole('heading', { name: 'سفارش شما پرداخت شد' }).waitFor()
    await ben.getByRole('link', { name: 'دیدن سفارش' }).click()
    await ben.getByRole('status').getByText('در حال بسته‌بندی آن هستیم').waitFor()
    expect(await ben.locator('html').getAttribute('dir')).toBe('rtl')
  })

  it.each([['en-US'], ['es-MX'], ['fa-IR']])('every page fits a phone in %s', async (locale) => {
    const page = await open({ width: 390, locale })
    const tooWide: string[] = []
    const look = async (path?: string) => {
      if (path !== undefined) await page.goto(`${server.url}${path}`)
      if (!(await fitsItsWidth(page))) tooWide.push(page.url())
    }
    for (const path of ['/shop', `/shop/${jaguar}`, '/cart']) await look(path)
    await signInAs(page, server.url, 'ana@example.com')
    await bookWith(page, '4242424242424242')
    for (const slug of [jaguar, 'servilletas-tenango', 'patron-papel-picado']) await put(page, slug)
    await look('/cart')
    await page.locator('input[name=coupon]').fill('verano25')
    await page.locator('#coupon button').first().click()
    await look()
    await page.locator('#coupon button').last().click()
    await page.locator('form[action="/cart/order"] button').click()
    await atStripe(page)
    await look('/orders')
    await page.locator('.booking a.button').click()
    await look()
    await page.locator('form[action$="/pay"] button').click()
    await atStripe(page)
    await typeCard(page, '4242424242424242')
    await page.waitForURL(/\/payment\/success/)
    await look()
    await page.locator('.outcome a.button').click()
    await look()
    await page.locator('a[href$="/receipt"]').click()
    await look()
    await look('/messages')

    const eva = await signedIn('staff@example.com', { width: 390, locale })
    const lookAt = async (path?: string) => {
      if (path !== undefined) await eva.goto(`${server.url}${path}`)
      if (!(await fitsItsWidth(eva))) tooWide.push(eva.url())
    }
    for (const path of ['', '/orders', '/stock', '/coupons?code=CIEN', '/search', '/search?q=ana@example.com'])
      await lookAt(`/console${path}`)
    await eva.goto(`${server.url}/console/orders`)
    await eva.locator('td a').first().click()
    await lookAt()
    expect(tooWide).toEqual([])
  })
})
