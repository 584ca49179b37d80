import { signPayload } from '@holdfast/stripe-simulator'
import { expect } from 'vitest'
import { eventually } from '../../../examples/server/test/eventually.ts'
import { webhookSecret, type Machine } from '../machine.ts'
import { untilQuiet } from '../quiet.ts'
import { onEachDatabase } from '../scenario.ts'
import { askCart, stock } from '../shop.ts'
import { bookingsOf, goToPage, payForStay, statusOf, untilStatus } from '../stays.ts'

const elsewhere = 'https://elsewhere.example'
const mug = 'taza-talavera'

/** Signed and delivered as Stripe would. Answers the status. */
const deliver = async ({ servers, stripe }: Machine, event: object): Promise<number> => {
  const payload = JSON.stringify(event)
  const atS = Math.floor((await stripe.nowMs()) / 1000)
  const headers = { 'stripe-signature': signPayload(payload, [webhookSecret], atS) }
  const response = await fetch(new URL('/api/webhooks/stripe', servers[0].origin), {
    method: 'POST',
    headers,
    body: payload,
  })
  await response.arrayBuffer()
  return response.status
}

/** Waits until an event that was taken in has been dealt with, whatever that was. */
const untilDealtWith = ({ database }: Machine, id: string) =>
  eventually(`event ${id} to be dealt with`, async () => {
    const rows = (await database.snapshot()).query<{ status: string }>(
      'SELECT status FROM holdfast_inbox WHERE id = ?',
      id,
    )
    return rows.every(({ status }) => status !== 'waiting')
  })

onEachDatabase('at the door', (scenario) => {
  for (const [what, change] of [
    ['less than was asked for', { amount: 50_00 }],
    ['the same number in another currency', { currency: 'usd' }],
  ] as const)
    scenario(`45: ${what}, in an event that Stripe has signed`, async (machine) => {
      const { ana, eva, stripe, servers } = machine
      const page = await goToPage(machine, ana)
      await stripe.control(`sessions/${page.sessionId}/total`, { amount: page.amount, ...change })
      const paid = 'amount' in change ? change.amount : page.amount
      expect(await stripe.pay(page.sessionId, paid)).toBe(200)
      await untilStatus(ana, servers[0], page.paymentId, 'FAILED')
      const listed = await eva.ask(servers[0], 'GET /staff/attention?limit=100')
      expect(JSON.stringify(listed?.body['items'])).toContain('amount_mismatch')
      await untilQuiet(machine)
      const booked = (await bookingsOf(ana, servers[0])).map(({ payment_id: id }) => id)
      expect(booked).not.toContain(page.paymentId)
      // All of it has gone back, once.
      expect(await stripe.moneyOf(page.paymentId)).toMatchObject({ captured: paid, refunded: paid })
      expect(await stripe.refundsOf(page.paymentId)).toHaveLength(1)
    })

  scenario('47: events of the other mode, and of another account, that say that something is paid', async (machine) => {
    const { ana, stripe, servers } = machine
    await stripe.webhooks('drop')
    const page = await goToPage(machine, ana)
    expect(await stripe.pay(page.sessionId, page.amount)).toBe(200)
    const completed = (await stripe.ledger()).events.findLast(({ type }) => type === 'checkout.session.completed')
    expect(completed?.data.object).toMatchObject({ metadata: { payment_id: page.paymentId } })
    for (const [id, other] of [
      ['evt_of_real_money', { livemode: true }],
      ['evt_of_somebody_else', { account: 'acct_somebody_else' }],
    ] as const) {
      const status = await deliver(machine, { ...completed, id, ...other })
      expect([200, 400], id).toContain(status)
      await untilDealtWith(machine, id)
      expect(await statusOf(ana, servers[0], page.paymentId), id).toBe('PENDING')
      const booked = (await bookingsOf(ana, servers[0])).map((each) => each.payment_id)
      expect(booked, id).not.toContain(page.paymentId)
    }
    // The very same news, in the right mode and from our own account, counts.
    expect(await deliver(machine, completed ?? {})).toBe(200)
    await untilStatus(ana, servers[0], page.paymentId, 'COMPLETED')
  })

  scenario('51: no server without a secret for webhooks', async (machine) => {
    for (const secret of ['', 'not a secret']) {
      const server = await machine.otherServer(`a server with '${secret}'`, { STRIPE_WEBHOOK_SECRET: secret })
      await expect(server.start()).rejects.toThrow(/STRIPE_WEBHOOK_SECRET/)
      expect(server.isUp()).toBe(false)
    }
  })

  scenario('61: pages of other origins, and of none', async (machine) => {
    const { ana, servers } = machine
    const { paymentId } = await payForStay(machine, ana)
    for (const origin of [elsewhere, 'null'])
      for (const [method, path] of [
        ['GET', `/api/payments/${paymentId}/status`],
        ['OPTIONS', `/api/payments/${paymentId}/cancel`],
        ['OPTIONS', '/api/webhooks/stripe'],
      ] as const) {
        const { headers } = await fetch(new URL(path, servers[0].origin), {
          method,
          headers: {
            origin,
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'content-type',
          },
        })
        expect([headers.get('access-control-allow-origin'), headers.get('access-control-allow-credentials')]).toEqual([
          null,
          null,
        ])
      }
  })

  scenario("62: forms of other sites, with somebody's cookie", async (machine) => {
    const { ana, eva, stripe, servers } = machine
    const page = await payForStay(machine, ana)
    const form = { 'content-type': 'application/x-www-form-urlencoded', origin: elsewhere, 'x-csrf-token': '' }
    for (const [caller, call] of [
      [ana, 'POST /intents'],
      [ana, `POST /payments/${page.paymentId}/cancel`],
      [eva, `POST /payments/${page.paymentId}/refunds`],
    ] as const)
      expect((await caller.ask(servers[0], call, { body: 'amount=1.00', headers: form }))?.status, call).toBe(403)
    expect(await statusOf(ana, servers[0], page.paymentId)).toBe('COMPLETED')
    expect(await stripe.refundsOf(page.paymentId)).toEqual([])
  })

  scenario('64: one who holds and holds, and never pays', async (machine) => {
    const { ben, servers, database } = machine
    await stock(machine, mug, 1_000)
    const answers = await Promise.all(
      Array.from({ length: 600 }, (_, index) => askCart(ben, servers[0], { article: mug, key: `hoarder ${index}` })),
    )
    const refused = answers.filter((answer) => answer?.status === 429)
    expect(refused.length).toBeGreaterThan(200)
    expect(refused.every((answer) => Number(answer?.retryAfter) > 0)).toBe(true)
    // What was held is let go of when its time is over.
    await untilQuiet(machine)
    const shelf = (await database.snapshot()).query(
      'SELECT on_hand, held FROM holdfast_stock WHERE article_id = ?',
      mug,
    )
    expect(shelf).toEqual([{ on_hand: 1_000, held: 0 }])
  })
})
