import { expect } from 'vitest'
import { doctors, resourceOf } from '../../../examples/server/src/clinic/doctors.ts'
import { freeHour } from '../appointments.ts'
import { untilQuiet } from '../quiet.ts'
import { onEachDatabase } from '../scenario.ts'
import { killServers, serverFrom } from '../several-servers.ts'
import { goToPage } from '../stays.ts'
import { balanceOf, billOf, payFromWallet, topUp } from '../wallets.ts'

const isDefined = <T>(value: T | undefined): value is T => value !== undefined

onEachDatabase(
  'a wallet at four servers that are killed',
  (scenario) => {
    scenario('40: fifty spend ten each of a hundred, at once', async (machine, random) => {
      const { ana, servers } = machine
      const before = await balanceOf(ana, servers[0])
      expect(before).toBe(0)
      await topUp(machine, ana, '100.00')
      const bills: string[] = []
      for (let count = 0; count < 50; count += 1) bills.push(await billOf(machine, '10.00'))
      const killing = killServers(machine, random, 3)
      const answers = await Promise.all(
        bills.map((bill, index) => payFromWallet(ana, serverFrom(machine, index), bill, { key: `spend ${bill}` })),
      )
      await killing
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(10)
      expect(answers.filter(({ status }) => status === 402)).toHaveLength(40)
      expect(await balanceOf(ana, servers[0])).toBe(0)
    })

    scenario('41: spends, top-ups and refunds, at once', async (machine, random) => {
      const { ana, eva, servers } = machine
      const startsWith = await balanceOf(ana, servers[0])
      await topUp(machine, ana, '200.00')
      const bills: string[] = []
      for (let count = 0; count < 12; count += 1) bills.push(await billOf(machine, '25.00'))
      const killing = killServers(machine, random, 3)
      const spending = bills.map((bill, index) =>
        payFromWallet(ana, serverFrom(machine, index), bill, { key: `spend ${bill}` }),
      )
      const filling = topUp(machine, ana, '50.00').catch(() => undefined)
      const answers = await Promise.all(spending)
      await Promise.all([killing, filling])
      const paid = bills.filter((_, index) => answers[index]?.status === 200)
      await Promise.all(
        paid.map((bill, index) =>
          eva.ask(serverFrom(machine, index)(0), `POST /payments/${bill}/refunds`, { key: `back ${bill}`, body: {} }),
        ),
      )
      await untilQuiet(machine)
      const store = await machine.database.snapshot()
      const [{ sum } = { sum: 0 }] = store.query<{ sum: number }>(
        "SELECT coalesce(sum(change_minor), 0) AS sum FROM holdfast_ledger WHERE account = 'wallet'",
      )
      expect(await balanceOf(ana, servers[0])).toBe(sum)
      expect(sum).toBeGreaterThanOrEqual(startsWith)
    })

    const who = { wallet: 'half of them from their wallet', pages: 'each on a page' } as const
    for (const { slug, schedule } of [doctors[0], doctors.find((each) => each.schedule.capacity === 2)].filter(
      isDefined,
    ))
      for (const [from, inWords] of Object.entries(who))
        scenario(
          `35, 40: twenty pay for one time of a doctor who sees ${schedule.capacity}, ${inWords}`,
          async (machine, random) => {
            const { ana, ben, stripe, servers } = machine
            const isFromWallet = (index: number): boolean => from === 'wallet' && index % 2 === 0
            const wanted = await freeHour(machine, resourceOf({ slug }), schedule.capacity)
            if (from === 'wallet') await topUp(machine, ana, '9000.00')
            const pages = await Promise.all(
              Array.from({ length: 20 }, (_, index) => goToPage(machine, index % 2 === 0 ? ana : ben, wanted)),
            )
            const had = await balanceOf(ana, servers[0])
            const killing = killServers(machine, random, 2)
            await Promise.all(
              pages.map(async ({ paymentId, sessionId, amount }, index) =>
                isFromWallet(index)
                  ? payFromWallet(ana, serverFrom(machine, index), paymentId, { key: `pay ${paymentId}` })
                  : stripe.pay(sessionId, amount),
              ),
            )
            await killing
            await untilQuiet(machine)
            const store = await machine.database.snapshot()
            const booked = store.query<{ payment_id: string }>(
              `SELECT payment_id FROM holdfast_reservations WHERE payment_id IN (${pages.map(() => '?').join(', ')})`,
              ...pages.map(({ paymentId }) => paymentId),
            )
            expect(booked).toHaveLength(schedule.capacity)
            const winners = pages.filter(({ paymentId }) => booked.some((each) => each.payment_id === paymentId))
            const fromWallet = winners.filter((page) => isFromWallet(pages.indexOf(page)))
            const spent = fromWallet.reduce((sum, { amount }) => sum + amount, 0)
            expect(had - (await balanceOf(ana, servers[0]))).toBe(spent)
            // Whoever was charged and has it keeps it paid; everybody else who was charged gets all of it back, once.
            for (const { paymentId } of pages) {
              const { captured, refunded } = await stripe.moneyOf(paymentId)
              expect(refunded).toBe(booked.some((each) => each.payment_id === paymentId) ? 0 : captured)
              expect(await stripe.refundsOf(paymentId)).toHaveLength(refunded > 0 ? 1 : 0)
            }
          },
        )
  },
  { servers: 4 },
)
