import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { hasBrowser } from './browser.ts'
import { arriveAt, click, onADayAtTheScreens, read, type ClinicScreens } from './clinic-screens.ts'
import { eventually } from './eventually.ts'
import { fees, freeTime, toPaymentPage } from './patient.ts'
import { createVisitor, type Visitor } from './visitor.ts'

const staff = 'staff@example.com'
const hour = 3_600_000
const goneAlready = 'That piece of work is not a dead letter any more.'

describe.runIf(hasBrowser)('what staff do about work in the console, in a browser', () => {
  let screens: ClinicScreens
  onADayAtTheScreens((day) => void (screens = day))

  const inDatabase = <T>(work: (database: Database.Database) => T): T => {
    const database = new Database(join(screens.server.folder, '.data', 'holdfast.db'), { timeout: 5_000 })
    try {
      return work(database)
    } finally {
      database.close()
    }
  }
  /** Whatever is to be told to somebody fails from now on. */
  const breakMessages = () =>
    inDatabase((database) =>
      database.exec(
        `CREATE TRIGGER no_messages BEFORE INSERT ON stays_messages BEGIN SELECT RAISE(ABORT, 'The post is on strike.'); END`,
      ),
    )
  const mendMessages = () => inDatabase((database) => database.exec('DROP TRIGGER no_messages'))

  const bookAndPay = async (): Promise<Visitor> => {
    const ana = createVisitor(screens.server.url)
    await ana.signIn('ana@example.com')
    const { sessionId, ways } = await toPaymentPage(ana, await freeTime(ana))
    expect(await screens.stripe.pay(sessionId, fees.appointment)).toBe(200)
    const { text } = await ana.get(ways(await screens.stripe.ledger()).success)
    expect(text).toContain('Your appointment is booked')
    return ana
  }
  /** Ana has paid, and the message that says so was tried until it was given up. */
  const withDeadLetter = async (): Promise<Visitor> => {
    breakMessages()
    const ana = await bookAndPay()
    const dead = () =>
      inDatabase((database) =>
        database.prepare<[], number>(`SELECT count(*) FROM holdfast_outbox WHERE status = 'dead'`).pluck().get(),
      )
    await eventually(
      'the message to be given up',
      async () => {
        await screens.stripe.advance(hour)
        return dead() === 1
      },
      60_000,
    )
    return ana
  }
  const openDeadLetters = async (page: Page) => {
    await page.goto(`${screens.server.url}/console`)
    await page.getByRole('link', { name: 'Outbox' }).first().click()
    await page.getByRole('link', { name: 'Dead letters' }).click()
    await arriveAt(page, 'Outbox')
    await page.locator('tr', { hasText: 'The post is on strike.' }).waitFor()
  }
  const openStory = async (page: Page) => {
    await page.goto(`${screens.server.url}/console/payments`)
    await page.locator('td a').first().click()
    await read(page, 'The whole story')
    return page.locator('.entry', { hasText: 'retry effect' })
  }

  it('a message that could not be sent is found among the dead letters, tried again, and goes out; the story says by whom', async () => {
    const ana = await withDeadLetter()
    expect((await ana.get('/messages')).text).toContain('No messages yet.')
    const eva = await screens.signIn(staff)
    await openDeadLetters(eva)
    mendMessages()
    await click(eva, 'Try again')
    await read(eva, 'It waits again, and is tried at once.')
    await eventually('the message', async () => (await ana.get('/messages')).text.includes('Your visit is confirmed'))
    await eva.getByRole('link', { name: 'Dead letters' }).click()
    await read(eva, 'Nothing here.')
    const retried = await openStory(eva)
    await retried.getByText('Asked', { exact: true }).waitFor()
    await retried.getByText('· staff:staff').waitFor()
    await eva.locator('.entry', { hasText: 'message sent' }).waitFor()
    expect(await retried.count()).toBe(1)
  })

  it('what somebody else had tried again meanwhile is not tried twice, and the second is told so', async () => {
    await withDeadLetter()
    const [eva, colleague] = [await screens.signIn(staff), await screens.signIn(staff)]
    for (const page of [eva, colleague]) await openDeadLetters(page)
    mendMessages()
    await click(eva, 'Try again')
    await read(eva, 'It waits again, and is tried at once.')
    await click(colleague, 'Try again')
    await read(colleague, goneAlready)
    await arriveAt(colleague, 'Outbox')
    expect(await (await openStory(colleague)).count()).toBe(1)
  })

  it('a letter that fails again is a dead letter again, and each try is told', async () => {
    await withDeadLetter()
    const eva = await screens.signIn(staff)
    await openDeadLetters(eva)
    await click(eva, 'Try again')
    await read(eva, 'It waits again, and is tried at once.')
    await eventually(
      'the message to be given up again',
      async () => {
        await screens.stripe.advance(hour)
        await eva.goto(`${screens.server.url}/console/work/outbox?status=dead`)
        return (await eva.getByRole('button', { name: 'Try again' }).count()) === 1
      },
      60_000,
    )
    mendMessages()
    await click(eva, 'Try again')
    await read(eva, 'It waits again, and is tried at once.')
    const retried = await openStory(eva)
    expect(await retried.count()).toBe(2)
  })

  it('a row that is not there, and a queue that is not there, are said not to be', async () => {
    const eva = createVisitor(screens.server.url)
    await eva.signIn(staff)
    const page = await eva.get('/console')
    const retry = async (queue: string) => {
      const token = /name="csrf_token" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
      const body = new URLSearchParams({ csrf_token: token, id: 'send_message:nobody' })
      return eva.send(`/console/work/${queue}/retry`, { method: 'POST', body })
    }
    for (const queue of ['tasks', 'outbox', 'inbox']) {
      const answer = await retry(queue)
      expect([answer.status, answer.headers.get('location')]).toEqual([
        303,
        `/console/work/${queue}?status=dead&problem=retryGone`,
      ])
      expect((await eva.get(answer.headers.get('location') ?? '')).text).toContain(goneAlready)
    }
    expect((await retry('nothing')).status).toBe(404)
  })

  it('somebody who is no staff has none of it', async () => {
    const ana = createVisitor(screens.server.url)
    const { csrfToken } = await ana.signIn('ana@example.com')
    for (const path of ['/console/work/outbox/retry', '/console/attention/resolve']) {
      const body = new URLSearchParams({ csrf_token: csrfToken, id: 'anything' })
      expect((await ana.send(path, { method: 'POST', body })).status).toBe(404)
    }
  })

  it('what needs a human is settled by one while another has it open: the other is told, and who did it is kept', async () => {
    await bookAndPay()
    const ledger = await (await fetch(`${screens.server.url}/_simulator/ledger`)).text()
    await screens.stripe.control('disputes', { payment_intent: /pi_\w+/.exec(ledger)?.[0] ?? '' })
    const [eva, colleague] = [await screens.signIn(staff), await screens.signIn(staff)]
    for (const page of [eva, colleague])
      await eventually('the call for a human', async () => {
        await page.goto(`${screens.server.url}/console/attention`)
        return (await page.getByRole('heading', { name: 'dispute opened' }).count()) === 1
      })
    await arriveAt(eva, 'Needs a human')
    await click(eva, 'Mark as settled')
    await read(eva, 'Marked as settled.')
    await read(eva, 'Nothing here.')
    await click(colleague, 'Mark as settled')
    await read(colleague, 'Somebody settled that already.')
    await read(colleague, 'Nothing here.')
    const kept = inDatabase((database) => database.prepare('SELECT code, resolved_by FROM holdfast_attention').all())
    expect(kept).toEqual([{ code: 'dispute_opened', resolved_by: 'staff:staff' }])
  })
})
