import type { Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fitsItsWidth, hasBrowser, openBrowser, signInAs, typeCard, type Guest, type Reader } from './browser.ts'
import { eventually } from './eventually.ts'
import { countRecords } from './patient.ts'
import { startTestServer, type TestServer } from './running.ts'
import { doublyPayable, stripeAt } from './stripe-payer.ts'

describe.runIf(hasBrowser)('the clinic in a browser', () => {
  let server: TestServer
  const guests: Guest[] = []
  beforeEach(async () => {
    server = await startTestServer()
  })
  afterEach(async () => {
    for (const { close } of guests) await close()
    const complaints = guests.splice(0).flatMap((guest) => guest.complaints)
    const { ghosts } = await countRecords(server)
    const doubly = doublyPayable(await stripeAt(server.url).ledger())
    await server.remove()
    expect([ghosts, doubly, complaints]).toEqual([0, [], []])
  })
  const open = async (reader?: Reader) => {
    const guest = await openBrowser(reader)
    guests.push(guest)
    return guest.page
  }
  /** Chooses the first free time of the second week, and arrives at the choice of how to pay. */
  const chooseTime = async (page: Page) => {
    await page.goto(`${server.url}/clinic/lucia-herrera?week=1`)
    await page.locator('.times a').first().click()
    await page.waitForURL(/\/book\?at=/)
  }
  const atStripe = (page: Page) => page.waitForURL(/\/c\/pay\/cs_/)

  it('a patient finds a doctor and a time, is declined once, pays, and sees the appointment', async () => {
    const ana = await open()
    await signInAs(ana, server.url, 'ana@example.com')
    await ana.getByRole('link', { name: 'See the doctors of the clinic' }).click()
    await ana.getByRole('link', { name: 'Dr Lucía Herrera', exact: true }).click()
    await ana.getByText('All times are those of Mexico City').waitFor()
    await ana.getByRole('link', { name: 'The seven days after' }).click()
    await ana.locator('.times a').first().click()
    await ana.getByRole('button', { name: 'Pay MX$650.00 by card' }).click()
    await atStripe(ana)
    await typeCard(ana, '4000 0000 0000 0002')
    await ana.getByRole('alert').waitFor()
    expect(await countRecords(server)).toMatchObject({ reservations: 0 })
    await ana.goto(`${server.url}/clinic`)
    await ana.getByText('Something waits for your payment.').waitFor()
    await ana.getByRole('link', { name: 'See it, pay it or leave it' }).click()
    await ana.getByRole('button', { name: 'Pay MX$650.00 by card' }).click()
    await atStripe(ana)
    await typeCard(ana, '4242 4242 4242 4242')
    await ana.getByRole('heading', { name: 'Your appointment is booked' }).waitFor()
    await ana.getByRole('link', { name: 'See your appointments' }).click()
    await ana.getByText('Booked', { exact: true }).waitFor()
    expect(await countRecords(server)).toMatchObject({ reservations: 1 })
  })

  it('a patient asks by chat, tops up what is missing, and it goes on by itself until the doctor has closed it', async () => {
    const [ana, eva] = [await open(), await open()]
    await signInAs(ana, server.url, 'ana@example.com')
    await ana.goto(`${server.url}/clinic/elena-castro`)
    await ana.getByRole('link', { name: /Ask by chat/ }).click()
    await ana.getByRole('button', { name: 'Top up MX$350.00 and pay' }).click()
    await atStripe(ana)
    await typeCard(ana, '4242 4242 4242 4242')
    await ana.getByRole('heading', { name: 'Your consultation is open' }).waitFor()
    await ana.goto(`${server.url}/wallet`)
    await ana.locator('.holds').getByText('MX$0.00').waitFor()
    expect(await ana.locator('.statement li').count()).toBe(2)
    await ana.goto(`${server.url}/appointments`)
    await ana.getByText('Dr Elena Castro will write to you.').waitFor()

    await signInAs(eva, server.url, 'staff@example.com')
    await eva.getByRole('link', { name: 'Consultations' }).click()
    await eva.getByRole('button', { name: 'Close' }).click()
    await eva.getByText('The consultation is closed.').waitFor()
    await eva.locator('td a[href^="/console/payments/"]').first().click()
    await eva.locator('td', { hasText: 'Wallet' }).first().waitFor()
    await eva.locator('.entry', { hasText: 'consultation' }).getByText('closed', { exact: true }).waitFor()
    await ana.reload()
    await ana.getByText('Closed', { exact: true }).waitFor()
  })

  it('of two patients who pay for one time one has it, and the other reads in Persian where the money is', async () => {
    const [ana, ben] = [await open(), await open({ locale: 'fa-IR' })]
    await signInAs(ana, server.url, 'ana@example.com')
    await signInAs(ben, server.url, 'ben@example.com')
    for (const page of [ana, ben]) {
      await chooseTime(page)
      await page.locator('.ways button').first().click()
      await atStripe(page)
    }
    await typeCard(ana, '4242424242424242')
    await ana.getByRole('heading', { name: 'Your appointment is booked' }).waitFor()
    await typeCard(ben, '4242424242424242')
    await ben.getByRole('heading', { name: 'کسی زودتر بود' }).waitFor()
    await ben.getByText('همهٔ ۶۵۰٫۰۰ پزو شما در راه بازگشت به کارتتان است.').waitFor()
    expect(await ben.locator('.others a').count()).toBe(4)
    await ben.locator('.others a').first().click()
    await ben.getByRole('button', { name: /با کارت/ }).waitFor()
    await eventually(
      'the refund',
      async () => (await stripeAt(server.url).ledger()).objects.refund[0]?.status === 'succeeded',
    )
    expect(await countRecords(server)).toMatchObject({ reservations: 1 })
  })

  it('Persian is read from the right, with its own digits, on the stays as on the clinic', async () => {
    const page = await open({ locale: 'fa-IR' })
    await page.goto(server.url)
    expect(await page.locator('html').getAttribute('dir')).toBe('rtl')
    await page.getByText('۲٬۴۰۰٫۰۰ پزو').first().waitFor()
    const brand = await page.locator('.brand').boundingBox()
    const languages = await page.locator('.languages').boundingBox()
    expect(brand?.x).toBeGreaterThan(languages?.x ?? Infinity)
    await page.goto(`${server.url}/clinic/mateo-rios?week=1`)
    await page.getByText('۰۸:۰۰').first().waitFor()
    await page.getByRole('link', { name: 'ES', exact: true }).click()
    await page.getByRole('heading', { name: 'Mateo Ríos' }).waitFor()
    expect(await page.locator('html').getAttribute('dir')).toBe('ltr')
  })

  it.each([['es-MX'], ['fa-IR']])('the menu of a phone shows where one is in %s', async (locale) => {
    const page = await open({ width: 390, locale })
    await signInAs(page, server.url, 'ana@example.com')
    for (const path of ['/', '/messages']) {
      await page.goto(`${server.url}${path}`)
      const item = await page.locator('.menu [aria-current]').boundingBox()
      const menu = await page.locator('.menu').boundingBox()
      const [from, to] = [item?.x ?? -1, (item?.x ?? 0) + (item?.width ?? 1000)]
      expect([from >= (menu?.x ?? 0) - 1, to <= (menu?.x ?? 0) + (menu?.width ?? 0) + 1]).toEqual([true, true])
      expect(await page.evaluate('scrollY')).toBe(0)
    }
  })

  it.each([['en-US'], ['es-MX'], ['fa-IR']])('every page fits a phone in %s', async (locale) => {
    const page = await open({ width: 390, locale })
    const tooWide: string[] = []
    const look = async (path?: string) => {
      if (path !== undefined) await page.goto(`${server.url}${path}`)
      if (!(await fitsItsWidth(page))) tooWide.push(page.url())
    }
    for (const path of ['/', '/clinic', '/clinic/mateo-rios?week=1']) await look(path)
    await signInAs(page, server.url, 'ana@example.com')
    await chooseTime(page)
    await look()
    await page.locator('.ways button').first().click()
    await atStripe(page)
    for (const path of ['/clinic', '/appointments', '/wallet', '/clinic/elena-castro/ask', '/messages'])
      await look(path)
    await page.goto(`${server.url}/appointments`)
    await page.locator('.ways button').first().click()
    await atStripe(page)
    await typeCard(page, '4242424242424242')
    await page.waitForURL(/\/payment\/success/)
    await look()
    for (const path of ['/appointments', '/clinic/lucia-herrera?problem=slot_taken&at=2026-06-01T10:00:00Z'])
      await look(path)
    expect(tooWide).toEqual([])
  })
})
