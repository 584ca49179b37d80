import { signPayload } from '@holdfast/stripe-simulator'
import { expect } from 'vitest'
import { below } from '../../src/kernel/random.ts'
import { countMessages } from '../../src/oracle/edges.ts'
import { advance } from '../clock.ts'
import { apiKey, webhookSecret, type Machine } from '../machine.ts'
import { untilQuiet } from '../quiet.ts'
import { onEachDatabase } from '../scenario.ts'
import { goToPage, laterNights, payForStay, statusOf, untilStatus } from '../stays.ts'

/** Delivers a body as Stripe would. Answers the status. */
const deliver = async ({ servers, stripe }: Machine, payload: string, lateS = 0): Promise<number> => {
  const atS = Math.floor((await stripe.nowMs()) / 1000) - lateS
  const response = await fetch(new URL('/api/webhooks/stripe', servers[0].origin), {
    method: 'POST',
    headers: { 'stripe-signature': signPayload(payload, [webhookSecret], atS) },
    body: payload,
  })
  await response.arrayBuffer()
  return response.status
}

/** How often owners were told that their booking stands. */
const confirmations = async ({ database }: Machine, paymentId: string): Promise<number> =>
  countMessages(await database.snapshot(), paymentId)

onEachDatabase('webhooks', (scenario) => {
  scenario('19, 50: one event fifty times at once, and again', async (machine) => {
    const { ana, stripe, servers } = machine
    await stripe.webhooks('drop')
    const page = await goToPage(machine, ana)
    expect(await stripe.pay(page.sessionId, page.amount)).toBe(200)
    const event = (await stripe.ledger()).events.findLast(({ type }) => type === 'checkout.session.completed')
    const payload = JSON.stringify(event)
    const statuses = await Promise.all(Array.from({ length: 50 }, () => deliver(machine, payload)))
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(await deliver(machine, payload, 240)).toBe(200)
    await untilStatus(ana, servers[0], page.paymentId, 'COMPLETED')
    await untilQuiet(machine)
    expect(await confirmations(machine, page.paymentId)).toBe(1)
  })

  scenario('21: `expired` before `completed`, of a page that was paid', async (machine) => {
    const { ana, stripe, servers } = machine
    await stripe.webhooks('drop')
    const page = await goToPage(machine, ana)
    expect(await stripe.pay(page.sessionId, page.amount)).toBe(200)
    const completed = (await stripe.ledger()).events.findLast(({ type }) => type === 'checkout.session.completed')
    if (completed === undefined) throw new Error('Nothing was completed.')
    const session = { ...completed.data.object, status: 'expired', payment_status: 'unpaid', payment_intent: null }
    const expired = {
      ...completed,
      id: `${completed.id}early`,
      type: 'checkout.session.expired',
      data: { object: session },
    }
    expect(await deliver(machine, JSON.stringify(expired))).toBe(200)
    expect(await deliver(machine, JSON.stringify(completed))).toBe(200)
    await untilStatus(ana, servers[0], page.paymentId, 'COMPLETED')
    await untilQuiet(machine)
    expect(await confirmations(machine, page.paymentId)).toBe(1)
  })

  scenario('22: `completed` after it was cancelled here', async (machine) => {
    const { ana, stripe, servers } = machine
    const page = await goToPage(machine, ana)
    await stripe.fault({ match: 'POST /v1/checkout/sessions/*', kind: 'timeout_before_effect', times: 3 })
    const answer = await ana.ask(servers[0], `POST /payments/${page.paymentId}/cancel`)
    expect(answer).toMatchObject({ status: 200, body: { status: 'cancelled' } })
    expect(await stripe.pay(page.sessionId, page.amount)).toBe(200)
    await untilQuiet(machine)
    expect(await stripe.moneyOf(page.paymentId)).toMatchObject({ captured: page.amount, refunded: page.amount })
    expect(await stripe.refundsOf(page.paymentId)).toHaveLength(1)
  })

  scenario('22: cancelled here when it is paid there already', async (machine) => {
    const { ana, stripe, servers } = machine
    await stripe.webhooks('paused')
    const page = await goToPage(machine, ana)
    expect(await stripe.pay(page.sessionId, page.amount)).toBe(200)
    const answer = await ana.ask(servers[0], `POST /payments/${page.paymentId}/cancel`)
    expect(answer).toMatchObject({ status: 409, body: { code: 'payment_already_completed' } })
    expect(await statusOf(ana, servers[0], page.paymentId)).toBe('COMPLETED')
    expect(await stripe.refundsOf(page.paymentId)).toEqual([])
  })

  scenario('23: `completed` is never delivered, and within half an hour it is known', async (machine) => {
    const { ana, stripe, servers } = machine
    await stripe.webhooks('drop')
    const page = await goToPage(machine, ana)
    expect(await stripe.pay(page.sessionId, page.amount)).toBe(200)
    for (let minutes = 0; minutes < 30; minutes += 5) await advance(machine, 5 * 60_000)
    await untilStatus(ana, servers[0], page.paymentId, 'COMPLETED')
  })

  scenario('24: none is ever delivered', async (machine) => {
    const { ana, ben, eva, stripe, servers } = machine
    await stripe.webhooks('drop')
    const paid = await goToPage(machine, ana, await laterNights(machine))
    const left = await goToPage(machine, ben)
    const givenBack = await goToPage(machine, ben)
    for (const { sessionId, amount } of [paid, givenBack]) expect(await stripe.pay(sessionId, amount)).toBe(200)
    await advance(machine, 30 * 60_000)
    await untilStatus(eva, servers[0], givenBack.paymentId, 'COMPLETED')
    await eva.ask(servers[0], `POST /payments/${givenBack.paymentId}/refunds`, { body: {} })
    await untilQuiet(machine)
    expect(await statusOf(eva, servers[0], left.paymentId)).toBe('CANCELLED')
    expect(await statusOf(eva, servers[0], givenBack.paymentId)).toBe('REFUNDED')
    const { derived, deliveries } = await stripe.ledger()
    expect(deliveries.filter(({ status }) => status === 'pending')).toEqual([])
    expect(derived.payment_intents.filter(({ metadata }) => metadata['kind'] === 'off_session')).toMatchObject([
      { charges: 1 },
    ])
  })

  scenario('27: everything about one payment in any order', async (machine, random) => {
    const { ana, eva, stripe, servers } = machine
    for (let round = 0; round < 3; round += 1) {
      await stripe.webhooks('paused')
      const before = new Set((await stripe.ledger()).events.map(({ id }) => id))
      const page = await goToPage(machine, ana)
      expect(await stripe.pay(page.sessionId, page.amount, 'pm_usBankAccount_success')).toBe(200)
      await stripe.control(`sessions/${page.sessionId}/settle`, { outcome: 'succeeded' })
      await ana.ask(servers[0], `POST /payments/${page.paymentId}/sync_status`)
      await eva.ask(servers[0], `POST /payments/${page.paymentId}/refunds`, { body: { amount: '1.00' } })
      const events = (await stripe.ledger()).events.filter(({ id }) => !before.has(id))
      while (events.length > 0) {
        const [event] = events.splice(below(random, events.length), 1)
        if (event !== undefined) expect(await deliver(machine, JSON.stringify(event))).toBe(200)
      }
      await untilStatus(ana, servers[0], page.paymentId, 'PARTIALLY_REFUNDED')
      await stripe.webhooks('normal')
    }
  })

  scenario('29: money goes back in the dashboard, and by a dispute', async (machine) => {
    const { ana, stripe, servers } = machine
    const [refunded, disputed] = [await payForStay(machine, ana), await payForStay(machine, ana)]
    const intentOf = async (paymentId: string) => {
      const { derived } = await stripe.ledger()
      return derived.payment_intents.find(({ metadata }) => metadata['payment_id'] === paymentId)?.id ?? ''
    }
    const answer = await fetch(new URL('/v1/refunds', machine.simulator.origin), {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}` },
      body: new URLSearchParams({ payment_intent: await intentOf(refunded.paymentId), amount: '5000' }),
    })
    expect(answer.status).toBe(200)
    await untilStatus(ana, servers[0], refunded.paymentId, 'PARTIALLY_REFUNDED')
    await stripe.control('disputes', { payment_intent: await intentOf(disputed.paymentId) })
    await untilStatus(ana, servers[0], disputed.paymentId, 'DISPUTED')
    await stripe.control('disputes', { payment_intent: await intentOf(disputed.paymentId), outcome: 'lost' })
    await untilStatus(ana, servers[0], disputed.paymentId, 'REFUNDED')
  })

  for (const days of [4, 31])
    scenario(`30: down for ${days} days, while somebody pays`, async (machine) => {
      const { ana, stripe, servers } = machine
      const page = await goToPage(machine, ana)
      await servers[0].kill()
      expect(await stripe.pay(page.sessionId, page.amount)).toBe(200)
      await stripe.advance(days * 86_400_000)
      await servers[0].start()
      await untilQuiet(machine)
      // It is over, or never was: the money is counted or has gone back, and never both.
      const status = await statusOf(ana, servers[0], page.paymentId)
      expect(['COMPLETED', 'REFUNDED', 'CANCELLED']).toContain(status)
      const { captured, refunded } = await stripe.moneyOf(page.paymentId)
      expect({ captured, refunded }).toEqual({
        captured: page.amount,
        refunded: status === 'COMPLETED' ? 0 : page.amount,
      })
    })
})
