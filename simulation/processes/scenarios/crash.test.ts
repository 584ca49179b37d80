import { expect } from 'vitest'
import { eventually } from '../../../examples/server/test/eventually.ts'
import { advance } from '../clock.ts'
import { field } from '../guest.ts'
import { aMoment, onEachDatabase } from '../scenario.ts'
import { goToPage, openIntent, soonNights, pageOf, payForStay, untilStatus } from '../stays.ts'

onEachDatabase('a server that is killed', (scenario) => {
  for (const [name, fault] of [
    ['1: after it stored the attempt and before Stripe made the page', 'timeout_before_effect'],
    ['2: after Stripe made the page and before that was stored', 'timeout_after_effect'],
  ] as const)
    scenario(name, async (machine) => {
      const { ana, stripe, servers } = machine
      const [server] = servers
      const intentId = field(await openIntent(ana, server, await soonNights(machine)), 'intent_id')
      await stripe.fault({ match: 'POST /v1/checkout/sessions', kind: fault, times: 1, ms: 60_000 })
      const callsBefore = (await stripe.ledger()).calls.length
      const path = `/intents/${intentId}/pay`
      const asking = ana.ask(server, `POST ${path}`, { key: `crash-${intentId}` })
      await eventually('the call', async () => (await stripe.ledger()).calls.length > callsBefore)
      await server.kill()
      expect(await asking).toBeUndefined()
      await server.start()
      await advance(machine, 61_000)

      const page = await pageOf(ana, server, path, { key: `crash-${intentId}` })
      const again = await pageOf(ana, server, path, { key: `crash-${intentId}` })
      expect(again).toEqual(page)
      expect(await stripe.sessionsOf(page.paymentId)).toHaveLength(1)
      const keys = (await stripe.ledger()).calls
        .slice(callsBefore)
        .filter((call) => call.path === '/v1/checkout/sessions' && call.method === 'POST')
        .map(({ idempotencyKey }) => idempotencyKey)
      expect(new Set(keys)).toHaveLength(1)
    })

  scenario('3: as 2, and started again when Stripe has forgotten the key', async (machine) => {
    const { ana, stripe, servers } = machine
    const [server] = servers
    const intent = await openIntent(ana, server, await soonNights(machine))
    const [intentId, paymentId] = [field(intent, 'intent_id'), field(intent, 'payment_id')]
    await stripe.fault({ match: 'POST /v1/checkout/sessions', kind: 'timeout_after_effect', times: 1, ms: 60_000 })
    const asking = ana.ask(server, `POST /intents/${intentId}/pay`)
    await eventually('the page', async () => (await stripe.sessionsOf(paymentId)).length === 1)
    await server.kill()
    await asking
    await advance(machine, 25 * 3_600_000)
    await server.start()
    await untilStatus(ana, server, paymentId, 'CANCELLED')
    expect(await stripe.sessionsOf(paymentId)).toMatchObject([{ status: 'expired' }])
  })

  scenario('12: between the refund at Stripe and the commit, at many moments', async (machine, random) => {
    const { ana, eva, stripe, servers } = machine
    const [server] = servers
    const paid = [
      await payForStay(machine, ana),
      await payForStay(machine, ana, await soonNights(machine)),
      await payForStay(machine, ana, await soonNights(machine)),
    ]
    for (const { paymentId } of paid) {
      await stripe.fault({ match: 'POST /v1/refunds', kind: 'latency', times: 1, ms: 40 })
      const key = `refund-${paymentId}`
      const asking = eva.ask(server, `POST /payments/${paymentId}/refunds`, { body: {}, key })
      await aMoment(random, 150)
      await server.kill()
      await asking
      await server.start()
      await eventually('the refund to be taken', async () => {
        const answer = await eva.ask(server, `POST /payments/${paymentId}/refunds`, { body: {}, key })
        return answer?.status === 201
      })
      await advance(machine, 61_000)
      await untilStatus(eva, server, paymentId, 'REFUNDED')
      expect(await stripe.refundsOf(paymentId)).toHaveLength(1)
    }
  })

  scenario('13, 14: while it takes in webhooks, before and after it has said so', async (machine, random) => {
    const { ana, stripe, servers } = machine
    const [server] = servers
    for (let round = 0; round < 3; round += 1) {
      const page = await goToPage(machine, ana)
      expect(await stripe.pay(page.sessionId, page.amount)).toBe(200)
      await aMoment(random, 60)
      await server.kill()
      // What was answered 2xx is there, whatever came after; what was not comes again.
      const { deliveries } = await stripe.ledger()
      const store = await machine.database.snapshot()
      const inbox = new Set(store.query<{ id: string }>('SELECT id FROM holdfast_inbox').map(({ id }) => id))
      for (const { event, status } of deliveries) if (status === 'delivered') expect(inbox).toContain(event)
      await server.start()
      await advance(machine, 60_000)
      await untilStatus(ana, server, page.paymentId, 'COMPLETED')
    }
  })
})
