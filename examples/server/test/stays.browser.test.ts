import type { Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fitsItsWidth, hasBrowser, openBrowser, signInAs, typeCard, type Guest, type Reader } from './browser.ts'
import { eventually } from './eventually.ts'
import { stay } from './guest.ts'
import { startTestServer, type TestServer } from './running.ts'
import { doublyPayable, sessionIn, stripeAt } from './stripe-payer.ts'

describe.runIf(hasBrowser)('in a browser', () => {
  let server: TestServer
  const guests: Guest[] = []
  let watching: { readonly stop: () => Promise<readonly string[]> }
  beforeEach(async () => {
    server = await startTestServer()
    watching = watchLedger(server.url)
  })
  afterEach(async () => {
    // Over the whole of every story, never two live ways to pay one payment.
    const seen = await watching.stop()
    for (const { close } of guests) await close()
    const complaints = guests.splice(0).flatMap((guest) => guest.complaints)
    await server.remove()
    expect(seen).toEqual([])
    expect(complaints).toEqual([])
  })
  const open = async (reader?: Reader) => {
    const guest = await openBrowser(reader)
    guests.push(guest)
    return guest.page
  }

  it('a guest books with 4242, and the balance is charged to the saved card when its day has come', async () => {
    const [ana, eva] = [await open(), await open()]
    await signInAs(ana, server.url, 'ana@example.com')
    await ana.locator('a', { hasText: 'Casa del Mar' }).click()
    await ana.goto(`${server.url}/stays/${stay.slug}?month=${stay.arrival.slice(0, 7)}`)
    await ana.locator(`a.day[href*="arrival=${stay.arrival}"]`).click()
    await ana.waitForURL(/arrival=/)
    await ana.locator(`a.day[href*="departure=${stay.departure}"]`).first().click()
    await ana.waitForURL(/departure=/)
    await ana.getByRole('button', { name: /Pay the deposit/ }).click()
    await ana.waitForURL(/\/c\/pay\/cs_/)
    await typeCard(ana, '4242 4242 4242 4242')
    await ana.getByRole('heading', { name: 'Booked!' }).waitFor()
    await ana.getByRole('link', { name: 'See your booking' }).click()
    await ana.getByText('Booked. See you there!').waitFor()

    await signInAs(eva, server.url, 'staff@example.com')
    await eva.getByRole('button', { name: 'To the next due date' }).click()
    await eva
      .getByRole('status')
      .getByText(/The clock says .* now/)
      .waitFor()
    await eventually('the balance to be paid', async () => {
      await ana.reload()
      return (await ana.locator('main').innerText()).includes('Everything is paid')
    })
    const { derived } = await stripeAt(server.url).ledger()
    expect(Object.values(derived.money_by_payment_id).map(({ captured, charges }) => [captured, charges])).toEqual([
      [stay.depositMinor, 1],
      [stay.balanceMinor, 1],
    ])
    await eva.goto(`${server.url}/console/payments?status=completed`)
    await eva.locator('td a').first().click()
    await eva.getByRole('heading', { name: 'The whole story' }).waitFor()
  })

  it('a card that works with its owner present and fails without ends in one message with one link', async () => {
    const [ana, eva] = [await open(), await open()]
    await signInAs(ana, server.url, 'ana@example.com')
    await ana.goto(`${server.url}/stays/${stay.slug}?arrival=${stay.arrival}&departure=${stay.departure}`)
    await ana.getByRole('button', { name: /Pay the deposit/ }).click()
    await typeCard(ana, '4000 0000 0000 0341')
    await ana.getByRole('alert').waitFor()
    await typeCard(ana, '4000 0027 6000 3184')
    await ana.locator('button[value=succeeded]').click()
    await ana.getByRole('heading', { name: 'Booked!' }).waitFor()

    await signInAs(eva, server.url, 'staff@example.com')
    await eva.getByRole('button', { name: 'To the next due date' }).click()
    const link = ana.getByRole('link', { name: /Pay the balance/ })
    await eventually('the message', async () => {
      await ana.goto(`${server.url}/messages`)
      return (await link.count()) > 0
    })
    expect(await link.count()).toBe(1)
    const linked = sessionIn((await link.getAttribute('href')) ?? '')

    await ana.goto(`${server.url}/bookings`)
    await ana.getByRole('link', { name: 'Open' }).click()
    await ana.getByRole('button', { name: 'Retry the payment' }).click()
    await ana.waitForURL(/\/c\/pay\/cs_/)
    expect(sessionIn(ana.url())).toBe(linked)
    await typeCard(ana, '4242424242424242')
    await ana.getByRole('heading', { name: 'Everything is paid' }).waitFor()
    await ana.goto(`${server.url}/messages`)
    expect(await ana.getByRole('heading', { name: 'Your balance could not be charged' }).count()).toBe(1)
    expect(await link.count()).toBe(0)
    await ana.getByRole('link', { name: 'It has been paid since.' }).waitFor()
    const { derived } = await stripeAt(server.url).ledger()
    expect(derived.sessions.filter(({ metadata }) => metadata['type'] === 'balance')).toHaveLength(1)
  })

  it('of two guests who pay for the same nights one has them, and the other has the money back', async () => {
    const [ana, ben] = [await open(), await open()]
    for (const [page, email] of [
      [ana, 'ana@example.com'],
      [ben, 'ben@example.com'],
    ] as const) {
      await signInAs(page, server.url, email)
      await page.goto(`${server.url}/stays/${stay.slug}?arrival=${stay.arrival}&departure=${stay.departure}`)
      await page.getByRole('button', { name: /Pay the deposit/ }).click()
      await page.waitForURL(/\/c\/pay\/cs_/)
    }
    await typeCard(ana, '4242424242424242')
    await ana.getByRole('heading', { name: 'Booked!' }).waitFor()
    await typeCard(ben, '4242424242424242')
    await ben.getByRole('heading', { name: 'Somebody was faster' }).waitFor()
    await ben.locator('.others a').first().click()
    await ben.getByRole('button', { name: /Pay the deposit/ }).waitFor()
    await eventually(
      'the refund',
      async () => (await stripeAt(server.url).ledger()).objects.refund[0]?.status === 'succeeded',
    )
    await eventually('the message', async () => {
      await ben.goto(`${server.url}/messages`)
      return (await ben.getByRole('heading', { name: 'Somebody was faster' }).count()) === 1
    })
    const { derived, objects } = await stripeAt(server.url).ledger()
    expect(objects.refund.map(({ amount }) => amount)).toEqual([stay.depositMinor])
    expect(Object.values(derived.money_by_payment_id).filter(({ unrefunded }) => unrefunded === 1)).toHaveLength(1)
    await ben.goto(`${server.url}/stays/${stay.slug}?month=${stay.arrival.slice(0, 7)}`)
    expect(await ben.locator(`a.day[href*="arrival=${stay.arrival}"]`).count()).toBe(0)
  })

  it('everything is read in Spanish by whoever reads Spanish, the payment page included', async () => {
    const page = await open({ locale: 'es-MX' })
    await signInAs(page, server.url, 'ana@example.com')
    expect(await page.locator('html').getAttribute('lang')).toBe('es')
    await page.goto(`${server.url}/stays/${stay.slug}?arrival=${stay.arrival}&departure=${stay.departure}`)
    await page.getByRole('button', { name: 'Pagar el anticipo · $2,160.00' }).click()
    await page.waitForURL(/\/c\/pay\/cs_/)
    expect(await page.locator('html').getAttribute('lang')).toBe('es')
    await typeCard(page, '4242424242424242')
    await page.getByRole('heading', { name: '¡Reservado!' }).waitFor()
    await page.getByRole('link', { name: 'EN', exact: true }).click()
    await page.getByRole('heading', { name: 'Booked!' }).waitFor()
    expect((await stripeAt(server.url).ledger()).objects['checkout.session'][0]?.locale).toBe('es-419')
  })

  it('every page fits a phone, the payment page and the console included', async () => {
    const [ana, eva] = [await open({ width: 390 }), await open({ width: 390, locale: 'es-MX' })]
    const tooWide: string[] = []
    const look = async (page: Page, path?: string) => {
      if (path !== undefined) await page.goto(`${server.url}${path}`)
      if (!(await fitsItsWidth(page))) tooWide.push(page.url())
    }
    for (const path of ['/', '/sign-in', '/nowhere']) await look(ana, path)
    await signInAs(ana, server.url, 'ana@example.com')
    await look(ana, `/stays/${stay.slug}?arrival=${stay.arrival}&departure=${stay.departure}`)
    expect((await ana.locator('.site-header').boundingBox())?.height).toBeLessThan(130)
    await ana.getByRole('button', { name: /Pay the deposit/ }).click()
    await look(ana)
    await typeCard(ana, '4242424242424242')
    await ana.getByRole('link', { name: 'See your booking' }).click()
    await look(ana)
    await ana.getByRole('button', { name: 'Pay the balance now' }).click()
    await ana.waitForURL(/\/c\/pay\/cs_/)
    await look(ana)
    for (const path of ['/bookings', '/messages']) await look(ana, path)

    await signInAs(eva, server.url, 'staff@example.com')
    await look(eva)
    for (const path of [
      'payments',
      'appointments',
      'consultations',
      'attention',
      'work/tasks',
      'work/outbox',
      'work/inbox',
    ])
      await look(eva, `/console/${path}`)
    await look(eva, '/console/payments')
    await eva.locator('td a').first().click()
    await eva.getByRole('heading', { level: 1 }).waitFor()
    await look(eva)
    expect(tooWide).toEqual([])
  })

  it('with webhooks off whoever comes back is told the truth, and the balance is charged all the same', async () => {
    const [ana, eva] = [await open(), await open()]
    await signInAs(eva, server.url, 'staff@example.com')
    await eva.getByRole('button', { name: 'off', exact: true }).click()
    await eva.getByRole('status').getByText('Webhooks are off now.').waitFor()
    await signInAs(ana, server.url, 'ana@example.com')
    await ana.goto(`${server.url}/stays/${stay.slug}?arrival=${stay.arrival}&departure=${stay.departure}`)
    await ana.getByRole('button', { name: /Pay the deposit/ }).click()
    await typeCard(ana, '4242424242424242')
    await ana.getByRole('heading', { name: 'Booked!' }).waitFor()
    await ana.getByRole('link', { name: 'See your booking' }).click()
    await eva.goto(`${server.url}/console`)
    await eva.getByRole('button', { name: 'To the next due date' }).click()
    await eventually('the balance to be paid', async () => {
      await ana.reload()
      return (await ana.locator('main').innerText()).includes('Everything is paid')
    })
    const { deliveries } = await stripeAt(server.url).ledger()
    expect(deliveries.filter(({ status }) => status === 'delivered')).toEqual([])
  })
})

/** Looks at what Stripe holds again and again. Answers every payment that ever had two open pages. */
const watchLedger = (url: string): { readonly stop: () => Promise<readonly string[]> } => {
  const found = new Set<string>()
  let looking = true
  const watch = (async () => {
    while (looking) {
      for (const paymentId of doublyPayable(await stripeAt(url).ledger())) found.add(paymentId)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  })()
  return {
    stop: async () => {
      looking = false
      await watch
      return [...found]
    },
  }
}
