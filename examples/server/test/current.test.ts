import { afterEach, describe, expect, it } from 'vitest'
import { onADayOfItsOwn, type ClinicDay } from './clinic-day.ts'
import { eventually } from './eventually.ts'
import { stay } from './guest.ts'
import { atPayment, choose, fees, freeTimes, leaveAction, payAction, topUp, toPaymentPage } from './patient.ts'
import { startTestServer, type TestServer } from './running.ts'
import { createVisitor, type Visitor } from './visitor.ts'

let server: ClinicDay['server']
let stripe: ClinicDay['stripe']
let ana: ClinicDay['ana']
onADayOfItsOwn((day) => void ({ server, stripe, ana } = day))

/** Sends a form as this visitor's browser would, and follows nothing. */
const send = async (visitor: Visitor, path: string, fields: Readonly<Record<string, string>>, as = 'ana') => {
  const { csrfToken } = await visitor.signIn(`${as}@example.com`)
  return visitor.send(path, { method: 'POST', body: new URLSearchParams({ csrf_token: csrfToken, ...fields }) })
}

/** What an answer does to the cookie of an intent; absent where it leaves it alone. */
const intentCookie = ({ headers }: Response): string | undefined =>
  headers.getSetCookie().find((cookie) => /^(__Host-)?holdfast_intent=/.test(cookie))

/** The times of two appointments, as their forms send them. */
const twoTimes = async () => {
  const [first = '', second = ''] = await freeTimes(ana)
  const at = (time: string): string => new URL(time, server.url).searchParams.get('at') ?? ''
  return { first, second, firstAt: at(first), secondAt: at(second) }
}

/** The payment that a page leads back to. */
const paymentOn = (html: string): string | undefined =>
  /href="\/payment\/success\?payment_id=(pay_\w+)"/.exec(html)?.[1]

/** What the API says that this browser was about to pay. */
const current = async (visitor: Visitor) => {
  const response = await visitor.send('/api/intents/current/')
  return (await response.json()) as Readonly<Record<string, unknown>>
}

describe('a browser that begins to pay', () => {
  it.each([
    ['/clinic/lucia-herrera/book', async () => ({ at: (await twoTimes()).firstAt, with: 'card' })],
    ['/clinic/lucia-herrera/ask', async () => ({ with: 'card' })],
    ['/wallet/top-up', async () => ({ amount: '200' })],
    [`/stays/${stay.slug}/book`, async () => ({ arrival: stay.arrival, departure: stay.departure, guests: '2' })],
  ])('at %s holds an opaque token that no script can read, and nothing else', async (path, fields) => {
    const response = await send(ana, path, await fields())
    expect(response.status).toBe(303)
    const cookie = intentCookie(response) ?? ''
    expect(cookie).toMatch(/^holdfast_intent=\S+; Max-Age=86400; Path=\/; HttpOnly; SameSite=Lax$/)
    const { intent_id: intentId, payment_id: paymentId, status } = await current(ana)
    expect(status).toBe('open')
    for (const told of [intentId, paymentId]) expect(cookie).not.toContain(told)
  })
})

describe('a visitor who comes back to the clinic without a link', () => {
  it('is led to what this browser was about to pay, although something newer was begun elsewhere', async () => {
    const { first, second } = await twoTimes()
    const { sessionId } = await toPaymentPage(ana, first)
    const mine = await current(ana)
    const elsewhere = createVisitor(server.url)
    await elsewhere.signIn('ana@example.com')
    await toPaymentPage(elsewhere, second)
    for (const page of ['/clinic', '/clinic/mateo-rios', '/']) {
      const { html, text } = await ana.get(page)
      expect(text).toMatch(/Something waits for your payment\. Go on: Appointment · Dr Lucía Herrera · /)
      expect(paymentOn(html)).toBe(mine['payment_id'])
    }
    const led = await ana.get('/payment/current')
    expect(led.text).toContain('Not paid yet')
    expect(atPayment(await ana.submit(led, payAction(led), { with: 'card' })).sessionId).toBe(sessionId)
  })

  it('whose cookie is lost is found by who they are, and the browser holds it again', async () => {
    const { first, second } = await twoTimes()
    await toPaymentPage(ana, first)
    const begun = await current(ana)
    const other = createVisitor(server.url)
    await other.signIn('ana@example.com')
    expect(paymentOn((await other.get('/clinic')).html)).toBe(begun['payment_id'])
    await toPaymentPage(ana, second)
    expect(paymentOn((await other.get('/clinic')).html)).toBe(begun['payment_id'])
  })

  it('whose session is over is asked to sign in, and led there then', async () => {
    const { firstAt } = await twoTimes()
    const cookie = intentCookie(await send(ana, '/clinic/lucia-herrera/book', { at: firstAt, with: 'card' })) ?? ''
    const headers = { cookie: cookie.split(';')[0] ?? '' }
    const page = await createVisitor(server.url).send('/clinic', { headers })
    expect(await page.text()).toMatch(
      /Something waits for your payment\. <a href="\/payment\/current">Sign in to go on</,
    )
    const door = await createVisitor(server.url).send('/payment/current', { headers })
    expect(door.headers.get('location')).toBe('/sign-in?next=%2Fpayment%2Fcurrent')
    expect(await (await createVisitor(server.url).send('/clinic')).text()).not.toContain('waits for your payment')
  })

  it('goes on with what they last went on with, and not with what they began last', async () => {
    const { first, second } = await twoTimes()
    await toPaymentPage(ana, first)
    const begun = await current(ana)
    await toPaymentPage(ana, second)
    const path = `/payments/${String(begun['payment_id'])}/pay`
    expect((await send(ana, path, { with: 'card' })).status).toBe(303)
    expect((await current(ana))['intent_id']).toBe(begun['intent_id'])
  })

  it('reads of it in their own language', async () => {
    const { first } = await twoTimes()
    await toPaymentPage(ana, first)
    for (const [language, said] of [
      ['es', 'Algo espera tu pago. Continuar: Cita · Dra. Lucía Herrera'],
      ['fa', 'چیزی در انتظار پرداخت شماست. ادامه: نوبت ویزیت · دکتر لوسیا اِررا'],
    ] as const) {
      const reader = createVisitor(server.url, { language })
      await reader.signIn('ana@example.com')
      expect((await reader.get('/clinic')).text).toContain(said)
    }
  })
})

describe('the cookie of an intent', () => {
  it('is gone once the page has said that it is booked', async () => {
    const { first } = await twoTimes()
    const { sessionId, ways } = await toPaymentPage(ana, first)
    const before = await ana.send('/clinic')
    expect(intentCookie(before)).not.toContain('Max-Age=0')
    expect(await stripe.pay(sessionId, fees.appointment)).toBe(200)
    const told = await ana.send(ways(await stripe.ledger()).success)
    expect(await told.text()).toContain('Your appointment is booked')
    expect(intentCookie(told)).toContain('Max-Age=0')
    expect(await current(ana)).toMatchObject({ code: 'intent_not_found' })
    expect((await ana.get('/clinic')).text).not.toContain('waits for your payment')
  })

  it('is gone at once where it was paid from the wallet', async () => {
    await topUp(ana, stripe, 1000)
    const { first } = await twoTimes()
    expect((await choose(ana, first, 'wallet')).text).toContain('Your appointment is booked')
    expect(await current(ana)).toMatchObject({ code: 'intent_not_found' })
  })

  it('is gone as soon as it is given up', async () => {
    const { first } = await twoTimes()
    const { ways } = await toPaymentPage(ana, first)
    const back = await ana.get(ways(await stripe.ledger()).cancel)
    const given = await send(ana, leaveAction(back), {})
    expect([given.status, intentCookie(given)]).toEqual([303, expect.stringContaining('Max-Age=0')])
    expect((await ana.get('/clinic')).text).not.toContain('waits for your payment')
  })

  it('is gone, and its outcome told, where it was paid and nobody came back from the payment page', async () => {
    const { first } = await twoTimes()
    const { sessionId } = await toPaymentPage(ana, first)
    expect(await stripe.pay(sessionId, fees.appointment)).toBe(200)
    await eventually('the appointment', async () => (await ana.get('/appointments')).text.includes('Booked'))
    const { html, text } = await ana.get('/clinic')
    expect(text).toContain('What you were about to pay for is settled. See what became of it: Appointment')
    expect((await ana.get(`/payment/success?payment_id=${paymentOn(html) ?? ''}`)).text).toContain(
      'Your appointment is booked',
    )
    expect((await ana.get('/clinic')).text).not.toContain('is settled')
  })

  it('holds what a top-up is for, until that is paid', async () => {
    const { first } = await twoTimes()
    const { sessionId, ways } = atPayment(await choose(ana, first, 'top_up'))
    expect(await current(ana)).toMatchObject({ kind: 'appointment', status: 'open' })
    expect(await stripe.pay(sessionId, fees.appointment)).toBe(200)
    const { success } = ways(await stripe.ledger())
    await eventually('the rest', async () => (await ana.get(success)).text.includes('Your appointment is booked'))
    expect(await current(ana)).toMatchObject({ code: 'intent_not_found' })
  })

  it('is gone for whoever sits down at this browser next', async () => {
    const { first } = await twoTimes()
    await toPaymentPage(ana, first)
    expect(intentCookie(await send(ana, '/sign-out', {}))).toContain('Max-Age=0')
    expect(await (await ana.send('/clinic')).text()).not.toContain('waits for your payment')
  })
})

describe('the cookie of an intent over HTTPS', () => {
  let secure: TestServer | undefined
  afterEach(() => secure?.remove())

  it('is for HTTPS alone, and for this host alone', async () => {
    secure = await startTestServer({ PUBLIC_URL: 'https://clinic.example' })
    const address = /address +(http:\S+)/.exec(secure.facts.join('\n'))?.[1] ?? ''
    const visitor = createVisitor(address)
    const response = await send(visitor, '/clinic/lucia-herrera/ask', { with: 'card' })
    expect(intentCookie(response)).toMatch(
      /^__Host-holdfast_intent=\S+; Max-Age=86400; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
  })
})
