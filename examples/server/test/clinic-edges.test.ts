import { describe, expect, it } from 'vitest'
import { onADayOfItsOwn, type ClinicDay } from './clinic-day.ts'
import { eventually } from './eventually.ts'
import { atPayment, choose, countRecords, fees, freeTime, payAction, readMetrics, toPaymentPage } from './patient.ts'

let server: ClinicDay['server']
let stripe: ClinicDay['stripe']
let ana: ClinicDay['ana']
onADayOfItsOwn((day) => void ({ server, stripe, ana } = day))
const nothing = { reservations: 0, consultations: 0, ghosts: 0 }
const sessionsOpened = async () => (await stripe.ledger()).derived.sessions.length

describe('a browser that is closed during payment', () => {
  it('leaves nothing where nobody paid: two hours later the intent is over, and its page is closed', async () => {
    const { sessionId } = await toPaymentPage(ana, await freeTime(ana))
    expect(await readMetrics(server.url)).toMatchObject({ holdfast_open_intents: 1 })
    await stripe.advance(2 * 3_600_000 + 60_000)
    await eventually(
      'the intent to be over',
      async () => (await readMetrics(server.url))['holdfast_open_intents'] === 0,
    )
    expect(await countRecords(server)).toEqual(nothing)
    expect(await stripe.pay(sessionId, fees.appointment)).not.toBe(200)
  })

  it('leaves the record where somebody paid, also without webhooks', async () => {
    await stripe.webhooks('drop')
    const { sessionId } = await toPaymentPage(ana, undefined)
    expect(await stripe.pay(sessionId, fees.consultation)).toBe(200)
    for (let quarters = 0; quarters < 3; quarters += 1) await stripe.advance(16 * 60_000)
    await eventually('the sweep', async () => (await countRecords(server)).consultations === 1)
    expect((await ana.get('/appointments')).text).toContain('Dr Lucía Herrera will write to you.')
  })
})

describe('a network error during payment', () => {
  it.each([['reset_after_headers'], ['500_no_effect'], ['500_with_effect'], ['malformed_json']])(
    '%s: nothing is created, and in the end there is one page, on which it can be paid',
    async (kind) => {
      await stripe.fault({ match: 'POST /v1/checkout/sessions', kind, times: 2 })
      const asked = await choose(ana, await freeTime(ana), 'card')
      expect(asked.status).toBeLessThan(504)
      expect(await countRecords(server)).toEqual(nothing)
      await stripe.clearFaults()
      const page = await eventually(
        'the payment page',
        async () => {
          // Stripe keeps a 500 under the key of its request: a new page is asked for once it is proven that there is none.
          await stripe.advance(3 * 60_000)
          const list = await ana.get('/appointments')
          const led = await ana.submit(list, payAction(list), { with: 'card' })
          return led.path.includes('/c/pay/') && atPayment(led)
        },
        90_000,
      )
      expect(await stripe.pay(page.sessionId, fees.appointment)).toBe(200)
      expect((await ana.get(page.ways(await stripe.ledger()).success)).text).toContain('Your appointment is booked')
      expect(await countRecords(server)).toEqual({ ...nothing, reservations: 1 })
      expect(await sessionsOpened()).toBe(1)
    },
  )
})

describe('a time-out of the gateway', () => {
  it.each([['timeout_before_effect'], ['timeout_after_effect']])(
    '%s: somebody who waits is told so, nothing is created, and one page comes of it',
    async (kind) => {
      await stripe.fault({ match: 'POST /v1/checkout/sessions', kind, times: 1, ms: 200 })
      const asked = await choose(ana, undefined, 'card')
      expect([200, 503]).toContain(asked.status)
      expect(await countRecords(server)).toEqual(nothing)
      const page = await eventually('the payment page', async () => {
        const list = await ana.get('/appointments')
        const led = await ana.submit(list, payAction(list), { with: 'card' })
        return led.path.includes('/c/pay/') && atPayment(led)
      })
      expect(await stripe.pay(page.sessionId, fees.consultation)).toBe(200)
      expect((await ana.get(page.ways(await stripe.ledger()).success)).text).toContain('Your consultation is open')
      expect(await sessionsOpened()).toBe(1)
    },
  )

  it('that cannot be reached at all says so, and loses nothing', async () => {
    await stripe.fault({ match: '* /v1/*', kind: '500_no_effect', times: 500 })
    const asked = await choose(ana, await freeTime(ana), 'card')
    expect(asked.text).toMatch(/The payment service cannot be reached right now|is being opened/)
    expect((await ana.get('/appointments')).text).toContain('Waiting for your payment')
    expect(await countRecords(server)).toEqual(nothing)
    await stripe.clearFaults()
  })
})

describe('several retries', () => {
  it('work: each leads to the one page, whatever cards were declined on it, and choosing again is no second intent', async () => {
    const time = await freeTime(ana)
    const { sessionId, ways } = await toPaymentPage(ana, time)
    const { cancel, success } = ways(await stripe.ledger())
    for (const card of [
      'pm_card_chargeDeclined',
      'pm_card_chargeDeclinedInsufficientFunds',
      'pm_card_chargeDeclined',
    ]) {
      expect(await stripe.pay(sessionId, fees.appointment, card)).toBe(402)
      const back = await ana.get(cancel)
      const again = atPayment(await ana.submit(back, payAction(back), { with: 'card' }))
      expect(again.sessionId).toBe(sessionId)
    }
    expect((await toPaymentPage(ana, time)).sessionId).toBe(sessionId)
    expect(await readMetrics(server.url)).toMatchObject({
      holdfast_open_intents: 1,
      holdfast_ghost_records: 0,
      holdfast_failed_payments: 1,
      holdfast_payment_retries: 2,
    })
    expect(await countRecords(server)).toEqual(nothing)
    expect(await stripe.pay(sessionId, fees.appointment)).toBe(200)
    expect((await ana.get(success)).text).toContain('Your appointment is booked')
    expect(await sessionsOpened()).toBe(1)
    expect(await readMetrics(server.url)).toMatchObject({ holdfast_failed_payments: 0, holdfast_payment_retries: 0 })
  })

  it('count: the gauge of retries says how many attempts came after the first', async () => {
    await toPaymentPage(ana, await freeTime(ana))
    const opened = (await stripe.ledger()).derived.sessions[0]?.id ?? ''
    await stripe.control(`clock`, { advance_s: 1 })
    expect((await readMetrics(server.url))['holdfast_payment_retries']).toBe(0)
    const expire = await fetch(new URL(`/v1/checkout/sessions/${opened}/expire`, server.url), {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_in_process' },
    })
    expect(expire.status).toBe(200)
    await eventually('the news', async () => (await readMetrics(server.url))['holdfast_failed_payments'] === 1)
    const list = await ana.get('/appointments')
    const again = atPayment(await ana.submit(list, payAction(list), { with: 'card' }))
    expect(again.sessionId).not.toBe(opened)
    expect((await readMetrics(server.url))['holdfast_payment_retries']).toBe(1)
  })
})
