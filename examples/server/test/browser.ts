import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContext, type Page } from 'playwright-core'

/** Debian's Chromium, or whatever `CHROMIUM` names. */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/** Whether there is a browser. In CI there has to be: what is left out there would be left out for good. */
export const hasBrowser = (() => {
  if (existsSync(executablePath)) return true
  const advice = `There is no browser at ${executablePath}. Install Chromium, or name one with CHROMIUM=/path/to/it.`
  if (process.env['CI'] !== undefined) throw new Error(advice)
  console.warn(`\n*** The browser stories are LEFT OUT: nobody clicks through the pages in this run. ${advice} ***\n`)
  return false
})()

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** A browser with a profile of its own, empty at the start and removed at the end. */
export interface Guest {
  readonly page: Page
  /** Everything that went wrong on the pages: script errors, refusals by the content policy, failed requests. */
  readonly complaints: readonly string[]
  readonly close: () => Promise<void>
}

/** Who is at a browser: what they read, and how wide their screen is, in CSS pixels. */
export interface Reader {
  readonly locale?: string
  readonly width?: number
}

/** Opens a browser. */
export const openBrowser = async ({ locale = 'en-US', width = 1100 }: Reader = {}): Promise<Guest> => {
  const profile = mkdtempSync(join(tmpdir(), 'chromium-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: flags,
    locale,
    viewport: { width, height: 900 },
  })
  return {
    ...(await listenIn(context)),
    close: async () => {
      await context.close()
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

/** One browser for many guests: starts at once for each but the first. Each is as private as with a browser of their own. */
export interface SharedBrowser {
  readonly open: (reader?: Reader) => Promise<Guest>
  readonly close: () => Promise<void>
}

/** Starts a browser in which guests come and go. */
export const shareBrowser = async (): Promise<SharedBrowser> => {
  const browser = await chromium.launch({ executablePath, args: flags })
  return {
    open: async ({ locale = 'en-US', width = 1100 } = {}) => {
      const context = await browser.newContext({ locale, viewport: { width, height: 900 } })
      return { ...(await listenIn(context)), close: () => context.close() }
    },
    close: () => browser.close(),
  }
}

const listenIn = async (context: BrowserContext): Promise<Omit<Guest, 'close'>> => {
  const complaints: string[] = []
  const page = context.pages()[0] ?? (await context.newPage())
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 40[24]/.test(message.text())) complaints.push(message.text())
  })
  return { page, complaints }
}

/** Signs in by one click. */
export const signInAs = async (page: Page, url: string, email: string): Promise<void> => {
  await page.goto(`${url}/sign-in`)
  await page.locator(`form:has(input[value="${email}"]) button`).click()
  await page.waitForURL((now) => now.pathname !== '/sign-in')
}

/** Types a card into the hosted payment page and sends it. */
export const typeCard = async (page: Page, number: string): Promise<void> => {
  await page.locator('input[name=number]').fill(number)
  await page.locator('input[name=expiry]').fill('12/34')
  await page.locator('input[name=cvc]').fill('123')
  const email = page.locator('input[name=email]')
  if ((await email.count()) > 0) await email.fill('guest@example.com')
  await page.locator('button[name=method][value=card]').click()
  await page.waitForLoadState()
}

/** Whether everything on the page is to be had without scrolling to the side. */
export const fitsItsWidth = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')
