import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import {
  fitsItsWidth,
  shareBrowser,
  signInAs,
  typeCard,
  type Guest,
  type Reader,
  type SharedBrowser,
} from './browser.ts'
import { countRecords, fees } from './patient.ts'
import { startTestServer, type TestServer } from './running.ts'
import { doublyPayable, stripeAt } from './stripe-payer.ts'

/** Cards as they are typed into the payment page. */
export const cards = {
  good: '4242 4242 4242 4242',
  declined: '4000 0000 0000 0002',
  poor: '4000 0000 0000 9995',
  expired: '4000 0000 0000 0069',
} as const

/** What the database and Stripe hold between them; sums in minor units. */
export interface Held {
  readonly reservations: number
  readonly consultations: number
  readonly charges: number
  readonly captured: number
  readonly refunds: number
  readonly refunded: number
}

/** What each story has for itself. */
export interface ClinicScreens {
  readonly server: TestServer
  readonly stripe: ReturnType<typeof stripeAt>
  /** Somebody at a browser of their own, who has signed in. */
  readonly signIn: (email: string, reader?: Reader) => Promise<Page>
  /** What the browser has to complain about in this story. Whatever else it complains about is a fault. */
  readonly expectComplaint: (pattern: RegExp) => void
  /** What the database and Stripe hold now. */
  readonly held: () => Promise<Held>
}

/**
 * A day at the clinic in browsers, for each story of a file, handed over as it begins. Whatever the story was: in the end nothing
 * is there that nobody has paid, nothing could be paid twice, and no browser has complained about anything unexpected.
 */
export const onADayAtTheScreens = (begin: (screens: ClinicScreens) => void): void => {
  let browser: SharedBrowser
  let server: TestServer
  const guests: Guest[] = []
  const expected: RegExp[] = []
  beforeAll(async () => {
    browser = await shareBrowser()
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    server = await startTestServer()
    const stripe = stripeAt(server.url)
    begin({
      server,
      stripe,
      signIn: async (email, reader) => {
        const guest = await browser.open(reader)
        guests.push(guest)
        await signInAs(guest.page, server.url, email)
        return guest.page
      },
      expectComplaint: (pattern) => void expected.push(pattern),
      held: () => readHeld(server),
    })
  })
  afterEach(async () => {
    for (const { close } of guests) await close()
    const isExpected = (complaint: string) => expected.some((pattern) => pattern.test(complaint))
    const complaints = guests.flatMap((guest) => guest.complaints).filter((complaint) => !isExpected(complaint))
    guests.length = expected.length = 0
    const { ghosts } = await countRecords(server)
    const doubly = doublyPayable(await stripeAt(server.url).ledger())
    await server.remove()
    expect([ghosts, doubly, complaints]).toEqual([0, [], []])
  })
}

/** Exactly this, and nothing that is not named. */
export const only = (held: Partial<Held>): Held => ({ ...nothing, ...held })

const nothing: Held = { reservations: 0, consultations: 0, charges: 0, captured: 0, refunds: 0, refunded: 0 }

const readHeld = async (server: TestServer): Promise<Held> => {
  const { reservations, consultations } = await countRecords(server)
  const { derived, objects } = await stripeAt(server.url).ledger()
  const money = Object.values(derived.money_by_payment_id)
  const total = (of: (each: (typeof money)[number]) => number) => money.reduce((sum, each) => sum + of(each), 0)
  return {
    reservations,
    consultations,
    charges: total(({ charges }) => charges),
    captured: total(({ captured }) => captured),
    refunds: objects.refund.length,
    refunded: total(({ refunded }) => refunded),
  }
}

/** Chooses the first free time of the second week, and arrives at the choice of how to pay. */
export const chooseTime = async (page: Page): Promise<void> => {
  await page.goto(new URL(`/clinic/${fees.slug}?week=1`, page.url()).href)
  await page.locator('.times a').first().click()
  await page.waitForURL(/\/book\?at=/)
}

/** Wants to ask by chat, and arrives at the choice of how to pay. */
export const chooseChat = async (page: Page): Promise<void> => {
  await page.goto(new URL(`/clinic/${fees.slug}`, page.url()).href)
  await page.locator(`a[href="/clinic/${fees.slug}/ask"]`).click()
  await page.waitForURL(/\/ask$/)
}

/** Clicks a button by its label, or by what is to be read in it. */
export const click = (page: Page, name: string | RegExp): Promise<void> => page.getByRole('button', { name }).click()

/** Waits until the payment page is there. */
export const atStripe = (page: Page): Promise<void> => page.waitForURL(/\/c\/pay\/cs_/)

/** Clicks a button that leads to the payment page, and waits for it. */
export const clickToStripe = async (page: Page, name: string | RegExp): Promise<void> => {
  await click(page, name)
  await atStripe(page)
}

/** Types a card that is declined: the payment page stays, and says so. */
export const beDeclined = async (page: Page, card: string): Promise<void> => {
  await typeCard(page, card)
  await page.getByRole('alert').waitFor()
}

/** Goes the payment page's own way back. */
export const goBack = async (page: Page): Promise<void> => {
  await page.locator('a[href*="/payment/cancel"]').click()
  await page.waitForURL(/\/payment\/cancel/)
}

/** Waits for a page by its heading. It has to fit a phone as well as a desk. */
export const arriveAt = async (page: Page, heading: string): Promise<void> => {
  await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor()
  const widths = [390, page.viewportSize()?.width ?? 1100]
  const tooWide: number[] = []
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 })
    if (!(await fitsItsWidth(page))) tooWide.push(width)
  }
  expect(tooWide).toEqual([])
}

/** Waits until a sentence is to be read. */
export const read = (page: Page, text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor()
