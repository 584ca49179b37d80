import { describe, expect, it } from 'vitest'
import { ana, staff, start, world } from '../src/contracts/rules/world.ts'
import { after, day, hour, minute, type AttemptId, type ChargeRequest, type PaymentProvider } from '../src/index.ts'
import { memoryClock, memoryPaymentProvider } from '../src/memory/index.ts'
import { paidStay } from './paid-stay.ts'

const captured = (w: ReturnType<typeof world>, paymentId: string) =>
  w.provider.truth.attempts().filter((each) => each.paymentId === paymentId && each.state.type === 'captured')
const left = (w: ReturnType<typeof world>, paymentId: string): bigint =>
  captured(w, paymentId).reduce((sum, { amount }) => sum + amount.minorUnits, 0n) -
  w.provider.truth
    .refunds()
    .filter(({ chargeId }) => captured(w, paymentId).some(({ id }) => id === chargeId))
    .reduce((sum, { amount }) => sum + amount.minorUnits, 0n)

describe('a saved card whose charge was made under a key that got lost on the way, and of which nothing was heard', () => {
  const keyLostOnce = (own: PaymentProvider): PaymentProvider => {
    let calls = 0
    return {
      ...own,
      chargeSavedCard: async (request: ChargeRequest) => {
        calls += 1
        if (calls > 1) return own.chargeSavedCard(request)
        await own.chargeSavedCard({ ...request, idempotencyKey: 'made up on the way' })
        return { type: 'unknown', answered: false, detail: 'The answer got lost.' }
      },
    }
  }
  it('is not charged a second time, with webhooks off', async () => {
    const w = world({ wrapProvider: keyLostOnce })
    const { balanceId, reservationId } = await paidStay(w)
    await w.holdfast.startBalance({ actor: staff, reservationId })
    for (let round = 0; round < 10; round += 1) {
      await w.pass(day, hour)
      await w.holdfast.sweep()
    }
    const { payment } = await w.get(balanceId)
    expect(payment.status).toBe('completed')
    expect([captured(w, balanceId).length, left(w, balanceId)]).toEqual([1, payment.amount.minorUnits])
  })
  it('is not called declined because the second try is', async () => {
    const w = world({ wrapProvider: keyLostOnce })
    const { balanceId, reservationId } = await paidStay(w)
    await w.holdfast.startBalance({ actor: staff, reservationId })
    const { savedCard } = (await w.get(balanceId)).payment
    if (savedCard === undefined) throw new Error('No card.')
    await w.provider.payer.removeCard(savedCard)
    for (let round = 0; round < 10; round += 1) {
      await w.pass(day, hour)
      await w.holdfast.sweep()
    }
    const kase = await w.get(balanceId)
    expect([kase.payment.status, ...kase.attempts.map((each) => `${each.kind} ${each.status}`)]).toEqual([
      'completed',
      'off_session succeeded',
    ])
  })
})

describe('of two charges of one saved card, of which one is on its way', () => {
  it('that the other is declined ends nothing', async () => {
    const clock = memoryClock(start)
    const provider = memoryPaymentProvider({ clock })
    let isPaid = false
    // A debit that takes days; a proxy has sent the request twice, and the second is declined at once.
    const w = world({
      clock,
      provider,
      wrapProvider: (own) => ({
        ...own,
        chargeSavedCard: async () => ({
          type: 'reported',
          report: { state: { type: 'processing' }, providerId: 'pi_first', livemode: false },
        }),
        findAttempt: async (query) =>
          query.providerId === 'pi_first' || (query.kind === 'off_session' && query.providerId === undefined)
            ? {
                type: 'reported',
                report: {
                  state: isPaid
                    ? { type: 'captured', charge: { id: 'pi_first', amount: payment.amount } }
                    : { type: 'processing' },
                  providerId: 'pi_first',
                  livemode: false,
                },
              }
            : own.findAttempt(query),
      }),
    })
    const { balanceId, reservationId } = await paidStay(w)
    const { payment } = await w.get(balanceId)
    await w.holdfast.startBalance({ actor: staff, reservationId })
    const [attempt] = (await w.get(balanceId)).attempts
    if (attempt === undefined) throw new Error('No attempt.')
    expect(attempt.status).toBe('processing')
    await w.holdfast.receiveEvent({
      id: 'evt_second',
      type: 'payment_intent.payment_failed',
      occurredAt: w.clock.now(),
      livemode: false,
      news: {
        about: 'attempt',
        attemptId: attempt.id,
        paymentId: balanceId,
        providerId: 'pi_second',
        report: {
          state: { type: 'declined', failure: { code: 'card_declined', retryable: true } },
          providerId: 'pi_second',
          livemode: false,
        },
      },
    })
    const open = (await w.get(balanceId)).attempts.map((each) => `${each.kind} ${each.status}`)
    isPaid = true
    for (let round = 0; round < 10; round += 1) {
      await w.pass(day, hour)
      await w.holdfast.sweep()
    }
    expect([open, (await w.get(balanceId)).payment.status]).toEqual([['off_session processing'], 'completed'])
  })
})

describe('money on its way by a charge of a card whose attempt was given up', () => {
  it('is asked about until it is there', async () => {
    let isPaid = false
    const w = world({
      wrapProvider: (own) => ({
        ...own,
        findAttempt: async (query) =>
          query.providerId === 'pi_late'
            ? {
                type: 'reported',
                report: {
                  state: isPaid
                    ? { type: 'captured', charge: { id: 'pi_late', amount: payment.amount } }
                    : { type: 'processing' },
                  providerId: 'pi_late',
                  livemode: false,
                },
              }
            : own.findAttempt(query),
      }),
    })
    const { balanceId, reservationId } = await paidStay(w)
    const { payment } = await w.get(balanceId)
    w.provider.faults.next('chargeSavedCard', 'request_lost')
    await w.holdfast.startBalance({ actor: staff, reservationId })
    await w.holdfast.cancelPayment({ actor: staff, paymentId: balanceId })
    await w.pass(hour, minute)
    const [attempt] = (await w.get(balanceId)).attempts
    expect(['expired', 'declined']).toContain(attempt?.status)
    await w.holdfast.receiveEvent({
      id: 'evt_late',
      type: 'payment_intent.processing',
      occurredAt: w.clock.now(),
      livemode: false,
      news: {
        about: 'attempt',
        attemptId: attempt?.id ?? ('att_none' as AttemptId),
        paymentId: balanceId,
        providerId: 'pi_late',
        report: { state: { type: 'processing' }, providerId: 'pi_late', livemode: false },
      },
    })
    isPaid = true
    for (let round = 0; round < 10; round += 1) {
      await w.pass(day, hour)
      await w.holdfast.sweep()
    }
    const kase = await w.get(balanceId)
    expect(kase.attempts.map(({ status }) => status)).toEqual(['succeeded'])
  })
})

describe('a balance that was paid on a page after the backup, by an owner with two customers at the provider', () => {
  it('is not charged again', async () => {
    const w = world()
    // Two stays, both pages opened before either was paid: two customers.
    const one = await w.book(ana, 0)
    const two = await w.book(ana, 3)
    await w.provider.payer.pay(one.sessionId)
    await w.provider.payer.pay(two.sessionId)
    await w.deliver()
    const stay = (await w.reservations()).find(({ paymentId }) => paymentId === two.paymentId)
    const balanceId = stay?.balance?.paymentId
    if (balanceId === undefined || stay === undefined) throw new Error('No balance.')
    const { payment } = await w.get(balanceId)
    const customerId = await w.unitOfWork.read((tx) => tx.customers.find(payment.owner))
    expect(customerId).not.toBe(payment.savedCard?.customerId)
    // What happened after the backup, and nobody here knows of: a page as startCheckout asks for it, and paid.
    const opened = await w.provider.openSession({
      attemptId: 'att_forgotten' as AttemptId,
      idempotencyKey: 'att_forgotten',
      paymentId: balanceId,
      amount: payment.amount,
      item: payment.item,
      purpose: payment.purpose,
      metadata: payment.metadata,
      owner: payment.owner,
      saveCard: payment.saveCard,
      ...(customerId === undefined ? {} : { customerId }),
      successUrl: 'https://host.example/ok',
      cancelUrl: 'https://host.example/no',
      expiresAt: after(w.clock.now(), hour),
    })
    if (opened.type !== 'reported') throw new Error('No page.')
    await w.provider.payer.pay(opened.report.providerId ?? '')
    await w.clock.advance((stay.balance?.dueAt ?? 0) - w.clock.now() + hour)
    await w.pass(hour, minute)
    expect((await w.get(balanceId)).payment.status).toBe('completed')
    expect(captured(w, balanceId)).toHaveLength(1)
  })
})

describe('a saved card whose charge a proxy has sent twice', () => {
  for (const told of [true, false])
    it(`is given back once, ${told ? 'with' : 'without'} events`, async () => {
      const w = world({
        wrapProvider: (own) => ({
          ...own,
          chargeSavedCard: async (request: ChargeRequest) => {
            await own.chargeSavedCard({ ...request, idempotencyKey: 'proxy' })
            return own.chargeSavedCard(request)
          },
        }),
      })
      const { reservationId } = await paidStay(w)
      await w.holdfast.startBalance({ actor: staff, reservationId })
      for (let round = 0; round < 5; round += 1) {
        if (told) await w.deliver()
        await w.pass(day, hour)
        await w.holdfast.sweep()
      }
      expect(w.provider.truth.attempts().filter(({ kind }) => kind === 'off_session')).toHaveLength(2)
      expect(w.provider.truth.refunds()).toHaveLength(1)
    })
})
