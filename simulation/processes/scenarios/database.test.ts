import BetterSqlite3 from 'better-sqlite3'
import { startCrashingPostgres } from '@holdfast/pg-test'
import { expect, it } from 'vitest'
import { eventually } from '../../../examples/server/test/eventually.ts'
import { below, randomFrom } from '../../src/kernel/random.ts'
import { keep } from '../../src/system/database.ts'
import { advance } from '../clock.ts'
import { assertEveryRule } from '../judge.ts'
import { startLoad } from '../load.ts'
import { startMachine, type Machine } from '../machine.ts'
import { databasesToRun, onEachDatabase, seed } from '../scenario.ts'
import { bookingsOf, goToPage, laterNights, openIntent, payForStay, soonNights, untilStatus } from '../stays.ts'

/** Gives a hundred back, always under one key; asks until that is answered. */
const refundPart = ({ eva, servers: [server] }: Machine, paymentId: string): Promise<true> =>
  eventually('the refund', async () => {
    const answer = await eva.ask(server, `POST /payments/${paymentId}/refunds`, {
      key: 'a hundred back',
      body: { amount: '100.00' },
    })
    return answer !== undefined && answer.status < 300
  })

onEachDatabase('a database that fails', (scenario, kind) => {
  if (kind === 'sqlite')
    scenario('67: SQLite is locked by somebody else, for as long as it takes to give up', async (machine) => {
      const { ana, stripe, servers } = machine
      const [server] = servers
      const page = await goToPage(machine, ana)
      const somebody = keep(new BetterSqlite3(machine.database.url))
      somebody.exec('BEGIN IMMEDIATE')
      expect(await stripe.pay(page.sessionId, page.amount)).toBe(200)
      const asking = openIntent(ana, server, await soonNights(machine))
      let slowestMs = 0
      await eventually(
        'the webhook to be refused',
        async () => {
          const startedAt = Date.now()
          expect((await fetch(new URL('/healthz', server.origin))).status).toBe(200)
          slowestMs = Math.max(slowestMs, Date.now() - startedAt)
          const { deliveries } = await stripe.ledger()
          return deliveries.some(({ attempts }) => attempts.some(({ status }) => status === 503))
        },
        60_000,
      )
      expect(await asking).toMatchObject({ status: 503, body: { code: 'contention', retryable: true } })
      // The lock is waited for outside SQLite: everybody else goes on.
      expect(slowestMs).toBeLessThan(2_000)
      somebody.exec('ROLLBACK')
      somebody.close()
      await advance(machine, 60_000)
      await untilStatus(ana, server, page.paymentId, 'COMPLETED')
    })

  scenario(
    '76: a backup of two hours ago takes the place of everything, and a refund made since is asked for again',
    async (machine) => {
      const { ana, ben, stripe, servers } = machine
      const [server] = servers
      const before = await payForStay(machine, ana)
      const refunded = await payForStay(machine, ben)
      const open = await goToPage(machine, ana)
      await server.stop()
      await machine.database.backUp()
      await server.start()
      expect(await stripe.pay(open.sessionId, open.amount)).toBe(200)
      await untilStatus(ana, server, open.paymentId, 'COMPLETED')
      await refundPart(machine, refunded.paymentId)
      await advance(machine, 2 * 3_600_000)
      await server.stop()
      await machine.database.restore()
      await server.start()
      await refundPart(machine, refunded.paymentId)
      await advance(machine, 20 * 60_000)
      await untilStatus(ana, server, open.paymentId, 'COMPLETED')
      for (const { paymentId } of [before, open])
        expect(await stripe.moneyOf(paymentId)).toMatchObject({ charges: 1, refunded: 0 })
      expect(await stripe.moneyOf(refunded.paymentId)).toMatchObject({ charges: 1, refunded: 100_00 })
    },
    { databaseRestored: true },
  )

  scenario(
    '76: a backup from before a balance was charged takes the place of everything, a day after that',
    async (machine) => {
      const { ana, stripe, servers } = machine
      const [server] = servers
      await payForStay(machine, ana, await laterNights(machine))
      const [booking] = await bookingsOf(ana, server)
      const { payment_id: balanceId = '', due_at: dueAt = '' } = booking?.balance ?? {}
      await server.stop()
      await machine.database.backUp()
      await server.start()
      await advance(machine, Date.parse(dueAt) + 60_000 - (await stripe.nowMs()))
      await untilStatus(ana, server, balanceId, 'COMPLETED')
      // By now Stripe has forgotten the key of that charge.
      await advance(machine, 26 * 3_600_000)
      await server.stop()
      await machine.database.restore()
      await server.start()
      await untilStatus(ana, server, balanceId, 'COMPLETED')
      expect(await stripe.moneyOf(balanceId)).toMatchObject({ charges: 1, refunded: 0 })
    },
    { databaseRestored: true },
  )
})

onEachDatabase(
  'a database that is replaced',
  (scenario) => {
    scenario(
      '73: a replica takes over that misses the last second',
      async (machine) => {
        const { ana, ben, stripe, servers } = machine
        const [server] = servers
        const paid = await payForStay(machine, ana)
        const refunded = await payForStay(machine, ben)
        const open = await goToPage(machine, ana)
        const later = await payForStay(machine, ben, await laterNights(machine))
        await machine.database.backUp()
        // What happens now was answered, and is gone.
        expect(await stripe.pay(open.sessionId, open.amount)).toBe(200)
        await untilStatus(ana, server, open.paymentId, 'COMPLETED')
        await refundPart(machine, refunded.paymentId)
        await machine.database.restore()
        // Whoever asked for it looks, does not find it, and asks again.
        await refundPart(machine, refunded.paymentId)
        await advance(machine, 20 * 60_000)
        await untilStatus(ana, server, open.paymentId, 'COMPLETED')
        await advance(machine, 2 * 3_600_000)
        await untilStatus(ben, server, refunded.paymentId, 'PARTIALLY_REFUNDED')
        for (const { paymentId } of [paid, open, later])
          expect(await stripe.moneyOf(paymentId)).toMatchObject({ charges: 1, refunded: 0 })
        expect(await stripe.moneyOf(refunded.paymentId)).toMatchObject({ charges: 1, refunded: 100_00 })
      },
      { databaseFails: true, databaseRestored: true },
    )
  },
  { servers: 2, only: 'postgres' },
)

it.runIf(databasesToRun.includes('postgres'))(
  '71: Postgres ends without a word and starts again, over and over, under load',
  { timeout: 240_000 },
  async () => {
    const random = randomFrom(`${seed} restarts`)
    const postgres = await startCrashingPostgres()
    const machine = await startMachine({ kind: 'postgres', pgAdminUrl: postgres.url, servers: 2 })
    try {
      const load = startLoad(machine, random, { guests: 3 })
      for (let crash = 0; crash < 5; crash += 1) {
        await new Promise((resolve) => setTimeout(resolve, 2_000 + below(random, 2_000)))
        await postgres.crash()
      }
      const { booked } = await load.stop()
      expect(booked).toBeGreaterThan(0)
      expect(machine.servers.map((server) => server.isUp())).toEqual([true, true])
      await payForStay(machine, machine.ana)
      await assertEveryRule(machine, { databaseFails: true })
    } finally {
      await machine.remove()
      await postgres.stop()
    }
  },
)
