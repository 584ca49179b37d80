import { signPayload } from '@holdfast/stripe-simulator'
import { expect } from 'vitest'
import { webhookSecret, type Machine } from '../machine.ts'
import { onEachDatabase } from '../scenario.ts'
import { bookingsOf, goToPage, openIntent, payForStay, soonNights, statusOf } from '../stays.ts'

const post = ({ servers }: Machine, headers: Readonly<Record<string, string>>, body: string) =>
  fetch(new URL('/api/webhooks/stripe', servers[0].origin), { method: 'POST', headers, body })

const nasty = [
  "' OR 1=1--",
  "'; DROP TABLE holdfast_payments; --",
  '%00',
  'x'.repeat(10_000),
  'раy_x',
  '../../etc/passwd',
  '__proto__',
] as const

onEachDatabase('strangers', (scenario) => {
  scenario('49: signed 301 seconds ago, or ten minutes from now', async (machine) => {
    const nowS = Math.floor((await machine.stripe.nowMs()) / 1000)
    for (const [atS, code] of [
      [nowS - 301, 'signature_too_old'],
      [nowS + 600, 'signature_in_future'],
    ] as const) {
      const answer = await post(machine, { 'stripe-signature': signPayload('{}', [webhookSecret], atS) }, '{}')
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({ code })
    }
    const forged = await post(machine, { 'stripe-signature': signPayload('{}', ['whsec_other'], nowS) }, '{}')
    expect(await forged.json()).toMatchObject({ code: 'signature_invalid' })
  })

  scenario("53: somebody else's payment is none", async (machine) => {
    const { ana, ben, servers } = machine
    const { paymentId, intentId } = await payForStay(machine, ana)
    const bookingId = (await bookingsOf(ana, servers[0]))[0]?.reservation_id ?? ''
    const calls = (id: { payment: string; intent: string; booking: string }) => [
      `GET /payments/${id.payment}/status`,
      `POST /payments/${id.payment}/cancel`,
      `POST /payments/${id.payment}/retry`,
      `GET /intents/${id.intent}`,
      `POST /intents/${id.intent}/abandon`,
      `GET /reservations/${id.booking}`,
      `POST /reservations/${id.booking}/cancel`,
    ]
    const mine = calls({ payment: paymentId, intent: intentId, booking: bookingId })
    const nobodys = calls({ payment: 'pay_nobody', intent: 'int_nobody', booking: 'res_nobody' })
    for (const [index, call] of mine.entries()) {
      const [found, missing] = [await ben.ask(servers[0], call), await ben.ask(servers[0], nobodys[index] ?? '')]
      expect({ ...found?.body, request_id: '' }, call).toEqual({ ...missing?.body, request_id: '' })
      expect(found?.status).toBe(404)
    }
    expect((await ben.ask(servers[0], `POST /payments/${paymentId}/refunds`, { body: {} }))?.status).toBe(403)
    const list = await ben.ask(servers[0], 'GET /payments?user_id=ana')
    expect(JSON.stringify(list?.body)).not.toContain(paymentId)
    expect(await statusOf(ana, servers[0], paymentId)).toBe('COMPLETED')
  })

  scenario('54, 58: prices, owners and prototypes from a body', async (machine) => {
    const { ana, servers, stripe } = machine
    const nights = await soonNights(machine)
    const payload = { ...nights, amount: '0.01', currency: 'USD', status: 'paid', owner: 'ben', constructor: { x: 1 } }
    const refused = await openIntent(ana, servers[0], payload)
    expect([refused?.status, refused?.body['errors']]).toEqual([
      400,
      [{ field: 'payload', code: 'invalid_payload', message: expect.stringContaining('"amount"') }],
    ])
    const page = await goToPage(machine, ana, nights)
    expect(page.amount).toBeGreaterThan(1_000_00)
    expect(await stripe.sessionsOf(page.paymentId)).toMatchObject([{ amount_total: page.amount, currency: 'mxn' }])
    const body = `{"kind":"reservation","payload":${JSON.stringify(nights)},"__proto__":{"polluted":true},"amount":"0.01"}`
    expect((await ana.ask(servers[0], 'POST /intents', { body }))?.status).toBe(400)
    expect('polluted' in {}).toBe(false)
  })

  scenario('55: numbers that are none', async (machine) => {
    const { ana, eva, servers } = machine
    const nights = await soonNights(machine)
    for (const guests of [-1, 0, 1e21, 0.1, '100', null, 2 ** 53 + 2])
      expect((await openIntent(ana, servers[0], { ...nights, guests: guests as number }))?.status).toBe(400)
    const { paymentId } = await payForStay(machine, ana, nights)
    for (const amount of ['-1', '0', '1e21', '0.001', 'NaN', '', '9007199254740993000', 100, null])
      for (const what of ['refunds', 'amount']) {
        const answer = await eva.ask(servers[0], `POST /payments/${paymentId}/${what}`, {
          body: { amount, currency: 'MXN' },
        })
        expect([400, 409], `${what} ${amount}`).toContain(answer?.status)
      }
    expect(await statusOf(ana, servers[0], paymentId)).toBe('COMPLETED')
  })

  scenario('56: ids that are statements, bytes or novels', async (machine) => {
    const { ana, servers } = machine
    for (const id of nasty)
      for (const call of [
        'GET /payments/*/status',
        'POST /payments/*/cancel',
        'GET /intents/*',
        'GET /reservations/*',
      ]) {
        const name = id === '%00' ? id : encodeURIComponent(id)
        const answer = await ana.ask(servers[0], call.replace('*', name))
        expect([400, 404, 414, 431], `${call} ${id.slice(0, 40)}`).toContain(answer?.status)
      }
    expect((await ana.ask(servers[0], 'GET /payments'))?.status).toBe(200)
  })
})
