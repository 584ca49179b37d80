import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { book, bookAndPay, stay } from './guest.ts'
import { startTestServer, type TestServer } from './running.ts'
import { sessionIn, stripeAt } from './stripe-payer.ts'
import { createVisitor } from './visitor.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.remove())

const visitor = async (email?: string, options?: { readonly language: string }) => {
  const somebody = createVisitor(server.url, options)
  if (email !== undefined) await somebody.signIn(email)
  return somebody
}
const form = (fields: Readonly<Record<string, string>>): RequestInit => ({
  method: 'POST',
  body: new URLSearchParams(fields),
})

describe('whoever has not signed in', () => {
  it('is led to the door, and from there to where they wanted to go', async () => {
    const nobody = await visitor()
    const door = await nobody.get('/bookings')
    expect(door.path).toBe('/sign-in?next=%2Fbookings')
    expect((await nobody.submit(door, '/sign-in', { email: 'ana@example.com', next: '/bookings' })).path).toBe(
      '/bookings',
    )
  })

  it.each(['https://evil.example/', '//evil.example/', '/.//evil.example/', '/\\evil.example/'])(
    'is never led on to %s',
    async (next) => {
      const response = await (await visitor()).send('/sign-in', form({ email: 'ana@example.com', next }))
      expect(new URL(response.headers.get('location') ?? '', server.url).origin).toBe(server.url)
    },
  )

  it('is told so by the API, and strangers are not signed in', async () => {
    const nobody = await visitor()
    const json = { method: 'POST', headers: { 'content-type': 'application/json' } }
    expect((await nobody.send('/api/session', { ...json, body: '{"email":"eve@example.com"}' })).status).toBe(401)
    expect((await nobody.send('/api/session', { ...json, body: '{}' })).status).toBe(400)
  })
})

describe('the session', () => {
  it('is a cookie that no script reads, and a token that the API wants with every change', async () => {
    const ana = createVisitor(server.url)
    const response = await ana.send('/api/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"email":"ana@example.com"}',
    })
    expect(response.headers.get('set-cookie')).toMatch(/HttpOnly/)
    const { csrf_token } = (await response.json()) as { csrf_token: string }
    const open = (headers: Readonly<Record<string, string>>, more: Readonly<Record<string, string>> = {}) =>
      ana.send('/api/intents', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({
          kind: 'reservation',
          payload: { property: 'loft-roma', arrival: stay.arrival, departure: stay.departure, guests: 1, ...more },
        }),
      })
    expect((await open({})).status).toBe(403)
    expect((await open({ 'x-csrf-token': csrf_token })).status).toBe(201)
    const priced = await open({ 'x-csrf-token': csrf_token }, { amount: '0.01' })
    expect(priced.status).toBe(400)
    expect(await priced.text()).toContain('amount')
  })
})

describe('forms from elsewhere', () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ['without the token', {}],
    ['of another site', { 'sec-fetch-site': 'cross-site' }],
    ['of another origin', { origin: 'https://evil.example' }],
  ])('are refused: %s', async (_, headers) => {
    const ana = await visitor('ana@example.com')
    const page = await ana.get('/bookings')
    const token = /name="csrf_token" value="(\w+)"/.exec(page.html)?.[1] ?? ''
    const fields = Object.keys(headers).length === 0 ? {} : { csrf_token: token }
    expect((await ana.send('/sign-out', { ...form(fields), headers })).status).toBe(403)
    expect((await ana.get('/bookings')).path).toBe('/bookings')
  })

  it.each(['multipart/form-data; boundary=x', 'multipart/form-data', 'application/json', 'text/plain'])(
    'are refused in a way that forms of ours are not sent: %s',
    async (type) => {
      const ana = await visitor('ana@example.com')
      const sent = { method: 'POST', headers: { 'content-type': type }, body: 'csrf_token' }
      expect((await ana.send('/sign-out', sent)).status).toBe(403)
      expect((await ana.get('/bookings')).path).toBe('/bookings')
    },
  )

  it('sign nobody in by the API', async () => {
    const response = await (await visitor()).send('/api/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'https://evil.example' },
      body: '{"email":"ana@example.com"}',
    })
    expect(response.status).toBe(403)
    expect(response.headers.getSetCookie()).toEqual([])
  })

  it('do not pull the levers of the simulator either', async () => {
    const response = await fetch(`${server.url}/_simulator/reset`, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'cross-site' },
    })
    expect(response.status).toBe(403)
  })
})

describe("somebody else's things", () => {
  it('do not exist, and neither does the console for guests', async () => {
    const [ana, ben] = [await visitor('ana@example.com'), await visitor('ben@example.com')]
    const { bookingPath } = await bookAndPay(ana, stripeAt(server.url))
    const booking = await ana.get(bookingPath)
    const payPath = /\/payments\/pay_\w+\/pay/.exec(booking.html)?.[0] ?? ''
    const paymentId = payPath.split('/')[2] ?? ''
    const missing = (await ben.get('/bookings/res_nobody')).text
    expect(await ben.get(bookingPath)).toMatchObject({ status: 404, text: missing })
    for (const path of [
      `/payment/success?payment_id=${paymentId}`,
      `/payment/opening?payment_id=${paymentId}`,
      '/console',
      `/console/payments/${paymentId}`,
    ])
      expect((await ben.get(path)).status).toBe(404)
    const token = /name="csrf_token" value="(\w+)"/.exec((await ben.get('/')).html)?.[1] ?? ''
    for (const path of [
      payPath,
      `/payments/${paymentId}/abandon`,
      `${bookingPath}/cancel`,
      `/console/payments/${paymentId}/cancel`,
      '/console/demo/clock',
    ])
      expect((await ben.send(path, form({ csrf_token: token, by: 'day' }))).status).toBe(404)
    expect((await ana.get(bookingPath)).text).toContain('Confirmed')
  })
})

const paymentIn = (action: string): string => /pay_\w+/.exec(action)?.[0] ?? ''

/** Why payments were cancelled, as the database has it. */
const reasonsOf = ({ folder }: TestServer) => {
  const database = new Database(join(folder, '.data', 'holdfast.db'), { readonly: true })
  try {
    return database
      .prepare("SELECT id, cancel_reason AS reason FROM holdfast_payments WHERE status = 'cancelled'")
      .all()
  } finally {
    database.close()
  }
}

describe('a payment that cannot be made now', () => {
  it('gets a clear answer when it is paid, and when its booking is cancelled', async () => {
    const ana = await visitor('ana@example.com')
    const { bookingPath } = await bookAndPay(ana, stripeAt(server.url), { arrivesIn: 100 })
    const booking = await ana.get(bookingPath)
    const payPath = /\/payments\/pay_\w+\/pay/.exec(booking.html)?.[0] ?? ''
    const hosted = await ana.submit(booking, payPath)
    expect(await stripeAt(server.url).pay(sessionIn(hosted.path), stay.balanceMinor)).toBe(200)
    expect((await ana.submit(booking, payPath)).text).toMatch(
      /This is paid already. Nothing more to do.|Everything is paid/,
    )
    const cancelled = await ana.submit(await ana.get(bookingPath), `${bookingPath}/cancel`)
    expect(cancelled.text).toContain('This booking is cancelled.')
    expect((await ana.submit(booking, payPath)).status).toBe(200)
  })

  it('waits politely while Stripe is away, and loses nothing', async () => {
    const ana = await visitor('ana@example.com')
    const stripe = stripeAt(server.url)
    await stripe.fault({ match: 'POST /v1/checkout/sessions', kind: '429', times: 1 })
    const { page } = await book(ana, { arrivesIn: 110 })
    expect(page).toMatchObject({ status: 503 })
    expect(page.text).toContain('Nothing is lost. Please try again in ')
  })

  it('is declined on the payment page and can be tried again there, or left', async () => {
    const ana = await visitor('ana@example.com')
    const stripe = stripeAt(server.url)
    const { sessionId, amount, returnPath } = await book(ana, { arrivesIn: 120 })
    expect(await stripe.pay(sessionId, amount, 'pm_card_chargeDeclined')).toBe(402)
    const back = await ana.get(returnPath(await stripe.ledger()).replace('/success', '/cancel'))
    expect(back.text).toContain('That did not work Your card was declined. Nothing has been charged.')
    const abandon = /\/payments\/pay_\w+\/abandon/.exec(back.html)?.[0] ?? ''
    expect((await ana.submit(back, abandon)).text).toContain('Left unpaid')
    expect((await stripe.ledger()).derived.sessions.find(({ id }) => id === sessionId)?.status).toBe('expired')
    expect(reasonsOf(server)).toContainEqual({ id: paymentIn(abandon), reason: 'abandoned' })
  })
})

describe('nights', () => {
  it.each([
    ['in the past', '2020-01-01', '2020-01-03'],
    ['that do not exist', '2027-02-30', '2027-03-02'],
    ['in the wrong order', stay.departure, stay.arrival],
    ['beyond what is offered', '2060-01-01', '2060-01-05'],
  ])('%s are refused on the page', async (_, arrival, departure) => {
    const ana = await visitor('ana@example.com')
    const chosen = await ana.get(`/stays/loft-roma?arrival=${stay.arrival}&departure=${stay.departure}`)
    const page = await ana.submit(chosen, '/stays/loft-roma/book', { arrival, departure, guests: '1' })
    expect(page.text).toContain('Those days will not do.')
  })

  it('that somebody has are refused before anybody pays', async () => {
    const [ana, ben] = [await visitor('ana@example.com'), await visitor('ben@example.com')]
    const late = await ben.get(
      `/stays/${stay.slug}?arrival=${stay.at(130).arrival}&departure=${stay.at(130).departure}`,
    )
    await bookAndPay(ana, stripeAt(server.url), { arrivesIn: 130 })
    expect((await ben.submit(late, `/stays/${stay.slug}/book`, { guests: '1' })).text).toContain(
      'Those nights have just been taken.',
    )
  })
})

describe('languages', () => {
  it('are those of the browser, until another is chosen', async () => {
    const guest = await visitor(undefined, { language: 'fr;q=0.9, es-MX;q=0.8, en;q=0.1' })
    expect((await guest.get('/')).text).toContain('Seis lugares para no hacer nada')
    const english = await guest.get('/?lang=en')
    expect(english.path).toBe('/')
    expect(english.text).toContain('Six places to do nothing in')
    expect((await guest.get('/nowhere')).text).toContain('There is nothing here')
    expect((await guest.get('/?lang=fr')).text).toContain('Six places')
  })
})

describe('what is not there, or too much', () => {
  it('is answered with a page that says so', async () => {
    const ana = await visitor('ana@example.com')
    const page = await ana.get('/console/payments?after=%00')
    expect(page.status).toBe(404)
    expect((await ana.send('/bookings', { method: 'DELETE' })).status).toBe(404)
    expect((await ana.send('/sign-out', form({ text: 'x'.repeat(70_000) }))).status).toBe(413)
  })
})
