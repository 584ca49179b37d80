import { describe, expect, it } from 'vitest'
import { brokenAlways } from '../src/contracts/rules/oracle.ts'
import { ana, mxn, staff } from '../src/contracts/rules/world.ts'
import {
  after,
  day,
  driftMeaning,
  hour,
  minute,
  money,
  type AttemptId,
  type PaymentId,
  type RefundId,
} from '../src/index.ts'
import { auditedMemoryProvider } from '../src/memory/index.ts'
import {
  alter,
  alterAttempt,
  auditedWorld,
  chargeIdOf,
  doubled,
  elsewhere,
  ended,
  mature,
  only,
  sold,
  type AuditedWorld,
} from './reconcile-world.ts'
import { paidStay } from './paid-stay.ts'

/** Finds this and nothing else, has it mended, and finds nothing any more. */
const expectMended = async (w: AuditedWorld, code: string) => {
  const found = only(await w.reconcile())
  expect(found).toMatchObject({ code, mendable: true })
  expect(found).not.toHaveProperty('outcome')
  const mended = await w.reconcile({ fix: true })
  expect(only(mended)).toEqual({ ...found, outcome: 'mended' })
  expect(mended.counts).toEqual({ [code]: { found: 1, mended: 1 } })
  expect((await w.reconcile()).drift).toEqual([])
  return found
}

/** Finds this and nothing else, and cannot have it mended. */
const expectLeft = async (w: AuditedWorld, code: string) => {
  const found = only(await w.reconcile({ fix: true }))
  expect(found).toMatchObject({ code, mendable: false })
  expect(found).not.toHaveProperty('outcome')
  expect(only(await w.reconcile())).toEqual(found)
  return found
}

const pageOf = (w: AuditedWorld, id: string) => w.provider.truth.attempts().find((each) => each.id === id)?.state.type

describe('a page without an attempt', () => {
  it('is told of, and closed while it is open', async () => {
    const w = auditedWorld()
    const { sessionId, paymentId } = await elsewhere(w).book(ana)
    await mature(w)
    expect(await expectMended(w, 'session_without_attempt')).toMatchObject({
      about: 'session',
      providerId: sessionId,
      paymentId,
      there: { status: 'open', amount: mxn(300_00n) },
    })
    expect(pageOf(w, sessionId)).toBe('expired')
  })

  it('is left where it is complete and its money on its way, and told of by its charge once that has come', async () => {
    const w = auditedWorld()
    const { sessionId } = await elsewhere(w).book(ana)
    await w.provider.payer.payLater(sessionId)
    await mature(w)
    expect(await expectLeft(w, 'session_without_attempt')).toMatchObject({ there: { status: 'complete' } })
    await w.provider.payer.settle(sessionId, 'paid')
    await mature(w)
    await expectLeft(w, 'charge_without_payment')
  })

  it.each(['unreachable', 'answer_lost', 'error_without_effect'] as const)(
    'is closed by the next run where the provider does not say that it is: %s',
    async (fault) => {
      const w = auditedWorld()
      const { sessionId } = await elsewhere(w).book(ana)
      await mature(w)
      w.provider.faults.next('closeAttempt', fault)
      expect(await w.reconcile({ fix: true })).toMatchObject({
        drift: [{ code: 'session_without_attempt', outcome: 'unheard' }],
        unheard: 1,
        counts: { session_without_attempt: { found: 1, mended: 0 } },
      })
      await w.reconcile({ fix: true })
      expect(pageOf(w, sessionId)).toBe('expired')
    },
  )

  it('is left to a human where it was paid at the last moment, or will not be closed', async () => {
    const w = auditedWorld()
    const { sessionId } = await elsewhere(w).book(ana)
    await mature(w)
    w.provider.faults.next('closeAttempt', 'refused')
    expect(only(await w.reconcile({ fix: true }))).toMatchObject({ outcome: 'unchanged' })
    const { closeAttempt } = w.provider
    const payingFirst: typeof closeAttempt = async (query) => {
      await w.provider.payer.pay(sessionId)
      return closeAttempt(query)
    }
    const paymentProvider = { ...w.provider, closeAttempt: payingFirst }
    // Its charge was made since the run began, and is too young to be told of.
    expect(only(await w.reconcile({ fix: true }, { paymentProvider }))).toMatchObject({ outcome: 'unchanged' })
    await mature(w)
    expect(only(await w.reconcile())).toMatchObject({ code: 'charge_without_payment' })
  })
})

describe('a page that was never heard of', () => {
  it('is asked for, and stored', async () => {
    const w = auditedWorld()
    w.provider.faults.next('openSession', 'answer_lost')
    w.provider.faults.next('openSession', 'answer_lost')
    const opened = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 0 } })
    if (!opened.ok) throw new Error(opened.error.code)
    const { paymentId } = opened.value
    await w.holdfast.startCheckout({ actor: ana, paymentId })
    await mature(w)
    const found = await expectMended(w, 'session_not_stored')
    expect(found).toMatchObject({
      providerId: 'cs_1',
      paymentId,
      there: { status: 'open' },
      here: { status: 'requested' },
    })
    expect((await w.get(paymentId)).attempts).toMatchObject([{ status: 'open', providerId: 'cs_1' }])
  })
})

describe('a page that is open beside its attempt', () => {
  it('is closed where the attempt was taken for dead', async () => {
    const w = auditedWorld()
    const { paymentId, sessionId } = await w.book(ana)
    await alterAttempt(w, paymentId, ended)
    await mature(w)
    expect(await expectMended(w, 'session_beside_attempt')).toMatchObject({
      providerId: sessionId,
      here: { status: 'expired' },
    })
    expect(pageOf(w, sessionId)).toBe('expired')
  })

  it('is closed where the attempt goes by another page, which stays open', async () => {
    const w = auditedWorld()
    const { paymentId, sessionId } = await w.book(ana)
    const second = await doubled(w, paymentId)
    await mature(w)
    expect(await expectMended(w, 'session_beside_attempt')).toMatchObject({ providerId: second, paymentId })
    expect([pageOf(w, sessionId), pageOf(w, second)]).toEqual(['opened', 'expired'])
    expect((await w.get(paymentId)).attempts).toMatchObject([{ status: 'open', providerId: sessionId }])
    expect(await brokenAlways(w)).toEqual([])
  })
})

describe('an attempt whose page is gone', () => {
  it('is asked about where the page has expired, but for one that did so just now', async () => {
    const w = auditedWorld()
    const { paymentId } = await w.book(ana)
    const [attempt] = (await w.get(paymentId)).attempts
    if (attempt?.status !== 'open') throw new Error('Not open.')
    await w.clock.advance(attempt.expiresAt - w.clock.now() + minute)
    expect((await w.reconcile()).drift).toEqual([])
    await mature(w)
    expect(await expectMended(w, 'attempt_open_session_gone')).toMatchObject({
      there: { status: 'expired' },
      here: { status: 'open' },
    })
    expect((await w.get(paymentId)).attempts).toMatchObject([{ status: 'expired' }])
  })

  it('is asked about where its payer is done with the page, and the money on its way', async () => {
    const w = auditedWorld()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.payLater(sessionId)
    await mature(w)
    expect(await expectMended(w, 'attempt_open_session_gone')).toMatchObject({ there: { status: 'complete' } })
    expect((await w.get(paymentId)).payment.status).toBe('processing')
  })

  it('is left to a human where the provider has no such page', async () => {
    const w = auditedWorld()
    const { paymentId, sessionId } = await w.book(ana)
    await mature(w)
    const { provider, audit } = auditedMemoryProvider({ clock: w.clock })
    const found = only(await w.reconcile({ fix: true }, { paymentProvider: provider, audit }))
    expect(found).toMatchObject({
      code: 'attempt_open_session_gone',
      providerId: sessionId,
      paymentId,
      mendable: false,
    })
    expect(found).not.toHaveProperty('there')
  })

  it('is found also where the page was asked for within the period, and is not in the list', async () => {
    const w = auditedWorld()
    await w.book(ana)
    await w.clock.advance(30 * hour)
    const { audit } = auditedMemoryProvider({ clock: w.clock })
    const found = only(await w.reconcile({ fix: true }, { audit }))
    expect(found).toMatchObject({ code: 'attempt_open_session_gone', there: { status: 'expired' }, outcome: 'mended' })
  })
})

describe('money that nobody here knows', () => {
  it('is told of with what came, unless all of it went back', async () => {
    const w = auditedWorld()
    const { chargeId, paymentId } = await sold(elsewhere(w))
    await mature(w)
    const found = await w.reconcile()
    expect(found.sums).toEqual([
      { currency: 'MXN', charged: { there: 300_00n, here: 0n }, refunded: { there: 0n, here: 0n } },
    ])
    expect(await expectLeft(w, 'charge_without_payment')).toMatchObject({
      about: 'charge',
      providerId: chargeId,
      paymentId,
      there: { status: 'captured', amount: mxn(300_00n) },
    })
    w.provider.bank.refund(chargeId, 299_99n)
    await mature(w)
    await expectLeft(w, 'charge_without_payment')
    w.provider.bank.refund(chargeId, 1n)
    await mature(w)
    const settled = await w.reconcile()
    expect([settled.drift, settled.sums]).toEqual([[], []])
  })

  it('is told of by another code where its payment is known, and its attempt is not', async () => {
    const w = auditedWorld()
    const { balanceId } = await paidStay(w)
    const { payment } = await w.get(balanceId)
    if (payment.savedCard === undefined) throw new Error('No card.')
    await w.provider.chargeSavedCard({
      attemptId: 'att_forgotten' as AttemptId,
      idempotencyKey: 'att_forgotten',
      paymentId: balanceId,
      amount: payment.amount,
      item: payment.item,
      purpose: payment.purpose,
      metadata: {},
      card: payment.savedCard,
    })
    await mature(w)
    expect(await expectLeft(w, 'charge_without_attempt')).toMatchObject({
      paymentId: balanceId,
      attemptId: 'att_forgotten',
    })
  })

  it('does not come into it where a charge brought nothing', async () => {
    const w = auditedWorld()
    const other = elsewhere(w)
    const { reservationId, balanceId } = await paidStay(other)
    const { savedCard } = (await other.get(balanceId)).payment
    if (savedCard === undefined) throw new Error('No card.')
    await w.provider.payer.declineCard(savedCard)
    await other.holdfast.startBalance({ actor: staff, reservationId })
    await mature(w)
    const { counts } = await w.reconcile()
    expect(counts).toMatchObject({ charge_without_payment: { found: 1 } })
  })
})

describe('money that was not heard of', () => {
  it('is asked for, and counts', async () => {
    const w = auditedWorld()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    await mature(w)
    expect(await expectMended(w, 'charge_not_counted')).toMatchObject({ paymentId, here: { status: 'open' } })
    expect((await w.get(paymentId)).payment.status).toBe('completed')
    expect(await w.reservations()).toHaveLength(1)
  })

  it('counts also where its attempt was taken for dead, which nobody asks about any more', async () => {
    const w = auditedWorld()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    await alterAttempt(w, paymentId, ended)
    await mature(w)
    await expectMended(w, 'charge_not_counted')
    const { payment, attempts } = await w.get(paymentId)
    expect(payment.status).toBe('completed')
    // With the card, which its balance will be charged to.
    expect(attempts).toMatchObject([{ status: 'succeeded', charge: { customerId: 'cus_1', paymentMethodId: 'pm_1' } }])
    expect((await w.reservations()).length).toBe(1)
  })

  it('counts for the attempt of a saved card under the name of its charge', async () => {
    const w = auditedWorld()
    const { balanceId, reservationId } = await paidStay(w)
    const { payment: due } = await w.get(balanceId)
    await w.holdfast.startBalance({ actor: staff, reservationId })
    const chargeId = await chargeIdOf(w, balanceId)
    await alter(w, balanceId, (kase) => ({
      ...kase,
      payment: due,
      attempts: kase.attempts.map((attempt) => {
        const { providerId: _, ...nameless } = ended(attempt)
        return nameless
      }),
    }))
    await mature(w)
    await expectMended(w, 'charge_not_counted')
    expect(await w.get(balanceId)).toMatchObject({
      payment: { status: 'completed' },
      attempts: [{ providerId: chargeId, charge: { id: chargeId } }],
    })
  })

  it('goes back where its payment was cancelled, as it does whenever it is heard of', async () => {
    const w = auditedWorld()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    await alterAttempt(w, paymentId, ended)
    await w.holdfast.cancelPayment({ actor: staff, paymentId })
    await mature(w)
    expect(only(await w.reconcile({ fix: true }))).toMatchObject({ code: 'charge_not_counted', outcome: 'mended' })
    await w.pass(hour, minute)
    expect((await w.get(paymentId)).refunds).toMatchObject([{ reason: 'late_payment', status: 'succeeded' }])
    expect((await w.reconcile()).drift).toEqual([])
  })

  it('stays found while the provider cannot be asked', async () => {
    const w = auditedWorld()
    const { sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    await mature(w)
    w.provider.faults.next('findAttempt', 'unreachable')
    expect(await w.reconcile({ fix: true })).toMatchObject({
      drift: [{ code: 'charge_not_counted', outcome: 'unheard' }],
      unheard: 1,
      counts: { charge_not_counted: { found: 1, mended: 0 } },
    })
  })
})

describe('a second charge of one attempt', () => {
  it('is left to a human, until it went back', async () => {
    const w = auditedWorld()
    const { paymentId } = await w.book(ana)
    const second = await doubled(w, paymentId)
    await w.provider.payer.pay(second)
    await w.deliver()
    const [first = ''] = w.provider.truth.attempts().map(({ id }) => id)
    await w.provider.payer.pay(first)
    await mature(w)
    const found = await expectLeft(w, 'charge_twice')
    expect(found).toMatchObject({ paymentId, there: { status: 'captured' }, here: { status: 'succeeded' } })
    w.provider.bank.refund(found.providerId ?? '', 300_00n)
    await mature(w)
    expect((await w.reconcile()).counts).not.toHaveProperty('charge_twice')
  })
})

describe('a payment without a charge', () => {
  it('is never mended, where the provider knows nothing of it', async () => {
    const w = auditedWorld()
    const { paymentId, chargeId } = await sold(w)
    await mature(w)
    const { provider, audit } = auditedMemoryProvider({ clock: w.clock })
    const found = await w.reconcile({ fix: true }, { paymentProvider: provider, audit })
    expect(only(found)).toMatchObject({
      code: 'payment_without_charge',
      about: 'charge',
      paymentId,
      providerId: chargeId,
      here: { status: 'succeeded', amount: mxn(300_00n) },
      mendable: false,
    })
    expect(only(found)).not.toHaveProperty('there')
    expect(found.compared.charges).toEqual({ there: 0, here: 1 })
    expect(found.sums).toMatchObject([{ charged: { there: 0n, here: 300_00n } }])
  })

  it('is found where the provider has the charge, and it brought nothing', async () => {
    const w = auditedWorld()
    const { paymentId, chargeId } = await sold(w)
    await mature(w)
    const { audit } = auditedMemoryProvider({ clock: w.clock })
    audit.others.charges.push({
      id: chargeId,
      createdAt: after(w.clock.now(), -hour),
      livemode: false,
      captured: false,
      amount: mxn(300_00n),
      refunded: 0n,
      disputed: false,
    })
    const found = (await w.reconcile({}, { audit })).drift.find(({ about }) => about === 'charge')
    expect(found).toMatchObject({ code: 'payment_without_charge', paymentId, there: { status: 'not captured' } })
  })
})

describe('sums', () => {
  it.each([
    ['amount_differs', mxn(299_99n)],
    ['currency_differs', money(300_00n, 'EUR')],
  ])('that differ are told of and never mended: %s', async (code, amount) => {
    const w = auditedWorld()
    const { paymentId } = await sold(w)
    await alterAttempt(w, paymentId, (attempt) =>
      attempt.status === 'succeeded' ? { ...attempt, charge: { ...attempt.charge, amount } } : attempt,
    )
    await mature(w)
    expect(await expectLeft(w, code)).toMatchObject({
      about: 'charge',
      there: { amount: mxn(300_00n) },
      here: { amount },
    })
    const { sums } = await w.reconcile()
    expect(sums.find(({ currency }) => currency === amount.currency)?.charged.here).toBe(amount.minorUnits)
    expect(sums.find(({ currency }) => currency === 'MXN')?.charged.there).toBe(300_00n)
  })

  it('are compared on a page that is open', async () => {
    const w = auditedWorld()
    const { paymentId } = await w.book(ana)
    await alterAttempt(w, paymentId, (attempt) => ({ ...attempt, amount: mxn(1n) }))
    await mature(w)
    expect(await expectLeft(w, 'amount_differs')).toMatchObject({ about: 'session', here: { amount: mxn(1n) } })
  })

  it('are compared of a refund', async () => {
    const w = auditedWorld()
    const { paymentId, chargeId } = await sold(w)
    const { id } = w.provider.bank.refund(chargeId, 100_00n)
    await w.deliver()
    await alter(w, paymentId, (kase) => ({
      ...kase,
      refunds: kase.refunds.map((refund) => ({ ...refund, amount: mxn(99_00n) })),
    }))
    await mature(w)
    expect(await expectLeft(w, 'amount_differs')).toMatchObject({
      about: 'refund',
      providerId: id,
      refundId: `rf_${id}`,
      there: { amount: mxn(100_00n) },
      here: { amount: mxn(99_00n) },
    })
  })
})

describe('a refund that was not heard of', () => {
  it('is asked about, and followed from then on', async () => {
    const w = auditedWorld()
    const { paymentId, chargeId } = await sold(w)
    const { id } = w.provider.bank.refund(chargeId, 100_00n)
    await mature(w)
    expect((await w.reconcile()).sums).toMatchObject([{ refunded: { there: 100_00n, here: 0n } }])
    const found = await expectMended(w, 'refund_not_known')
    expect(found).toMatchObject({ about: 'refund', providerId: id, paymentId, there: { amount: mxn(100_00n) } })
    expect((await w.get(paymentId)).payment).toMatchObject({ status: 'partially_refunded', refunded: 100_00n })
  })

  it('is one that was asked for here, and whose answer got lost', async () => {
    const w = auditedWorld()
    const { paymentId } = await sold(w)
    w.provider.faults.next('refund', 'answer_lost')
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(100_00n) })
    await w.holdfast.drainOutbox(20)
    await mature(w)
    const { refunds } = await w.get(paymentId)
    expect(await expectMended(w, 'refund_not_known')).toMatchObject({
      refundId: refunds[0]?.id,
      here: { status: 'requested' },
    })
  })

  it('is left to a human where its charge is not known either', async () => {
    const w = auditedWorld()
    const other = elsewhere(w)
    const { paymentId } = await sold(other)
    await other.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(300_00n) })
    await other.holdfast.drainOutbox(20)
    await mature(w)
    expect(await expectLeft(w, 'refund_not_known')).toMatchObject({ refundId: expect.stringMatching(/^rf_/) })
  })
})

describe('a refund that ended otherwise', () => {
  it('is asked about where a bank sent it back', async () => {
    const w = auditedWorld()
    const { paymentId, chargeId } = await sold(w)
    const { id } = w.provider.bank.refund(chargeId, 100_00n)
    await w.deliver()
    w.provider.bank.settleRefund(id, 'failed')
    await mature(w)
    expect(await expectMended(w, 'refund_differs')).toMatchObject({
      there: { status: 'failed' },
      here: { status: 'succeeded' },
    })
    expect((await w.get(paymentId)).payment.status).toBe('completed')
  })

  it('is left to a human where it is failed here for good', async () => {
    const w = auditedWorld()
    const { paymentId, chargeId } = await sold(w)
    w.provider.bank.refund(chargeId, 100_00n)
    await w.deliver()
    await alter(w, paymentId, (kase) => ({
      ...kase,
      refunds: kase.refunds.map(
        ({ id, paymentId: of, attemptId, amount, reason, requestedAt, providerId, destination }) => ({
          id,
          idempotencyKey: id,
          paymentId: of,
          attemptId,
          amount,
          destination,
          reason,
          requestedAt,
          ...(providerId && { providerId }),
          status: 'failed' as const,
          failedAt: requestedAt,
          detail: 'Altered.',
        }),
      ),
    }))
    await mature(w)
    expect(await expectLeft(w, 'refund_differs')).toMatchObject({ there: { status: 'succeeded' } })
  })
})

describe('a refund without a twin', () => {
  const withRefund = (w: AuditedWorld, paymentId: PaymentId) =>
    alter(w, paymentId, (kase) => {
      const [attempt] = kase.attempts
      if (attempt === undefined || !('refunded' in kase.payment)) throw new Error('Not paid.')
      return {
        ...kase,
        payment: { ...kase.payment, status: 'partially_refunded', refunded: 100_00n } as never,
        refunds: [
          {
            id: 'rf_gone' as RefundId,
            idempotencyKey: 'rf_gone',
            paymentId,
            attemptId: attempt.id,
            amount: mxn(100_00n),
            destination: 'provider',
            reason: 'requested_by_customer',
            requestedAt: w.clock.now(),
            providerId: 're_gone',
            status: 'succeeded',
            succeededAt: w.clock.now(),
          },
        ],
      }
    })

  it('is found by its charge', async () => {
    const w = auditedWorld()
    const { paymentId } = await sold(w)
    await withRefund(w, paymentId)
    await mature(w)
    expect(await expectLeft(w, 'refund_without_twin')).toMatchObject({
      about: 'refund',
      paymentId,
      refundId: 'rf_gone',
      providerId: 're_gone',
      here: { status: 'succeeded', amount: mxn(100_00n) },
    })
    expect(await w.reconcile()).toMatchObject({
      compared: { refunds: { there: 0, here: 1 } },
      sums: [{ refunded: { there: 0n, here: 100_00n } }],
    })
  })

  it('is found also where its charge came before the period', async () => {
    const w = auditedWorld()
    const { paymentId } = await sold(w)
    await w.clock.advance(30 * day)
    await withRefund(w, paymentId)
    await mature(w)
    const from = after(w.clock.now(), -day)
    expect(only(await w.reconcile({ from }))).toMatchObject({ code: 'refund_without_twin', refundId: 'rf_gone' })
    w.provider.faults.next('findRefund', 'unreachable')
    expect(await w.reconcile({ from })).toMatchObject({ drift: [], unheard: 1 })
  })

  it('is none that went into a wallet', async () => {
    const w = auditedWorld()
    const { paymentId } = await sold(w)
    await withRefund(w, paymentId)
    await alter(w, paymentId, (kase) => ({
      ...kase,
      refunds: kase.refunds.map((refund) => ({ ...refund, destination: 'wallet' as const })),
    }))
    await mature(w)
    expect((await w.reconcile()).drift).toEqual([])
    expect((await w.reconcile({ from: after(w.clock.now(), -minute) })).drift).toEqual([])
  })
})

describe('a dispute that was not heard of', () => {
  it('is asked about', async () => {
    const w = auditedWorld()
    const { paymentId, chargeId } = await sold(w)
    w.provider.bank.dispute(chargeId, 'opened')
    await mature(w)
    expect(await expectMended(w, 'dispute_not_known')).toMatchObject({
      about: 'charge',
      providerId: chargeId,
      paymentId,
    })
    expect((await w.get(paymentId)).payment.status).toBe('disputed')
  })

  it('is none where the provider has only asked about the charge', async () => {
    const w = auditedWorld()
    const { chargeId } = await sold(w)
    w.provider.bank.dispute(chargeId, 'opened')
    await mature(w)
    const paymentProvider = {
      ...w.provider,
      findCharge: async () => ({ type: 'reported', report: { refunds: [], disputes: [], livemode: false } }) as const,
    }
    expect((await w.reconcile({}, { paymentProvider })).drift).toEqual([])
    w.provider.faults.next('findCharge', 'unreachable')
    expect(await w.reconcile()).toMatchObject({ drift: [], unheard: 1 })
  })
})

it('says of every drift what it means and what to do', () => {
  for (const { means, todo } of Object.values(driftMeaning))
    for (const text of [means, todo]) expect(text).toMatch(/^[A-Z].*\.$/)
})
