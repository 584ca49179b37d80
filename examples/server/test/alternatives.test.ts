import { describe, expect, it } from 'vitest'
import { onADayOfItsOwn, type ClinicDay } from './clinic-day.ts'
import { eventually } from './eventually.ts'
import { bookAndPay, stay } from './guest.ts'
import { atPayment, choose, fees, freeTime, toPaymentPage } from './patient.ts'
import { createVisitor, type Visitor } from './visitor.ts'

let server: ClinicDay['server']
let stripe: ClinicDay['stripe']
let ana: ClinicDay['ana']
onADayOfItsOwn((day) => void ({ server, stripe, ana } = day))

type AnyJson = Readonly<Record<string, unknown>>

const open = async (visitor: Visitor, email: string, body: unknown): Promise<AnyJson> => {
  const { csrfToken } = await visitor.signIn(email)
  const response = await visitor.send('/api/intents/', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-csrf-token': csrfToken },
    body: JSON.stringify(body),
  })
  return (await response.json()) as AnyJson
}

/** Ana has the first free time; Ben has paid for it a moment later, and reads in some language. */
const lost = async (language: string) => {
  const ben = createVisitor(server.url, { language })
  await ben.signIn('ben@example.com')
  const time = await freeTime(ana)
  const [first, second] = [await toPaymentPage(ana, time), await toPaymentPage(ben, time)]
  expect(await stripe.pay(first.sessionId, fees.appointment)).toBe(200)
  expect(await stripe.pay(second.sessionId, fees.appointment)).toBe(200)
  return { ben, time, at: new URL(time, server.url).searchParams.get('at') ?? '', second }
}

describe('somebody whose time was taken', () => {
  it.each([
    ['en', 'See what else is free'],
    ['es', 'Ver qué más hay libre'],
    ['fa', 'دیدن وقت‌های آزاد دیگر'],
  ])('finds in the message a link to where others are offered: %s', async (language, label) => {
    const { ben } = await lost(language)
    const html = await eventually('the message', async () => {
      const page = await ben.get('/messages')
      return page.text.includes(label) && page.html
    })
    const [, href = ''] = new RegExp(`<a href="([^"]+)">${label}</a>`).exec(html) ?? []
    const offered = await ben.get(href)
    expect(offered.html.match(/href="\/clinic\/lucia-herrera\/book\?at=/g)).toHaveLength(4)
  })

  it('is offered over HTTP what the page offers, with the intent and where a new one is refused', async () => {
    const { ben, at, second } = await lost('en')
    const paymentId = new URL(second.ways(await stripe.ledger()).success).searchParams.get('payment_id') ?? ''
    const page = await ben.get(`/payment/success?payment_id=${paymentId}`)
    const intent = (await (await ben.send(`/api/payments/${paymentId}/intent/`)).json()) as AnyJson
    expect(intent).toMatchObject({ status: 'refunded', refund_reason: 'slot_taken' })
    const others = intent['alternatives'] as readonly { readonly payload: { readonly starts_at: string } }[]
    expect(others).toHaveLength(5)
    for (const { payload } of others.slice(0, 4))
      expect(page.html).toContain(`/book?at=${encodeURIComponent(payload.starts_at)}`)
    const wanted = { kind: 'appointment', payload: { resource_id: 'doctor:lucia-herrera', starts_at: at } }
    const refused = await open(ben, 'ben@example.com', wanted)
    expect(refused).toMatchObject({ code: 'slot_taken', alternatives: others })
    const again = await open(ben, 'ben@example.com', { kind: 'appointment', payload: others[0]?.payload })
    expect(again['intent_id']).toMatch(/^int_/)
  })

  it('who topped up for it is led by the message to other times too', async () => {
    const ben = createVisitor(server.url)
    await ben.signIn('ben@example.com')
    const time = await freeTime(ana)
    const first = await toPaymentPage(ana, time)
    const topping = atPayment(await choose(ben, time, 'top_up'))
    expect(await stripe.pay(first.sessionId, fees.appointment)).toBe(200)
    await eventually('the appointment', async () => (await ana.get('/appointments')).text.includes('Booked'))
    expect(await stripe.pay(topping.sessionId, fees.appointment)).toBe(200)
    const html = await eventually('the message', async () => {
      const page = await ben.get('/messages')
      return page.text.includes('See what else is free') && page.html
    })
    const [, href = ''] = /<a href="([^"]+)">See what else is free<\/a>/.exec(html) ?? []
    expect((await ben.get(href)).html.match(/href="\/clinic\/lucia-herrera\/book\?at=/g)).toHaveLength(4)
  })
})

describe('somebody whose nights were taken', () => {
  it('is offered as many nights in the same place over HTTP, and can ask for the first of them', async () => {
    await bookAndPay(ana, stripe)
    const property = stay.slug
    const { arrival, departure } = stay
    const wanted = { kind: 'reservation', payload: { property, arrival, departure, guests: 1 } }
    const ben = createVisitor(server.url)
    const refused = await open(ben, 'ben@example.com', wanted)
    expect(refused['code']).toBe('slot_taken')
    const others = refused['alternatives'] as readonly { readonly payload: AnyJson }[]
    expect(others).toHaveLength(5)
    expect(others[0]).toMatchObject({
      resource_id: property,
      payload: { property, ...stay.at(93), guests: 1 },
    })
    const again = await open(ben, 'ben@example.com', { kind: 'reservation', payload: others[0]?.payload })
    expect(again['intent_id']).toMatch(/^int_/)
  })
})

describe('metrics', () => {
  it('are told at the root and below the base path, by the API itself', async () => {
    for (const path of ['/metrics', '/api/metrics/']) {
      const response = await fetch(new URL(path, server.url))
      expect([response.status, response.headers.get('content-type')]).toEqual([
        200,
        'text/plain; version=0.0.4; charset=utf-8',
      ])
      expect(await response.text()).toMatch(/^holdfast_ghost_records 0$/m)
      expect(response.headers.get('x-request-id')).toMatch(/./)
    }
  })
})
