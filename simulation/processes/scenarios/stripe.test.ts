import { expect } from 'vitest'
import { eventually } from '../../../examples/server/test/eventually.ts'
import { advance } from '../clock.ts'
import { field } from '../guest.ts'
import type { Machine } from '../machine.ts'
import { untilQuiet } from '../quiet.ts'
import { onEachDatabase } from '../scenario.ts'
import { goToPage, laterNights, openIntent, pageOf, patienceMs, payForStay, soonNights, untilStatus } from '../stays.ts'

const opening = 'POST /v1/checkout/sessions'

/** An intent whose page nobody has asked for. */
const beforeThePage = async (machine: Machine) => {
  const intent = await openIntent(machine.ana, machine.servers[0], await soonNights(machine))
  return { paymentId: field(intent, 'payment_id'), path: `/intents/${field(intent, 'intent_id')}/pay` }
}

/** Asks for a page every minute until there is one. Answers its session. */
const pageWithin = (machine: Machine, path: string): Promise<string> =>
  eventually(
    'a page',
    async () => {
      const answer = await machine.ana.ask(machine.servers[0], `POST ${path}`)
      if (answer?.status === 200) return field(answer, 'session_id')
      await advance(machine, 60_000)
      return undefined
    },
    patienceMs,
  )

onEachDatabase('a Stripe that is not to be relied on', (scenario) => {
  for (const [name, key] of [
    ['4: the page is made and the answer lost; the client asks again under its key', 'the-key-of-4'],
    ['5: as 4, without a key', undefined],
  ] as const)
    scenario(name, async (machine) => {
      const { ana, stripe, servers } = machine
      const { path, paymentId } = await beforeThePage(machine)
      await stripe.fault({ match: opening, kind: 'timeout_after_effect', times: 1 })
      const options = key === undefined ? {} : { key }
      expect((await ana.ask(servers[0], `POST ${path}`, options))?.status).toBe(202)
      const page = await pageOf(ana, servers[0], path, options)
      expect(await pageOf(ana, servers[0], path, options)).toEqual(page)
      expect(await stripe.sessionsOf(paymentId)).toHaveLength(1)
    })

  scenario('6: a 500 that is kept for the key, and did nothing', async (machine) => {
    const { stripe } = machine
    const { path, paymentId } = await beforeThePage(machine)
    await stripe.fault({ match: opening, kind: '500_no_effect', times: 1 })
    const sessionId = await pageWithin(machine, path)
    expect(await stripe.sessionsOf(paymentId)).toMatchObject([{ id: sessionId, status: 'open' }])
  })

  scenario('7: a 500 that is kept for the key, and made the page and the charge all the same', async (machine) => {
    const { ana, stripe } = machine
    await stripe.fault({ match: opening, kind: '500_with_effect', times: 1 })
    const { path, paymentId } = await beforeThePage(machine)
    await pageWithin(machine, path)
    expect(await stripe.sessionsOf(paymentId)).toHaveLength(1)

    await payForStay(machine, ana, await laterNights(machine))
    await stripe.fault({ match: 'POST /v1/payment_intents', kind: '500_with_effect', times: 1 })
    await untilQuiet(machine)
    const { faults, derived } = await stripe.ledger()
    expect(faults.find(({ match }) => match === 'POST /v1/payment_intents')).toMatchObject({ struck: 1 })
    const balances = derived.payment_intents.filter(({ metadata }) => metadata['kind'] === 'off_session')
    expect(balances).toMatchObject([{ charges: 1, refunded: 0 }])
  })

  scenario('8: 429 twenty times, with the time to wait', async (machine) => {
    const { ana, eva, stripe, servers } = machine
    const { paymentId } = await payForStay(machine, ana)
    await stripe.fault({ match: 'POST /v1/refunds', kind: '429', times: 20, retry_after: 90 })
    const answer = await eva.ask(servers[0], `POST /payments/${paymentId}/refunds`, { body: {} })
    expect(answer?.status).toBe(201)
    await untilQuiet(machine)
    expect(await stripe.refundsOf(paymentId)).toMatchObject([{ status: 'succeeded' }])
    const calls = (await stripe.ledger()).calls.filter(({ path, method }) => `${method} ${path}` === 'POST /v1/refunds')
    const tries = calls.filter(({ idempotencyKey }) => idempotencyKey === calls.at(-1)?.idempotencyKey)
    expect(tries).toHaveLength(21)
    const waits = tries.slice(1).map(({ atMs }, index) => atMs - (tries[index]?.atMs ?? 0))
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(90_000)
  })

  scenario('9: 409, the key is in use', async (machine) => {
    const { ana, stripe, servers } = machine
    await stripe.fault({ match: opening, kind: '409_key_in_use', times: 2 })
    const { path, paymentId } = await beforeThePage(machine)
    await pageOf(ana, servers[0], path)
    expect(await stripe.sessionsOf(paymentId)).toHaveLength(1)
  })

  scenario('11: six hours away while it is to be asked', async (machine) => {
    const { ana, stripe, servers } = machine
    const [server] = servers
    const paid = await goToPage(machine, ana)
    const waiting = await goToPage(machine, ana)
    await stripe.webhooks('drop')
    expect(await stripe.pay(paid.sessionId, paid.amount)).toBe(200)
    await stripe.fault({ match: '* /v1/checkout/*', kind: 'timeout_before_effect', times: 100_000 })
    await stripe.fault({ match: '* /v1/payment_intents*', kind: 'timeout_before_effect', times: 100_000 })
    for (let hours = 0; hours < 6; hours += 2) {
      await advance(machine, 2 * 3_600_000)
      // Whoever asks meanwhile is told to come again, and nobody else waits for that.
      const { path } = await beforeThePage(machine)
      const asking = [1, 2, 3].map(() => ana.ask(server, `POST ${path}`))
      const startedAt = Date.now()
      expect((await ana.ask(server, 'GET /payments'))?.status).toBe(200)
      expect(Date.now() - startedAt).toBeLessThan(2_000)
      for (const answer of await Promise.all(asking)) expect([202, 503]).toContain(answer?.status)
    }
    await stripe.clearFaults()
    await untilQuiet(machine)
    await untilStatus(ana, server, waiting.paymentId, 'CANCELLED')
    expect(await stripe.moneyOf(paid.paymentId)).toMatchObject({ charges: 1 })
  })
})
