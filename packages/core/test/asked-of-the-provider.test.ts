import { describe, expect, it } from 'vitest'
import {
  after,
  day,
  hour,
  minute,
  type AttemptId,
  type Effect,
  type PaymentProvider,
  type RefundId,
} from '../src/index.ts'
import { ana, mxn, staff, start, world, type WorldOptions } from '../src/contracts/rules/world.ts'
import { paidStay } from './paid-stay.ts'

type Call = readonly [call: keyof PaymentProvider, request: unknown]

/** A world whose calls to the provider are kept. */
const overheard = (options: WorldOptions = {}) => {
  const calls: Call[] = []
  const listening = (provider: PaymentProvider): PaymentProvider => {
    const heard =
      <Request, Answer>(call: keyof PaymentProvider, ask: (request: Request) => Promise<Answer>) =>
      (request: Request): Promise<Answer> => {
        calls.push([call, request])
        return ask(request)
      }
    return {
      ...provider,
      openSession: heard('openSession', provider.openSession),
      chargeSavedCard: heard('chargeSavedCard', provider.chargeSavedCard),
      closeAttempt: heard('closeAttempt', provider.closeAttempt),
      findAttempt: heard('findAttempt', provider.findAttempt),
      findForgottenCharge: heard('findForgottenCharge', provider.findForgottenCharge),
      refund: heard('refund', provider.refund),
      findRefund: heard('findRefund', provider.findRefund),
      findCharge: heard('findCharge', provider.findCharge),
    }
  }
  const w = world({ ...options, wrapProvider: listening })
  return { w, calls, asked: (call: Call[0]) => calls.filter(([name]) => name === call).map(([, request]) => request) }
}
const intent = async ({ w }: ReturnType<typeof overheard>, night = 0) => {
  const opened = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night } })
  if (!opened.ok) throw new Error('No intent.')
  return opened.value.paymentId
}

const deposit = {
  attemptId: 'att_0001',
  paymentId: 'pay_0001',
  idempotencyKey: 'att_0001',
  amount: mxn(300_00n),
  item: { name: 'Deposit · Casa', description: 'Night 0' },
  purpose: 'deposit',
  owner: 'ana',
  metadata: { intent_id: 'int_0001' },
  saveCard: true,
  successUrl: 'https://host.example/ok?pay_0001',
  cancelUrl: 'https://host.example/no?pay_0001',
  expiresAt: after(start, 2 * hour),
}

describe('the page that is asked for', () => {
  it('is the one of the payment, open as long as its intent, and saves the card for the balance', async () => {
    const listening = overheard()
    await listening.w.book(ana)
    expect(listening.calls).toStrictEqual([['openSession', deposit]])
  })

  it('is asked for again in the very same words where no answer came', async () => {
    const listening = overheard()
    listening.w.provider.faults.next('openSession', 'answer_lost')
    const paymentId = await intent(listening)
    await listening.w.holdfast.startCheckout({ actor: ana, paymentId })
    await listening.w.pass(5 * minute, minute)
    expect(listening.calls).toStrictEqual([
      ['openSession', deposit],
      ['openSession', deposit],
    ])
  })

  it('names the customer of whoever has paid before', async () => {
    const listening = overheard()
    await paidStay(listening.w)
    await listening.w.book(ana, 7)
    expect(listening.asked('openSession').at(-1)).toMatchObject({ customerId: 'cus_1', paymentId: 'pay_0003' })
  })

  it('of a payment without an intent is open for as long as the host lets any page be', async () => {
    const listening = overheard({ settings: { pageTtlMs: 5 * hour } })
    const { balanceId } = await paidStay(listening.w)
    await listening.w.clock.advance(minute)
    await listening.w.holdfast.startCheckout({ actor: ana, paymentId: balanceId })
    expect(listening.asked('openSession').at(-1)).toStrictEqual({
      attemptId: 'att_0002',
      paymentId: 'pay_0002',
      idempotencyKey: 'att_0002',
      amount: mxn(700_00n),
      item: { name: 'Second payment · Casa', description: 'Night 0' },
      purpose: 'balance',
      owner: 'ana',
      metadata: { booking_id: 'res_0001' },
      saveCard: false,
      customerId: 'cus_1',
      successUrl: 'https://host.example/ok?pay_0002',
      cancelUrl: 'https://host.example/no?pay_0002',
      expiresAt: after(start, minute + 5 * hour),
    })
  })

  it('is open no longer than the host lets any page be, and no shorter than the provider does', async () => {
    const endOf = async (intentTtlMs: number, pageTtlMs: number) => {
      const listening = overheard({ settings: { intentTtlMs, pageTtlMs } })
      await listening.w.book(ana)
      return (listening.asked('openSession')[0] as { readonly expiresAt: number }).expiresAt - start
    }
    expect(await endOf(5 * hour, 3 * hour)).toBe(3 * hour)
    expect(await endOf(3 * hour, 3 * hour)).toBe(3 * hour)
    expect(await endOf(10 * minute, 3 * hour)).toBe(42 * minute)
    expect(await endOf(42 * minute, 3 * hour)).toBe(42 * minute)
    expect(await endOf(43 * minute, 3 * hour)).toBe(43 * minute)
  })

  it('is looked for first where its key is older than the provider keeps it', async () => {
    const listening = overheard({ settings: { intentTtlMs: 40 * hour, pageTtlMs: 40 * hour } })
    const paymentId = await intent(listening)
    listening.w.provider.faults.next('openSession', 'answer_lost')
    await listening.w.holdfast.startCheckout({ actor: ana, paymentId })
    await listening.w.clock.advance(23 * hour + 1)
    while ((await listening.w.holdfast.drainOutbox(10)).taken > 0);
    expect(listening.calls.map(([call]) => call)).toEqual(['openSession', 'findAttempt'])
    expect(listening.asked('findAttempt')).toStrictEqual([
      { kind: 'hosted', attemptId: 'att_0001', requestedAt: start },
    ])
    expect((await listening.w.get(paymentId)).attempts).toMatchObject([{ status: 'open', providerId: 'cs_1' }])
  })

  it('is asked for under the old key where there proves to be none', async () => {
    const listening = overheard({ settings: { intentTtlMs: 40 * hour, pageTtlMs: 40 * hour } })
    const paymentId = await intent(listening)
    listening.w.provider.faults.next('openSession', 'request_lost')
    await listening.w.holdfast.startCheckout({ actor: ana, paymentId })
    await listening.w.clock.advance(23 * hour + 1)
    while ((await listening.w.holdfast.drainOutbox(10)).taken > 0);
    expect(listening.calls.map(([call]) => call)).toEqual(['openSession', 'findAttempt', 'openSession'])
    expect((await listening.w.get(paymentId)).attempts).toMatchObject([{ status: 'open' }])
  })

  it('is not looked for as long as the key is good', async () => {
    const listening = overheard({ settings: { intentTtlMs: 40 * hour, pageTtlMs: 40 * hour } })
    const paymentId = await intent(listening)
    listening.w.provider.faults.next('openSession', 'answer_lost')
    await listening.w.holdfast.startCheckout({ actor: ana, paymentId })
    await listening.w.clock.advance(23 * hour)
    while ((await listening.w.holdfast.drainOutbox(10)).taken > 0);
    expect(listening.calls.map(([call]) => call)).toEqual(['openSession', 'openSession'])
  })

  it('is looked for once its key has answered three times with an error, but not before it can be listed', async () => {
    const listening = overheard()
    const paymentId = await intent(listening)
    listening.w.provider.faults.next('openSession', 'error_with_effect')
    await listening.w.holdfast.startCheckout({ actor: ana, paymentId })
    for (let tries = 2; tries <= 4; tries += 1) {
      await listening.w.clock.advance(40_000)
      while ((await listening.w.holdfast.drainOutbox(10)).taken > 0);
    }
    expect(listening.calls.map(([call]) => call)).toEqual(['openSession', 'openSession', 'openSession', 'openSession'])
    await listening.w.clock.advance(minute)
    while ((await listening.w.holdfast.drainOutbox(10)).taken > 0);
    expect(listening.calls.map(([call]) => call).slice(4)).toEqual(['openSession', 'findAttempt'])
    expect((await listening.w.get(paymentId)).attempts).toMatchObject([{ status: 'open' }])
  })
})

describe('the charge that is asked for', () => {
  const charge = {
    attemptId: 'att_0002',
    paymentId: 'pay_0002',
    idempotencyKey: 'att_0002',
    amount: mxn(700_00n),
    item: { name: 'Second payment · Casa', description: 'Night 0' },
    purpose: 'balance',
    metadata: { booking_id: 'res_0001' },
    card: { customerId: 'cus_1', paymentMethodId: 'pm_1' },
  }
  // Always before it, whatever came of the try before: is there one that nobody here has heard of?
  const forgotten = { paymentId: 'pay_0002', customerId: 'cus_1', known: [] }
  const dueToday = async (listening: ReturnType<typeof overheard>) => {
    const { dueAt, balanceId, reservation } = await paidStay(listening.w)
    await listening.w.clock.advance(dueAt - start)
    listening.calls.length = 0
    return { balanceId, reservationId: reservation.id }
  }

  it('is of the balance, on the card that the deposit left', async () => {
    const listening = overheard()
    const { reservationId } = await dueToday(listening)
    await listening.w.holdfast.startBalance({ actor: staff, reservationId })
    expect(listening.calls).toStrictEqual([
      ['findForgottenCharge', forgotten],
      ['chargeSavedCard', charge],
    ])
  })

  it('is asked for again in the same words as long as the key is good, and only looked for after that', async () => {
    const listening = overheard()
    const { reservationId, balanceId } = await dueToday(listening)
    listening.w.provider.faults.next('chargeSavedCard', 'request_lost')
    listening.w.provider.faults.next('chargeSavedCard', 'request_lost')
    await listening.w.holdfast.startBalance({ actor: staff, reservationId })
    await listening.w.clock.advance(23 * hour)
    while ((await listening.w.holdfast.drainOutbox(10)).taken > 0);
    expect(listening.calls).toStrictEqual([
      ['findForgottenCharge', forgotten],
      ['chargeSavedCard', charge],
      ['findForgottenCharge', forgotten],
      ['chargeSavedCard', charge],
    ])
    await listening.w.clock.advance(hour)
    await listening.w.holdfast.drainOutbox(10)
    expect((await listening.w.get(balanceId)).attempts[0]).toMatchObject({ status: 'requested' })
    await listening.w.clock.advance(10 * minute)
    await listening.w.holdfast.drainOutbox(10)
    const look = { kind: 'off_session', attemptId: 'att_0002', requestedAt: after(start, 62 * day + 3 * hour) }
    expect(listening.calls.slice(4)).toStrictEqual([
      ['findAttempt', look],
      ['findAttempt', look],
    ])
    expect((await listening.w.get(balanceId)).attempts[0]).toMatchObject({
      status: 'declined',
      failure: {
        code: 'provider_error',
        retryable: true,
        detail: 'The provider failed, and holds no charge for this attempt.',
      },
    })
  })
})

describe('what is asked about an attempt', () => {
  it('is asked by its name there, and closed by it', async () => {
    const listening = overheard()
    const { paymentId } = await listening.w.book(ana)
    listening.calls.length = 0
    await listening.w.holdfast.syncPayment({ actor: ana, paymentId })
    await listening.w.holdfast.cancelPayment({ actor: ana, paymentId })
    expect(listening.calls).toStrictEqual([
      ['findAttempt', { kind: 'hosted', attemptId: 'att_0001', requestedAt: start, providerId: 'cs_1' }],
      ['closeAttempt', { kind: 'hosted', providerId: 'cs_1' }],
    ])
  })

  it('is asked for under its own key before it is closed, where nobody has heard of it', async () => {
    const listening = overheard()
    const paymentId = await intent(listening)
    listening.w.provider.faults.next('openSession', 'answer_lost')
    await listening.w.holdfast.startCheckout({ actor: ana, paymentId })
    await listening.w.holdfast.cancelPayment({ actor: ana, paymentId })
    expect(listening.calls).toStrictEqual([
      ['openSession', deposit],
      ['openSession', deposit],
      ['closeAttempt', { kind: 'hosted', providerId: 'cs_1' }],
    ])
    const { payment, attempts } = await listening.w.get(paymentId)
    expect([payment.status, attempts[0]?.status, attempts[0]?.providerId]).toEqual(['cancelled', 'expired', 'cs_1'])
  })
})

describe('the refund that is asked for', () => {
  it('is looked for, and made of the charge that brought the money under a key of its own', async () => {
    const listening = overheard()
    const { paymentId } = await paidStay(listening.w)
    listening.calls.length = 0
    await listening.w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(5n), reason: 'duplicate' })
    expect(listening.calls).toStrictEqual([
      ['findRefund', { refundId: 'rf_0001', chargeId: 'ch_1' }],
      [
        'refund',
        {
          refundId: 'rf_0001',
          paymentId: 'pay_0001',
          idempotencyKey: 'rf_0001',
          chargeId: 'ch_1',
          amount: mxn(5n),
          reason: 'duplicate',
        },
      ],
    ])
  })

  it('is asked for under a next key once it is proven that the first made none', async () => {
    const listening = overheard()
    const { paymentId } = await paidStay(listening.w)
    listening.calls.length = 0
    listening.w.provider.faults.next('refund', 'error_without_effect')
    await listening.w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(5n) })
    await listening.w.pass(hour, minute)
    for (const look of listening.asked('findRefund'))
      expect(look).toStrictEqual({ refundId: 'rf_0001', chargeId: 'ch_1' })
    const keys = listening
      .asked('refund')
      .map((request) => (request as { readonly idempotencyKey: string }).idempotencyKey)
    expect(keys.slice(0, 3)).toEqual(['rf_0001', 'rf_0001', 'rf_0001'])
    expect(keys.at(-1)).toBe('rf_0001~2')
    expect(keys.at(-2)).toBe('rf_0001')
  })
})

describe('what is asked about', () => {
  const ask = ({ w }: ReturnType<typeof overheard>, body: Effect) =>
    w.unitOfWork.run((tx) => tx.outbox.append([{ id: 'asked', body, dueAt: w.clock.now() }], w.clock.now()))

  it('a charge is whether it moved, and its disputes where there was one', async () => {
    const listening = overheard()
    const { paymentId } = await paidStay(listening.w)
    await listening.w.holdfast.syncPayment({ actor: staff, paymentId })
    listening.w.provider.bank.dispute('ch_1', 'opened')
    await listening.w.deliver()
    await listening.w.holdfast.syncPayment({ actor: staff, paymentId })
    expect(listening.asked('findCharge')).toStrictEqual([
      { chargeId: 'ch_1', hasDisputes: false },
      { chargeId: 'ch_1', hasDisputes: true },
    ])
  })

  it('a refund is its state, by the name that the provider gave it, and by its own before it had one', async () => {
    const listening = overheard()
    const { paymentId } = await paidStay(listening.w)
    const body = { type: 'look_up_refund', paymentId, refundId: 'rf_0001' as RefundId } as const
    listening.w.provider.bank.delayRefunds()
    listening.w.provider.faults.next('refund', 'answer_lost')
    await listening.w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(5n) })
    expect(listening.asked('findRefund')).toHaveLength(1)
    await ask(listening, body)
    await listening.w.holdfast.drainOutbox(9)
    const { id } = listening.w.provider.truth.refunds()[0] ?? { id: '' }
    listening.w.provider.bank.settleRefund(id, 'succeeded')
    await ask(listening, body)
    await listening.w.holdfast.drainOutbox(9)
    expect(listening.asked('findRefund').slice(1)).toStrictEqual([
      { refundId: 'rf_0001', chargeId: 'ch_1' },
      { refundId: 'rf_0001', chargeId: 'ch_1', providerId: id },
    ])
    expect((await listening.w.get(paymentId)).refunds).toMatchObject([{ status: 'succeeded', providerId: id }])
  })

  it('an attempt that has no name there yet is whether there is one of its own', async () => {
    const listening = overheard()
    const paymentId = await intent(listening)
    listening.w.provider.faults.next('openSession', 'request_lost')
    await listening.w.holdfast.startCheckout({ actor: ana, paymentId })
    await ask(listening, { type: 'look_up_attempt', paymentId, attemptId: 'att_0001' as AttemptId })
    await listening.w.holdfast.drainOutbox(9)
    expect(listening.asked('findAttempt')).toStrictEqual([
      { kind: 'hosted', attemptId: 'att_0001', requestedAt: start },
    ])
  })

  it('a refund that is refused is what has become of its charge, disputes and all', async () => {
    const listening = overheard()
    const { paymentId } = await paidStay(listening.w)
    listening.w.provider.faults.next('refund', 'refused')
    await listening.w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(5n) })
    expect(listening.asked('findCharge')).toStrictEqual([{ chargeId: 'ch_1', hasDisputes: true }])
  })

  it('a second page that bears the mark of an attempt that has ended is closed by its name', async () => {
    const listening = overheard()
    const { paymentId, sessionId } = await listening.w.book(ana)
    await listening.w.holdfast.cancelPayment({ actor: ana, paymentId })
    listening.calls.length = 0
    const attemptId = 'att_0001' as AttemptId
    await ask(listening, { type: 'close_attempt', paymentId, attemptId, providerId: sessionId })
    await listening.w.holdfast.drainOutbox(9)
    expect(listening.calls).toStrictEqual([['closeAttempt', { kind: 'hosted', providerId: sessionId }]])
  })

  it('what has ended since is nothing', async () => {
    const listening = overheard()
    const { paymentId } = await paidStay(listening.w)
    await listening.w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(5n) })
    const open = await listening.w.book(ana, 9)
    await listening.w.holdfast.workOnce()
    listening.calls.length = 0
    const attempt = { paymentId, attemptId: 'att_0001' as AttemptId }
    const refund = { paymentId, refundId: 'rf_0001' as RefundId }
    const bodies: readonly Effect[] = [
      { type: 'open_session', ...attempt },
      { type: 'open_session', paymentId: open.paymentId, attemptId: 'att_0002' as AttemptId },
      { type: 'charge_saved_card', ...attempt },
      { type: 'close_attempt', ...attempt },
      { type: 'look_up_attempt', ...attempt },
      { type: 'look_up_charge', paymentId: open.paymentId, attemptId: 'att_0002' as AttemptId },
      { type: 'send_refund', ...refund },
      { type: 'look_up_refund', ...refund },
    ]
    for (const body of bodies) {
      await ask(listening, body)
      await listening.w.holdfast.drainOutbox(1)
      expect(await listening.w.unitOfWork.read((tx) => tx.outbox.find('asked'))).toMatchObject({ status: 'done' })
    }
    expect(listening.calls).toEqual([])
  })
})
