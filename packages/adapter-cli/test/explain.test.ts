import { hour, instant, money, type PaymentId } from '@holdfast/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { decline, goToPay, openClinicCommands, openIntent, pay, type ClinicCommands } from './clinic-commands.ts'
import type { Clinic } from './clinic.mjs'

let clinic: ClinicCommands
beforeEach(() => {
  clinic = openClinicCommands()
})
afterEach(() => clinic.remove())

const staff = { type: 'staff', id: 'eve' } as const
const linesOf = (text: string): readonly string[] => text.split('\n').map((line) => line.trim())

/** Pays the page at Stripe, whose webhook says so. */
const payAndHear = async (host: Clinic): Promise<{ readonly paymentId: PaymentId; readonly sessionId: string }> => {
  const opened = await goToPay(host)
  await pay(host, opened.sessionId)
  const session = host.simulator.ledger().derived.sessions.find(({ id }) => id === opened.sessionId)
  const charge = { id: session?.payment_intent ?? '', amount: money(400_00, 'MXN') }
  await host.holdfast.receiveEvent({
    id: 'evt_paid',
    type: 'checkout.session.completed',
    occurredAt: instant(Date.now()),
    livemode: false,
    news: {
      about: 'attempt',
      providerId: opened.sessionId,
      report: { state: { type: 'captured', charge }, providerId: opened.sessionId, livemode: false },
    },
  })
  return opened
}

const chargeOf = async ({ holdfast }: Clinic, paymentId: PaymentId): Promise<string> => {
  const found = await holdfast.readPayment({ actor: staff, paymentId })
  const attempt = found.ok ? found.value.attempts[0] : undefined
  if (attempt?.status !== 'succeeded') throw new Error('It was not paid.')
  return attempt.charge.id
}

describe('explain', () => {
  it('says how a payment stands that is waited for, and what its owner and the worker may do', async () => {
    const { paymentId, intentId, sessionId } = await clinic.inClinic(hour, goToPay)
    await clinic.holdfast('start-auto-cleanup')
    const { code, out, err } = await clinic.holdfast('explain', paymentId)
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(new RegExp(`^Payment ${paymentId}: 400\\.00 MXN, PENDING\nIt is not paid yet\\.\n`))
    expect(out).toContain(`intent ${intentId} (consultation): open, until 20`)
    expect(out).toMatch(/^Attempt 1: 400\.00 MXN on a page, open until 20/m)
    expect(out).toContain(`at the provider ${sessionId}`)
    expect(out).toMatch(/^owner {3}May pay until \S+, on the page that is open: http\S+$/m)
    expect(out).toMatch(/^worker {2}\S+Z {2}The worker will give the intent up, /m)
    expect(out).toMatch(/^worker {2}\S+Z {2}The sweep may ask the provider about attempt 1\.$/m)
    expect(out).not.toContain('HUMAN')
  })

  it('finds a payment by what it is for and by its page at the provider, and says where an id leads nowhere', async () => {
    const { paymentId, intentId, sessionId } = await clinic.inClinic(hour, goToPay)
    for (const id of [intentId, sessionId])
      expect((await clinic.holdfast('explain', id)).out).toContain(`Payment ${paymentId}: `)
    const nowhere = await clinic.holdfast('explain', 'ord_nobody')
    expect(nowhere.code).toBe(4)
    expect(nowhere.err).toContain('There is no payment ord_nobody here, and none that this leads to.')
  })

  it('says why cards were declined on a page that is still open, and that it may be paid there', async () => {
    const { paymentId } = await clinic.inClinic(hour, async (host) => {
      const opened = await goToPay(host)
      await decline(host, opened.sessionId)
      await host.holdfast.syncPayment({ actor: staff, paymentId: opened.paymentId })
      return opened
    })
    const { out } = await clinic.holdfast('explain', paymentId)
    expect(linesOf(out)[1]).toBe(
      'It is not paid yet. A card was declined on its page, which is still open: insufficient_funds.',
    )
    expect(out).toMatch(/^Attempt 1: .*, 1 declined on it, the last at \S+Z: insufficient_funds$/m)
    expect(out).toMatch(/^ {2}declined on the page at \S+Z: insufficient_funds \(Your card .*\), ch_\S+$/m)
    expect(out).toMatch(/attempt 1: page declined\n +id ch_/)
    expect(out).toMatch(/^owner {3}May pay until \S+, on the page that is open: http\S+$/m)
  })

  it('tells the story in order: commands, answers and webhooks, and under each what it moved', async () => {
    const { paymentId } = await clinic.inClinic(hour, async (host) => {
      const opened = await payAndHear(host)
      const { paymentId } = opened
      await host.holdfast.refundPayment({ actor: staff, paymentId, amount: money(100_00, 'MXN') })
      return opened
    })
    const { out } = await clinic.holdfast('explain', paymentId)
    expect(out).toContain(', PARTIALLY_REFUNDED')
    expect(out).toMatch(/^Refund 1: 100\.00 MXN of attempt 1 to the provider \(requested_by_customer\), made at /m)
    const story = linesOf(out).map((line) => line.replace(/^\d\d:\d\d:\d\d /, '').trim())
    const parts = [
      'ASKED    open intent, by owner:ana',
      'ASKED    start checkout, by owner:ana · plan start',
      'moved      attempt 1: requested · kind hosted, amount 400.00 MXN',
      'ANSWER   open session, about attempt 1',
      'WEBHOOK  checkout.session.completed (evt_paid) · state captured',
      'moved      attempt 1: captured',
      'ASKED    refund payment, by staff:eve · amount 100.00 MXN, reason requested_by_customer, full false',
      'moved      refund 1: requested',
      'ANSWER   send refund, about refund 1 · state succeeded',
      'moved      payment: refunded in part · refunded 100.00 MXN',
    ]
    const at = parts.map((part) => story.findIndex((line) => line === part || line.startsWith(`${part} · `)))
    expect(at, out).toEqual(at.toSorted((a, b) => a - b))
    expect(at).not.toContain(-1)
  })

  it('calls a human for what only a human can settle, says what to do, and where work is overdue or given up', async () => {
    const { paymentId } = await clinic.inClinic(hour, async (host) => {
      const opened = await payAndHear(host)
      await host.holdfast.receiveEvent({
        id: 'evt_dispute',
        type: 'charge.dispute.created',
        occurredAt: instant(Date.now()),
        livemode: false,
        news: {
          about: 'dispute',
          providerId: 'dp_1',
          chargeId: await chargeOf(host, opened.paymentId),
          outcome: 'opened',
          amount: money(100_00, 'MXN'),
        },
      })
      await host.unitOfWork.run(async (tx) => {
        const now = instant(Date.now())
        for (const { id } of await tx.outbox.list({ status: 'waiting', limit: 9 })) {
          const work = await tx.outbox.take(id, { now, leaseMs: 1 })
          if (work?.body.type === 'send_message') await tx.outbox.bury(id, work.lease, 'No such mailbox.', now)
        }
      })
      return opened
    })
    const { code, out } = await clinic.holdfast('explain', paymentId)
    expect(code).toBe(0)
    expect(out).toContain('400.00 MXN, DISPUTED. A HUMAN IS NEEDED, see the end.')
    expect(out).toMatch(/^ {2}dispute dp_1 of 100\.00 MXN: open, opened /m)
    expect(out).toMatch(/^HUMAN {3}\S+ {2}dispute_opened: .* Answer it at the provider before its deadline\./m)
    expect(out).toMatch(/^HUMAN {3}send_message:\S+ was given up after 1 try: No such mailbox\. Mend .*\/retry\.$/m)
    expect(out).toMatch(/^HUMAN {3}The sweep is not planned: /m)
    const { out: json } = await clinic.holdfast('explain', paymentId, '--json')
    expect(JSON.parse(json)).toMatchObject({
      attention: [{ code: 'dispute_opened' }],
      owed: [{ queue: 'outbox', type: 'send_message', status: 'dead', last_error: 'No such mailbox.' }],
    })
  })

  it('says that no worker runs where work is overdue', async () => {
    const { paymentId } = await clinic.inClinic(hour, async (host) => {
      const opened = await payAndHear(host)
      await host.holdfast.refundPayment({ actor: staff, paymentId: opened.paymentId })
      return opened
    })
    await clinic.inClinic(hour, ({ unitOfWork }) =>
      unitOfWork.run((tx) =>
        tx.outbox.append(
          [
            {
              id: `look_up_charge:x`,
              body: { type: 'look_up_charge', paymentId, attemptId: 'x' as never },
              dueAt: instant(0),
            },
          ],
          instant(0),
        ),
      ),
    )
    expect((await clinic.holdfast('explain', paymentId)).out).toMatch(
      /^HUMAN {3}Work is overdue since 1970-\S+: does a worker run\?/m,
    )
  })

  it('says what is owed to the provider while it cannot be reached, and how often that was tried', async () => {
    const { paymentId } = await clinic.inClinic(0, async (host) => {
      const opened = await goToPay(host)
      host.simulator.addFault({ match: 'POST /v1/checkout/sessions/{id}/expire', kind: '429', times: 9 })
      await host.holdfast.cancelPayment({ actor: staff, paymentId: opened.paymentId })
      return opened
    })
    const { out } = await clinic.holdfast('explain', paymentId)
    expect(out).toMatch(/^Attempt 1: .* open until \S+, being closed \(requested\)$/m)
    expect(out).toMatch(
      /^worker {2}\S+ {2}The worker will close at the provider what could still be paid there\. So far 1 try; the last time: /m,
    )
    expect(out).not.toMatch(/^owner /m)
  })

  it('gives all of it to a program', async () => {
    const { paymentId, intentId, sessionId } = await clinic.inClinic(hour, goToPay)
    const { code, out } = await clinic.holdfast('explain', paymentId, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      command: 'explain',
      payment: {
        payment_id: paymentId,
        status: 'pending',
        owner_id: 'ana',
        amount: '400.00',
        currency: 'MXN',
        attempts: [
          { kind: 'hosted', status: 'open', provider_id: sessionId, checkout_url: expect.stringContaining('http') },
        ],
        refunds: [],
      },
      intent: { id: intentId, status: 'open' },
      reservation: null,
      timeline: expect.arrayContaining([
        {
          at: expect.stringMatching(/Z$/),
          type: 'command',
          about: { type: 'payment', id: paymentId },
          name: 'start_checkout',
          actor: 'owner:ana',
          data: { plan: 'start' },
        },
      ]),
      next: expect.arrayContaining([{ who: 'owner', at: null, text: expect.stringContaining('May pay until') }]),
    })
  })

  it('says of one that nobody has tried to pay, and that was cancelled, just that', async () => {
    const { paymentId } = await clinic.inClinic(hour, openIntent)
    expect((await clinic.holdfast('explain', paymentId)).out).toContain('Nobody has tried to pay it.')
    await clinic.inClinic(0, ({ holdfast }) => holdfast.cancelPayment({ actor: staff, paymentId }))
    const { out } = await clinic.holdfast('explain', paymentId)
    expect(out).toContain('It was cancelled at ')
    expect(out).toMatch(/ASKED {4}cancel payment, by staff:eve · reason requested/)
  })

  it('does with less where the configuration answers no unit of work, and says so', async () => {
    const { paymentId } = await clinic.inClinic(hour, goToPay)
    clinic.configure('const { holdfast, close } = await openClinic(folder); return { holdfast, close }')
    const { code, out } = await clinic.holdfast('explain', paymentId)
    expect(code).toBe(0)
    expect(out).toContain("The configuration answers no 'unitOfWork'")
    expect(out).toContain('ASKED    start checkout')
  })

  it('says that there is no such payment, and what an id looks like', async () => {
    expect(await clinic.holdfast('explain', 'pay_nowhere')).toEqual({
      code: 4,
      out: '',
      err: expect.stringContaining('There is no payment pay_nowhere here, and none that this leads to.'),
    })
    expect(JSON.parse((await clinic.holdfast('explain', 'pay_nowhere', '--json')).out)).toMatchObject({
      error: { code: 'payment_not_found' },
    })
    expect(await clinic.holdfast('explain', 'what happened?')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Give an id such as'),
    })
    expect(await clinic.holdfast('explain')).toMatchObject({
      code: 2,
      err: expect.stringContaining("missing required argument 'id'"),
    })
  })
})
