import { expect } from 'vitest'
import { eventually } from '../../../examples/server/test/eventually.ts'
import { advance } from '../clock.ts'
import { startLoad } from '../load.ts'
import { untilDelivered, untilQuiet } from '../quiet.ts'
import { aMoment, onEachDatabase } from '../scenario.ts'
import { goToPage, laterNights, payForStay, untilStatus } from '../stays.ts'

onEachDatabase(
  'two servers on one database',
  (scenario) => {
    scenario(
      '16: one stands still in the middle of a refund, the other makes it, the first goes on',
      async (machine) => {
        const { ana, eva, stripe, servers } = machine
        const [sleeper, other = sleeper] = servers
        const { paymentId } = await payForStay(machine, ana)
        await stripe.fault({ match: 'POST /v1/refunds', kind: 'timeout_before_effect', times: 1, ms: 60_000 })
        const callsBefore = (await stripe.ledger()).calls.length
        const asking = eva.ask(sleeper, `POST /payments/${paymentId}/refunds`, { body: {} })
        await eventually('the call', async () => (await stripe.ledger()).calls.length > callsBefore)
        sleeper.pause()
        await stripe.advance(61_000)
        await untilStatus(eva, other, paymentId, 'REFUNDED')
        sleeper.resume()
        await asking
        await untilQuiet(machine)
        expect(await stripe.refundsOf(paymentId)).toHaveLength(1)
      },
    )

    scenario('16: one stands still at any moment of a payment', async (machine, random) => {
      const { ana, stripe, servers } = machine
      const [sleeper, other = sleeper] = servers
      for (let round = 0; round < 3; round += 1) {
        // Stripe would wait for the sleeper to take each of them.
        await stripe.webhooks('paused')
        const page = goToPage(machine, ana)
        await aMoment(random, 200)
        sleeper.pause()
        await aMoment(random, 1_000)
        sleeper.resume()
        const { sessionId, amount, paymentId } = await page
        const paying = stripe.pay(sessionId, amount)
        await aMoment(random, 50)
        sleeper.pause()
        expect(await paying).toBe(200)
        // The other one finds it by asking. Where the sleeper holds SQLite's lock, it has to wake up first.
        await stripe.advance(20 * 60_000)
        await untilStatus(ana, other, paymentId, 'COMPLETED').catch((error: unknown) => {
          if (machine.kind === 'postgres') throw error
        })
        sleeper.resume()
        await stripe.webhooks('normal')
        await untilStatus(ana, other, paymentId, 'COMPLETED')
        // What is left would be delivered to the sleeper of the next round, and Stripe waits for every answer.
        await untilDelivered(machine)
      }
    })

    scenario('17: both sweep and both work, with webhooks lost', async (machine) => {
      const { ana, ben, stripe } = machine
      await stripe.webhooks('drop')
      const pages = await Promise.all(
        [ana, ben, ana, ben].map(async (guest) => goToPage(machine, guest, await laterNights(machine))),
      )
      for (const { sessionId, amount } of pages) expect(await stripe.pay(sessionId, amount)).toBe(200)
      await advance(machine, 20 * 60_000)
      await untilQuiet(machine)
      for (const { paymentId } of pages)
        expect(await stripe.moneyOf(paymentId)).toMatchObject({ charges: 1, refunded: 0 })
      const { derived } = await stripe.ledger()
      const balances = derived.payment_intents.filter(({ metadata }) => metadata['kind'] === 'off_session')
      expect(new Set(balances.map(({ metadata }) => metadata['payment_id']))).toHaveLength(balances.length)
    })

    scenario('18: each is stopped and started again in turn, under load', async (machine, random) => {
      const load = startLoad(machine, random, { guests: 2 })
      for (let turn = 0; turn < 4; turn += 1) {
        await aMoment(random, 1_500)
        const server = machine.servers[turn % 2]
        expect(await server?.stop()).toBe(0)
        await server?.start()
      }
      const { booked } = await load.stop()
      expect(booked).toBeGreaterThan(0)
    })
  },
  { servers: 2 },
)
