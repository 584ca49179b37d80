import { expect } from 'vitest'
import { eventually } from '../../../examples/server/test/eventually.ts'
import { countMessages } from '../../src/oracle/edges.ts'
import { advance } from '../clock.ts'
import { field, type Answer, type Caller } from '../guest.ts'
import { apiKey, type Machine } from '../machine.ts'
import type { Program } from '../program.ts'
import { untilQuiet } from '../quiet.ts'
import { aMoment, onEachDatabase } from '../scenario.ts'
import {
  bookingsOf,
  goToPage,
  laterNights,
  openIntent,
  pageOf,
  patienceMs,
  payForStay,
  soonNights,
  untilStatus,
} from '../stays.ts'

/** Asks many times at once, at every server in turn. */
const atOnce = (
  { servers }: Machine,
  times: number,
  ask: (server: Program, index: number) => Promise<Answer | undefined>,
): Promise<readonly (Answer | undefined)[]> =>
  Promise.all(Array.from({ length: times }, (_, index) => ask(servers[index % servers.length] ?? servers[0], index)))

/** The answers that led to a page, by the page they led to. */
const pagesIn = (answers: readonly (Answer | undefined)[]): ReadonlySet<unknown> =>
  new Set(answers.flatMap((answer) => (answer?.status === 200 ? [answer.body['checkout_url']] : [])))

const statusesIn = (answers: readonly (Answer | undefined)[]): readonly (number | undefined)[] =>
  [...new Set(answers.map((answer) => answer?.status))].toSorted()

/** A stay whose balance is due, and whose saved card does not do. Answers the booking and its balance. */
const withFailedBalance = async (machine: Machine, guest: Caller) => {
  const { stripe, servers } = machine
  const { paymentId } = await payForStay(machine, guest, await laterNights(machine))
  const booking = await eventually('the booking', async () =>
    (await bookingsOf(guest, servers[0])).find(({ payment_id: id }) => id === paymentId),
  )
  for (const { id } of (await stripe.ledger()).objects.payment_method)
    await fetch(new URL(`/v1/payment_methods/${id}/detach`, machine.simulator.origin), {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}` },
    })
  const { payment_id: balanceId = '', due_at: dueAt = '' } = booking.balance ?? {}
  await advance(machine, Date.parse(dueAt) - (await stripe.nowMs()) + 1_000)
  return { booking, balanceId }
}

onEachDatabase(
  'races at two servers',
  (scenario) => {
    scenario('32: fifty ask for one page at once', async (machine) => {
      const { ana, stripe } = machine
      const nights = await soonNights(machine)
      const opened = await atOnce(machine, 50, (server) => openIntent(ana, server, nights, { key: 'fifty at once' }))
      expect(statusesIn(opened)).toEqual([201])
      expect(new Set(opened.map((answer) => answer?.body['payment_id']))).toHaveLength(1)
      const [intentId, paymentId] = [field(opened[0], 'intent_id'), field(opened[0], 'payment_id')]
      const asked = await atOnce(machine, 50, (server) => ana.ask(server, `POST /intents/${intentId}/pay`))
      for (const answer of asked) expect([200, 202, 503]).toContain(answer?.status)
      expect(pagesIn(asked)).toHaveLength(1)
      expect(await stripe.sessionsOf(paymentId)).toHaveLength(1)
    })

    scenario('33: fifty retry a balance whose charge has failed', async (machine) => {
      const { ana, stripe } = machine
      const { booking, balanceId } = await withFailedBalance(machine, ana)
      await eventually('the page', async () => (await stripe.sessionsOf(balanceId)).length === 1, patienceMs)
      const path = `/reservations/${booking.reservation_id}/balance/retry`
      const asked = await atOnce(machine, 50, (server) => ana.ask(server, `POST ${path}`))
      for (const answer of asked) expect([200, 202, 409, 503]).toContain(answer?.status)
      expect(pagesIn(asked)).toHaveLength(1)
      expect(await stripe.sessionsOf(balanceId)).toMatchObject([{ status: 'open' }])
      const { amount_total: amount } = (await stripe.sessionsOf(balanceId))[0] ?? {}
      const page = await pageOf(ana, machine.servers[0], path)
      expect(await stripe.pay(page.sessionId, amount ?? 0)).toBe(200)
      await untilStatus(ana, machine.servers[0], balanceId, 'COMPLETED')
    })

    scenario('34: the old page is paid while it is replaced', async (machine, random) => {
      const { ana, eva, stripe, servers } = machine
      for (let round = 0; round < 4; round += 1) {
        const { paymentId, intentId, sessionId, amount } = await goToPage(machine, ana)
        const replacing = Promise.all([
          eva.ask(servers[0], `POST /payments/${paymentId}/amount`, { body: { amount: '4000.00', currency: 'MXN' } }),
          ana.ask(servers[0], `POST /intents/${intentId}/pay`),
        ])
        await aMoment(random, 80)
        const status = await stripe.pay(sessionId, amount)
        await replacing
        const { derived } = await stripe.ledger()
        expect((derived.open_sessions_by_payment_id[paymentId] ?? []).length).toBeLessThan(2)
        if (status === 200) await untilStatus(ana, servers[0], paymentId, 'COMPLETED')
      }
    })

    scenario('35: twenty pay for the same nights within a second', async (machine) => {
      const { ana, ben, stripe } = machine
      const nights = await soonNights(machine)
      const pages = await Promise.all(
        Array.from({ length: 20 }, (_, index) => goToPage(machine, index % 2 === 0 ? ana : ben, nights)),
      )
      const statuses = await Promise.all(pages.map(({ sessionId, amount }) => stripe.pay(sessionId, amount)))
      expect(new Set(statuses)).toEqual(new Set([200]))
      await untilQuiet(machine)
      const money = await Promise.all(pages.map(({ paymentId }) => stripe.moneyOf(paymentId)))
      expect(money.filter(({ refunded }) => refunded === 0)).toHaveLength(1)
      expect(money.filter(({ captured, refunded }) => captured === refunded)).toHaveLength(19)
      const refunds = await Promise.all(pages.map(({ paymentId }) => stripe.refundsOf(paymentId)))
      expect(refunds.map(({ length }) => length).toSorted()).toEqual([0, ...Array.from({ length: 19 }, () => 1)])
    })

    scenario('42: thirty refund it all, and two give back the same part', async (machine) => {
      const { ana, eva, stripe, servers } = machine
      const [whole, parts] = [await payForStay(machine, ana), await payForStay(machine, ana)]
      const asked = await atOnce(machine, 30, (server) =>
        eva.ask(server, `POST /payments/${whole.paymentId}/refunds`, { body: {} }),
      )
      expect(asked.filter((answer) => answer?.status === 201)).toHaveLength(1)
      for (const answer of asked) expect([201, 409, 503]).toContain(answer?.status)
      const refund = (key: string) =>
        eva.ask(servers[0], `POST /payments/${parts.paymentId}/refunds`, { key, body: { amount: '10.00' } })
      const [first, second, again] = await Promise.all([refund('one'), refund('two'), refund('one')])
      expect(again).toEqual(first)
      expect(second?.status).toBe(201)
      await untilQuiet(machine)
      expect(await stripe.refundsOf(whole.paymentId)).toHaveLength(1)
      expect(await stripe.refundsOf(parts.paymentId)).toHaveLength(2)
    })

    scenario('43: the same key with another body', async (machine) => {
      const { ana, eva, stripe, servers } = machine
      const { paymentId } = await payForStay(machine, ana)
      const refund = (server: Program, amount: string) =>
        eva.ask(server, `POST /payments/${paymentId}/refunds`, { key: 'key of 43', body: { amount } })
      const answers = await atOnce(machine, 10, (server, index) => refund(server, index % 2 === 0 ? '10.00' : '20.00'))
      expect(statusesIn(answers)).toEqual([201, 422])
      expect((await refund(servers[0], '30.00'))?.body['code']).toBe('idempotency_key_reused')
      await untilQuiet(machine)
      expect(await stripe.refundsOf(paymentId)).toHaveLength(1)
    })

    scenario('44: the return page, the button and the webhooks at the same moment', async (machine) => {
      const { ana, stripe, database } = machine
      for (let round = 0; round < 3; round += 1) {
        await stripe.webhooks('paused')
        const page = await goToPage(machine, ana)
        expect(await stripe.pay(page.sessionId, page.amount)).toBe(200)
        await Promise.all([
          stripe.webhooks('normal'),
          atOnce(machine, 4, (server) => ana.ask(server, `POST /payments/${page.paymentId}/sync_status`)),
        ])
        await untilStatus(ana, machine.servers[0], page.paymentId, 'COMPLETED')
        await untilQuiet(machine)
        const store = await database.snapshot()
        const made = store.query('SELECT id FROM holdfast_reservations WHERE payment_id = ?', page.paymentId)
        expect([made.length, countMessages(store, page.paymentId)]).toEqual([1, 1])
      }
    })
  },
  { servers: 2 },
)
