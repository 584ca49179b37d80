import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { eventually } from './eventually.ts'
import { bookAndPay, stay, toNextDueDate } from './guest.ts'
import { startTestServer, type TestServer } from './running.ts'
import { doublyPayable, stripeAt } from './stripe-payer.ts'
import { createVisitor, type Visitor } from './visitor.ts'

let server: TestServer | undefined
afterEach(async () => {
  await server?.remove()
  server = undefined
})

/** What these stories read of an answer of the API. */
const answerShape = z.object({
  code: z.string().optional(),
  payment_id: z.string().optional(),
  session_id: z.string().optional(),
  checkout_url: z.string().nullable().optional(),
})

/** Somebody who calls the API as a program does. */
const caller = async (visitor: Visitor, email: string) => {
  const { csrfToken } = await visitor.signIn(email)
  const headers = { 'content-type': 'application/json', 'x-csrf-token': csrfToken }
  const post = async (path: string, body: unknown = {}) => {
    const response = await visitor.send(path, { method: 'POST', headers, body: JSON.stringify(body) })
    return { http: response.status, ...answerShape.parse(await response.json()) }
  }
  return {
    post,
    /** Asks for a page, and again for as long as it is still being opened. */
    lead: (path: string) =>
      eventually(`an answer of ${path}`, async () => {
        const answer = await post(path)
        return answer.http !== 202 && answer
      }),
  }
}

const day = 24 * 3_600_000

const fifty = <T>(ask: () => Promise<T>): Promise<readonly T[]> => Promise.all(Array.from({ length: 50 }, ask))

/** A booking whose balance has fallen due and whose card did not do: a page is open, and a message tells of it. */
const withFailedBalance = async () => {
  server = await startTestServer()
  const stripe = stripeAt(server.url)
  const [ana, eva] = [createVisitor(server.url), createVisitor(server.url)]
  const guest = await caller(ana, 'ana@example.com')
  await eva.signIn('staff@example.com')
  const { bookingPath } = await bookAndPay(ana, stripe)
  const balanceId = /\/payments\/(pay_\w+)\/pay/.exec((await ana.get(bookingPath)).html)?.[1] ?? ''
  const failCard = `/console/payments/${balanceId}/fail-card`
  await eva.submit(await eva.get(`/console/payments/${balanceId}`), failCard)
  await toNextDueDate(eva)
  const staff = await caller(eva, 'staff@example.com')
  const messages = async () => ((await ana.get('/messages')).text.match(/could not be charged/g) ?? []).length
  await eventually('the message', async () => (await messages()) > 0)
  const sessions = async () =>
    (await stripe.ledger()).derived.sessions.filter(({ metadata }) => metadata['payment_id'] === balanceId)
  const [first] = await sessions()
  if (first === undefined) throw new Error('No page was opened.')
  const retryPath = `/api/reservations/${bookingPath.split('/').at(-1) ?? ''}/balance/retry/`
  return { stripe, ana, guest, staff, balanceId, bookingPath, retryPath, first, sessions, messages }
}

describe('fifty clicks at once', () => {
  it('open one page for a deposit, and all lead to it', async () => {
    server = await startTestServer()
    const stripe = stripeAt(server.url)
    const guest = await caller(createVisitor(server.url), 'ana@example.com')
    const payload = { property: stay.slug, arrival: stay.arrival, departure: stay.departure, guests: 2 }
    const { payment_id } = await guest.post('/api/intents/', { kind: 'reservation', payload })
    const answers = await fifty(() => guest.lead(`/api/payments/${payment_id}/checkout/`))
    const { derived } = await stripe.ledger()
    expect(derived.sessions.map(({ id }) => id)).toEqual([answers[0]?.session_id])
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]?.http).toBe(200)
  })

  it('on a balance whose card failed lead to the page of the message, and send no other', async () => {
    const { guest, retryPath, first, sessions, messages } = await withFailedBalance()
    const answers = await fifty(() => guest.lead(retryPath))
    expect(new Set(answers.map(({ http, session_id }) => `${http} ${session_id}`))).toEqual(
      new Set([`200 ${first.id}`]),
    )
    expect(await sessions()).toHaveLength(1)
    expect(await messages()).toBe(1)
  })
})

describe('a retry of the balance', () => {
  it('opens a new page where the old one has expired meanwhile, which nobody has told us of', async () => {
    const { stripe, ana, guest, balanceId, bookingPath, retryPath, first, sessions, messages } =
      await withFailedBalance()
    await stripe.webhooks('drop')
    const expired = (await stripe.ledger()).now_ms + day
    await stripe.advance(day + 60_000)
    const answers = await fifty(() => guest.lead(retryPath))
    const [old, fresh, ...more] = await sessions()
    expect([old, fresh]).toMatchObject([
      { id: first.id, status: 'expired' },
      { id: answers[0]?.session_id, status: 'open' },
    ])
    expect(more).toEqual([])
    expect(new Set(answers.map(({ session_id }) => session_id)).size).toBe(1)
    const { calls } = await stripe.ledger()
    const asked = calls.filter(({ atMs }) => atMs > expired).map(({ method, path }) => `${method} ${path}`)
    const before = asked.slice(0, asked.indexOf('POST /v1/checkout/sessions'))
    expect(before.some((call) => call.includes(first.id))).toBe(true)
    expect(asked.filter((call) => call === 'POST /v1/checkout/sessions')).toHaveLength(1)
    expect(doublyPayable(await stripe.ledger())).toEqual([])
    expect(await messages()).toBe(1)
    expect(await stripe.pay(answers[0]?.session_id ?? '', stay.balanceMinor)).toBe(200)
    expect(await guest.post(`/api/payments/${balanceId}/sync_status/`)).toMatchObject({ http: 200 })
    expect((await ana.get(bookingPath)).text).toContain('Everything is paid')
  })

  it('says that it is paid where it was paid meanwhile in another tab', async () => {
    const { stripe, ana, guest, bookingPath, retryPath, first, sessions } = await withFailedBalance()
    expect(await stripe.pay(first.id, stay.balanceMinor)).toBe(200)
    await eventually('the balance to be paid', async () =>
      (await ana.get(bookingPath)).text.includes('Everything is paid'),
    )
    const answers = await fifty(() => guest.lead(retryPath))
    expect(new Set(answers.map(({ http, code }) => `${http} ${code}`))).toEqual(new Set(['409 balance_already_paid']))
    expect(await sessions()).toHaveLength(1)
  })

  it('leads to the page that is done where nobody has told us so, and from there to the truth', async () => {
    const { stripe, ana, guest, retryPath, first, sessions } = await withFailedBalance()
    await stripe.webhooks('drop')
    expect(await stripe.pay(first.id, stay.balanceMinor)).toBe(200)
    expect(await guest.lead(retryPath)).toMatchObject({ http: 200, session_id: first.id })
    const done = await ana.get(`/c/pay/${first.id}`)
    expect(done.text).toContain('This checkout has been completed.')
    const back = /class="button" href="([^"]+)"/.exec(done.html)?.[1]?.replaceAll('&amp;', '&') ?? ''
    expect((await ana.get(back)).text).toContain('Everything is paid')
    expect(await guest.lead(retryPath)).toMatchObject({ http: 409, code: 'balance_already_paid' })
    expect(await sessions()).toHaveLength(1)
  })

  it('leads to the page on which another card was declined, and the booking says why', async () => {
    const { stripe, ana, guest, bookingPath, retryPath, first, sessions } = await withFailedBalance()
    expect(await stripe.pay(first.id, first.amount_total ?? 0, 'pm_card_chargeDeclinedExpiredCard')).toBe(402)
    await eventually('the reason', async () =>
      (await ana.get(bookingPath)).text.includes('The last try did not work: Your card has expired.'),
    )
    expect(await guest.lead(retryPath)).toMatchObject({ http: 200, session_id: first.id })
    expect(await sessions()).toHaveLength(1)
  })

  it('says that the booking is cancelled where it is, and so does the message', async () => {
    const { ana, guest, bookingPath, retryPath, sessions } = await withFailedBalance()
    expect((await guest.post(`/api/reservations${bookingPath.replace('/bookings', '')}/cancel/`)).http).toBe(200)
    const answers = await fifty(() => guest.lead(retryPath))
    expect(new Set(answers.map(({ http, code }) => `${http} ${code}`))).toEqual(new Set(['409 reservation_cancelled']))
    await eventually('the page to be closed', async () =>
      (await sessions()).every(({ status }) => status === 'expired'),
    )
    expect(await sessions()).toHaveLength(1)
    const told = await ana.get('/messages')
    expect(told.text).toContain('It does not have to be paid any more.')
    expect(told.html).not.toContain('/c/pay/')
  })

  it('opens a page with the new price where it has changed, once the old page is closed', async () => {
    const { stripe, guest, staff, balanceId, retryPath, first, sessions } = await withFailedBalance()
    expect(await staff.post(`/api/payments/${balanceId}/amount/`, { amount: '4000.00' })).toMatchObject({ http: 200 })
    const answers = await fifty(() => guest.lead(retryPath))
    expect(new Set(answers.map(({ session_id }) => session_id)).size).toBe(1)
    expect(await sessions()).toMatchObject([
      { id: first.id, status: 'expired', amount_total: stay.balanceMinor },
      { id: answers[0]?.session_id, status: 'open', amount_total: 400_000 },
    ])
    const { calls } = await stripe.ledger()
    const order = calls.filter(({ method }) => method === 'POST').map(({ path }) => path)
    const closed = order.indexOf(`/v1/checkout/sessions/${first.id}/expire`)
    expect(closed).toBeGreaterThan(-1)
    expect(order.lastIndexOf('/v1/checkout/sessions')).toBeGreaterThan(closed)
    expect(await stripe.pay(first.id, stay.balanceMinor)).not.toBe(200)
    expect(await stripe.pay(answers[0]?.session_id ?? '', 400_000)).toBe(200)
  })
})
