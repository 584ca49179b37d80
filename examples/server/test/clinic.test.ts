import { describe, expect, it } from 'vitest'
import { onADayOfItsOwn, type ClinicDay } from './clinic-day.ts'
import { eventually } from './eventually.ts'
import {
  atPayment,
  choose,
  countRecords,
  fees,
  freeTime,
  freeTimes,
  leaveAction,
  payAction,
  topUp,
  toPaymentPage,
} from './patient.ts'
import { sessionIn } from './stripe-payer.ts'
import { createVisitor } from './visitor.ts'

let server: ClinicDay['server']
let stripe: ClinicDay['stripe']
let ana: ClinicDay['ana']
onADayOfItsOwn((day) => void ({ server, stripe, ana } = day))
const made = async (): Promise<readonly [reservations: number, consultations: number]> => {
  const { reservations, consultations } = await countRecords(server)
  return [reservations, consultations]
}
const money = async () =>
  Object.values((await stripe.ledger()).derived.money_by_payment_id).map(({ captured, refunded }) => [
    captured,
    refunded,
  ])
describe.each([
  { what: 'reservation', booked: 'Your appointment is booked', price: fees.appointment, one: [1, 0] },
  { what: 'chat', booked: 'Your consultation is open', price: fees.consultation, one: [0, 1] },
] as const)('$what', ({ what, booked, price, one }) => {
  const wanted = async () => (what === 'reservation' ? freeTime(ana) : undefined)

  it('direct payment, success: the record is created, once', async () => {
    const { page, sessionId, ways } = await toPaymentPage(ana, await wanted())
    expect(page.status).toBe(200)
    expect(await made()).toEqual([0, 0])
    expect(await stripe.pay(sessionId, price)).toBe(200)
    const { success } = ways(await stripe.ledger())
    for (let looks = 0; looks < 3; looks += 1) expect((await ana.get(success)).text).toContain(booked)
    expect(await made()).toEqual(one)
    expect((await ana.get('/appointments')).text).toMatch(/Dr Lucía Herrera/)
    expect(await money()).toEqual([[price, 0]])
  })

  it('direct payment, failed: nothing is created, it is said why, and the same can be paid again', async () => {
    const { sessionId, ways } = await toPaymentPage(ana, await wanted())
    expect(await stripe.pay(sessionId, price, 'pm_card_chargeDeclined')).toBe(402)
    const back = await ana.get(ways(await stripe.ledger()).cancel)
    expect(back.text).toContain('That did not work')
    expect(back.text).toContain(
      'Your card was declined. Nothing has been charged. The payment page is still open: you can try again there',
    )
    expect(back.text).not.toContain('Not paid yet')
    expect(await made()).toEqual([0, 0])
    const again = atPayment(await ana.submit(back, payAction(back), { with: 'card' }))
    expect(again.sessionId).toBe(sessionId)
    expect(await stripe.pay(again.sessionId, price)).toBe(200)
    expect((await ana.get(again.ways(await stripe.ledger()).success)).text).toContain(booked)
    expect(await made()).toEqual(one)
  })

  it('direct payment, cancelled: nothing is created, it can be paid again, and it can be left', async () => {
    const { sessionId, ways } = await toPaymentPage(ana, await wanted())
    const back = await ana.get(ways(await stripe.ledger()).cancel)
    expect(back.text).toContain('Not paid yet')
    expect(back.text).not.toMatch(/That did not work|declined/)
    expect(await made()).toEqual([0, 0])
    expect(sessionIn((await ana.submit(back, payAction(back), { with: 'card' })).path)).toBe(sessionId)
    expect((await ana.submit(back, leaveAction(back))).text).toContain('You were not charged')
    expect(await stripe.pay(sessionId, price)).not.toBe(200)
    expect(await made()).toEqual([0, 0])
    expect((await ana.get('/appointments')).text).toContain('You have no appointments yet.')
  })

  it('wallet payment works, at once and without Stripe', async () => {
    await topUp(ana, stripe, 1000)
    const sessions = (await stripe.ledger()).derived.sessions.length
    expect((await choose(ana, await wanted(), 'wallet')).text).toContain(booked)
    expect(await made()).toEqual(one)
    expect((await ana.get('/wallet')).text).toMatch(what === 'reservation' ? /MX\$350\.00/ : /MX\$720\.00/)
    expect((await stripe.ledger()).derived.sessions).toHaveLength(sessions)
  })

  it('wallet payment with too little in it: the missing sum is topped up, and the rest goes on by itself', async () => {
    await topUp(ana, stripe, 100)
    const time = await wanted()
    const choice = await ana.get(time ?? `/clinic/${fees.slug}/ask`)
    expect(choice.text).toContain('There is MX$100.00 in your wallet')
    const { sessionId, ways } = atPayment(await choose(ana, time, 'top_up'))
    expect(await made()).toEqual([0, 0])
    expect(await stripe.pay(sessionId, price - 10_000)).toBe(200)
    const { success } = ways(await stripe.ledger())
    await eventually('the rest', async () => (await ana.get(success)).text.includes(booked))
    expect(await made()).toEqual(one)
    expect((await ana.get('/wallet')).text).toContain('In your wallet MX$0.00')
  })

  it('a top-up that was begun with less in the wallet is not gone on with: it would be too much', async () => {
    const time = await wanted()
    const whole = atPayment(await choose(ana, time, 'top_up'))
    expect(atPayment(await choose(ana, time, 'top_up')).sessionId).toBe(whole.sessionId)
    await topUp(ana, stripe, 100)
    const rest = atPayment(await choose(ana, time, 'top_up'))
    expect(rest.sessionId).not.toBe(whole.sessionId)
    expect(await stripe.pay(rest.sessionId, price - 10_000)).toBe(200)
    await eventually('the rest', async () => (await made()).join() === one.join())
  })

  it('the session expires while somebody pays: whoever signs in again finds it paid, and nothing is lost', async () => {
    const { sessionId, ways } = await toPaymentPage(ana, await wanted())
    // Another browser, or the same one without its cookies: neither the session nor the intent is held by it.
    const later = createVisitor(server.url)
    const unpaid = await later.get('/appointments')
    expect(unpaid.path).toBe('/sign-in?next=%2Fappointments')
    const found = await later.submit(unpaid, '/sign-in', { email: 'ana@example.com', next: '/appointments' })
    expect(found.text).toContain('Waiting for your payment')
    expect((await later.get('/clinic')).text).toContain('Something waits for your payment.')
    expect(await stripe.pay(sessionId, price)).toBe(200)
    const { success } = ways(await stripe.ledger())
    const stranger = createVisitor(server.url)
    const door = await stranger.get(success)
    expect(door.path).toMatch(/^\/sign-in\?next=/)
    const next = new URL(door.path, server.url).searchParams.get('next') ?? ''
    const back = await stranger.submit(door, '/sign-in', { email: 'ana@example.com', next })
    expect(back.text).toContain(booked)
    expect(await made()).toEqual(one)
  })
})

describe('reservation: two users, one slot', () => {
  const twoAtOnce = async (language = 'en') => {
    const ben = createVisitor(server.url, { language })
    await ben.signIn('ben@example.com')
    const time = await freeTime(ana)
    return { ben, time, first: await toPaymentPage(ana, time), second: await toPaymentPage(ben, time) }
  }

  it('who pays first has it; the other has the money back by itself, and is offered other times', async () => {
    const { ben, first, second } = await twoAtOnce('es')
    await stripe.webhooks('paused')
    expect(await stripe.pay(first.sessionId, fees.appointment)).toBe(200)
    expect(await stripe.pay(second.sessionId, fees.appointment)).toBe(200)
    const ledger = await stripe.ledger()
    expect((await ana.get(first.ways(ledger).success)).text).toContain('Your appointment is booked')
    const lost = await ben.get(second.ways(ledger).success)
    expect(lost.text).toContain('Alguien se adelantó')
    expect(lost.text).toContain('$650.00 van de regreso a tu tarjeta')
    expect(lost.html.match(/href="\/clinic\/lucia-herrera\/book\?at=/g)).toHaveLength(4)
    await stripe.webhooks('normal')
    await eventually('the refund', async () => (await stripe.ledger()).objects.refund[0]?.status === 'succeeded')
    expect((await money()).toSorted()).toEqual([
      [fees.appointment, 0],
      [fees.appointment, fees.appointment],
    ])
    expect(await made()).toEqual([1, 0])
    await eventually('the message', async () => (await ben.get('/messages')).text.includes('Alguien se adelantó'))
  })

  it('who wants to pay a slot that is gone from the wallet keeps the money, and is offered other times', async () => {
    const { ben, time, first } = await twoAtOnce()
    await topUp(ben, stripe, 1000)
    expect(await stripe.pay(first.sessionId, fees.appointment)).toBe(200)
    await eventually('the appointment', async () => (await made())[0] === 1)
    const list = await ben.get('/appointments')
    const gone = await ben.submit(list, payAction(list), { with: 'wallet' })
    expect(gone.text).toContain('That time has just been taken.')
    expect(gone.html.match(/class="others"/g)).toHaveLength(1)
    expect((await ben.get('/wallet')).text).toContain('In your wallet MX$1,000.00')
    expect((await ben.get(time)).text).toContain('That time has just been taken.')
  })

  it('who tops up for a slot that is lost meanwhile has the money in the wallet, and is told so', async () => {
    const { ben, time, first } = await twoAtOnce()
    const topping = atPayment(await choose(ben, time, 'top_up'))
    expect(await stripe.pay(first.sessionId, fees.appointment)).toBe(200)
    await eventually('the appointment', async () => (await made())[0] === 1)
    expect(await stripe.pay(topping.sessionId, fees.appointment)).toBe(200)
    const { success } = topping.ways(await stripe.ledger())
    await eventually('to be told', async () => (await ben.get(success)).text.includes('It could not be had any more'))
    expect((await ben.get('/wallet')).text).toContain('In your wallet MX$650.00')
    expect((await ben.get('/messages')).text).toContain('Your money is in your wallet')
    expect(await made()).toEqual([1, 0])
  })

  it('a slot of two places is had by two, and not by a third', async () => {
    const ben = createVisitor(server.url)
    await ben.signIn('ben@example.com')
    const [time = ''] = await freeTimes(ana, 'mateo-rios')
    for (const patient of [ana, ben, ana]) await topUp(patient, stripe, 320)
    for (const patient of [ana, ben]) {
      const action = '/clinic/mateo-rios/book'
      expect((await patient.submit(await patient.get(time), action, { with: 'wallet' })).text).toContain('is booked')
    }
    expect((await ana.get(time)).text).toContain('That time has just been taken.')
    expect(await made()).toEqual([2, 0])
  })
})
