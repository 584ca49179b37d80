import { describe, expect, it } from 'vitest'
import { onADayOfItsOwn, type ClinicDay } from './clinic-day.ts'
import { eventually } from './eventually.ts'
import { atPayment, countRecords, fees, freeTime } from './patient.ts'
import { createVisitor } from './visitor.ts'

let server: ClinicDay['server']
let stripe: ClinicDay['stripe']
let ana: ClinicDay['ana']
onADayOfItsOwn((day) => void ({ server, stripe, ana } = day))

const action = `/clinic/${fees.slug}/book`
const minute = 60_000
const startOf = (time: string): number =>
  Date.parse(new URL(time, 'https://clinic.example').searchParams.get('at') ?? '')

/** Lets time pass until so long before a moment. */
const waitUntil = async (moment: number, beforeMs: number) =>
  stripe.advance(moment - beforeMs - (await stripe.ledger()).now_ms)

/** Somebody who reads another language, and has the page before them on which an appointment is chosen. */
const choosing = async (language: string, beforeMs: number) => {
  const time = await freeTime(ana)
  await waitUntil(startOf(time), beforeMs)
  const patient = createVisitor(server.url, { language })
  await patient.signIn('ben@example.com')
  return { patient, time, page: await patient.get(time) }
}

describe('a time that somebody has looked at too long', () => {
  it.each([
    ['es', 59, 'Las citas se reservan al menos 60 minutos antes.'],
    ['fa', 59, 'نوبت را باید دست‌کم ۶۰ دقیقه پیش‌تر گرفت.'],
    ['es', -1, 'Esta cita ya ha empezado.'],
    ['fa', -1, 'این نوبت آغاز شده است.'],
  ])('is refused with the reason, in their language: %s, %i minutes before', async (language, before, told) => {
    const { patient, time, page } = await choosing(language, 90 * minute)
    await waitUntil(startOf(time), before * minute)
    expect((await patient.submit(page, action, { with: 'card' })).text).toContain(told)
    expect((await patient.get(time)).text).toContain(told)
    expect(await countRecords(server)).toEqual({ reservations: 0, consultations: 0, ghosts: 0 })
  })
})

describe('an appointment that begins while somebody pays', () => {
  it('is no longer offered to be paid', async () => {
    const { patient, time, page } = await choosing('en', 90 * minute)
    expect((await patient.submit(page, action, { with: 'card' })).path).toContain('/c/pay/')
    expect((await patient.get('/appointments')).text).toContain('Waiting for your payment')
    await waitUntil(startOf(time), -minute)
    expect((await patient.get('/appointments')).text).not.toContain('Waiting for your payment')
  })

  it('and is paid only once it is over, is not booked: the money goes back, and the page says so', async () => {
    const { patient, time, page } = await choosing('en', 61 * minute)
    const asked = atPayment(await patient.submit(page, action, { with: 'card' }))
    await stripe.webhooks('drop')
    expect(await stripe.pay(asked.sessionId, fees.appointment)).toBe(200)
    await waitUntil(startOf(time), -31 * minute)
    const outcome = await patient.get(asked.ways(await stripe.ledger()).success)
    expect(outcome.text).toContain('What you wanted cannot be had any more.')
    expect(outcome.text).not.toContain('Somebody else')
    await eventually('the message', async () =>
      (await patient.get('/messages')).text.includes('What you wanted cannot be had any more.'),
    )
    expect(await countRecords(server)).toEqual({ reservations: 0, consultations: 0, ghosts: 0 })
  })
})

describe('an amount that no wallet takes', () => {
  it.each([
    ['19.99', 'Un importe de'],
    ['10000.01', 'Un importe de'],
    ['mucho', 'Ese importe no se lee sin duda.'],
  ])('%s is refused with what is wrong with it, in the language of the page', async (amount, told) => {
    const patient = createVisitor(server.url, { language: 'es' })
    await patient.signIn('ben@example.com')
    const said = await patient.submit(await patient.get('/wallet'), '/wallet/top-up', { amount })
    expect(said.text).toContain(told)
  })
})
