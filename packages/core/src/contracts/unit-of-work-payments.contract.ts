import { expect } from 'vitest'
import { Contention, VersionConflict, type UnitOfWork } from '../ports/unit-of-work.ts'
import type { Attempt } from '../payment/attempt.ts'
import type { PaymentCase } from '../payment/payment-case.ts'
import { promise, type ContractPromise } from './contract.ts'
import {
  at,
  attemptId,
  bareCase,
  everyAttempt,
  everyPayment,
  everyRefund,
  expiredAttempt,
  paidAttempt,
  paymentId,
  pendingPayment,
  requestedAttempt,
  requestedRefund,
} from './samples.ts'

/** What every store of payments promises. */
export const paymentStorePromises: readonly ContractPromise<UnitOfWork>[] = [
  promise('reads back a payment in every status, amounts beyond 2^53 included', async (uow) => {
    for (const payment of everyPayment()) await uow.run((tx) => tx.payments.save(bareCase(payment), 0, at(1)))
    for (const payment of everyPayment())
      expect(await uow.run((tx) => tx.payments.find(payment.id))).toEqual({
        value: bareCase(payment),
        version: 1,
        updatedAt: at(1),
      })
  }),
  promise('reads back attempts and refunds in every status, oldest first, with their payment', async (uow) => {
    const cases = everyAttempt('p').map((_, n): PaymentCase => {
      const name = `p${n}`
      return { payment: pendingPayment(name), attempts: everyAttempt(name)[n] ?? [], refunds: everyRefund(name) }
    })
    for (const kase of cases) await uow.run((tx) => tx.payments.save(kase, 0, at(1)))
    for (const kase of cases)
      expect(await uow.run((tx) => tx.payments.find(kase.payment.id))).toEqual({
        value: kase,
        version: 1,
        updatedAt: at(1),
      })
  }),
  promise('moves one payment through every status and back, and remembers the last', async (uow) => {
    const states = [...everyPayment(), ...everyPayment().toReversed()].map((payment) => ({
      ...payment,
      id: paymentId('p'),
      createdAt: at(0),
    }))
    let version = 0
    for (const payment of states) {
      const updatedAt = at(version)
      await uow.run((tx) => tx.payments.save(bareCase(payment), version, updatedAt))
      version += 1
      const found = await uow.read((tx) => tx.payments.find(paymentId('p')))
      expect(found).toEqual({ value: bareCase(payment), version, updatedAt })
    }
  }),
  promise('moves one attempt and one refund through every status and back', async (uow) => {
    const attempts = everyAttempt('p').flatMap((each) => each)
    const refunds = everyRefund('p')
    const steps = [...attempts, ...attempts.toReversed()].map((attempt, n): PaymentCase => {
      const refund = refunds[n % refunds.length]
      return {
        payment: pendingPayment('p'),
        attempts: [{ ...attempt, id: attemptId('att_1') }],
        refunds: refund === undefined ? [] : [{ ...refund, id: 'rf_1' as typeof refund.id }],
      }
    })
    let version = 0
    for (const kase of steps) {
      const updatedAt = at(version)
      await uow.run((tx) => tx.payments.save(kase, version, updatedAt))
      version += 1
      expect(await uow.read((tx) => tx.payments.find(paymentId('p')))).toEqual({ value: kase, version, updatedAt })
    }
  }),
  promise('answers undefined for a payment that is not there', async (uow) => {
    expect(await uow.run((tx) => tx.payments.find(paymentId('nobody')))).toBeUndefined()
    expect(await uow.read((tx) => tx.payments.find(paymentId('nobody')))).toBeUndefined()
  }),
  promise('refuses a stale save, and changes nothing then', async (uow) => {
    // Written twice first: a store that forgot to compare would pass with one.
    for (const version of [0, 1]) await uow.run((tx) => tx.payments.save(withPrice(version), version, at(version)))
    for (const stale of [0, 1, 3])
      await uow.run((tx) =>
        expect(tx.payments.save(withPrice(99), stale, at(9))).rejects.toBeInstanceOf(VersionConflict),
      )
    const kept = { value: withPrice(1), version: 2, updatedAt: at(1) }
    expect(await uow.read((tx) => tx.payments.find(paymentId('p')))).toEqual(kept)
    expect((await uow.read((tx) => tx.payments.list({ limit: 1 })))[0]?.updatedAt).toBe(at(1))
  }),
  promise('lets the work go on after a stale save', async (uow) => {
    await uow.run((tx) => tx.payments.save(withPrice(1), 0, at(0)))
    await uow.run(async (tx) => {
      await expect(tx.payments.save(withPrice(2), 0, at(1))).rejects.toBeInstanceOf(VersionConflict)
      await tx.payments.save(withPrice(3), 1, at(2))
    })
    const found = await uow.read((tx) => tx.payments.find(paymentId('p')))
    expect(found).toEqual({ value: withPrice(3), version: 2, updatedAt: at(2) })
  }),
  promise('stores a payment once, however many say at once that it is new', async (uow) => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) => uow.run((tx) => tx.payments.save(withPrice(n), 0, at(n)))),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(Contention)
    expect((await uow.read((tx) => tx.payments.find(paymentId('p'))))?.version).toBe(1)
  }),
  promise('saves several times in one transaction', async (uow) => {
    await uow.run(async (tx) => {
      await tx.payments.save(withPrice(1), 0, at(1))
      await tx.payments.save(withAttempts(requestedAttempt('p', 'a')), 1, at(2))
      const found = await tx.payments.find(paymentId('p'))
      expect(found).toEqual({ value: withAttempts(requestedAttempt('p', 'a')), version: 2, updatedAt: at(2) })
      await tx.payments.save(withAttempts(expiredAttempt('p', 'a')), 2, at(3))
    })
    expect(await uow.read((tx) => tx.payments.find(paymentId('p')))).toEqual({
      value: withAttempts(expiredAttempt('p', 'a')),
      version: 3,
      updatedAt: at(3),
    })
  }),
  promise('refuses a second live attempt of a payment, of whatever kind and status', async (uow) => {
    const live = everyAttempt('p').map((each) => each.at(-1) as Attempt)
    await uow.run((tx) => tx.payments.save(withAttempts(requestedAttempt('p', 'first')), 0, at(0)))
    for (const second of live) {
      const refused = uow.run((tx) => tx.payments.save(withAttempts(requestedAttempt('p', 'first'), second), 1, at(1)))
      await expect(refused).rejects.toThrow()
      await expect(refused).rejects.not.toBeInstanceOf(Contention)
    }
    expect(await uow.read((tx) => tx.payments.find(paymentId('p')))).toEqual({
      value: withAttempts(requestedAttempt('p', 'first')),
      version: 1,
      updatedAt: at(0),
    })
  }),
  promise('replaces a live attempt by another in one save, whichever stands first', async (uow) => {
    await uow.run((tx) => tx.payments.save(withAttempts(requestedAttempt('p', 'z')), 0, at(0)))
    const find = () => uow.read((tx) => tx.payments.find(paymentId('p')))
    const replaced = withAttempts(expiredAttempt('p', 'z'), requestedAttempt('p', 'm'))
    await uow.run((tx) => tx.payments.save(replaced, 1, at(1)))
    expect(await find()).toEqual({ value: replaced, version: 2, updatedAt: at(1) })
    const again = withAttempts(expiredAttempt('p', 'z'), paidAttempt('p', 'm'), requestedAttempt('p', 'a'))
    await uow.run((tx) => tx.payments.save(again, 2, at(2)))
    expect(await find()).toEqual({ value: again, version: 3, updatedAt: at(2) })
  }),
  promise('finds the payment of an attempt by our id, by the id of its page and by that of its charge', async (uow) => {
    const attempt = paidAttempt('p', 'att_1')
    const other = requestedAttempt('q', 'att_2', { providerId: 'cs_other' })
    await uow.run(async (tx) => {
      await tx.payments.save(withAttempts(attempt), 0, at(0))
      await tx.payments.save({ ...bareCase(pendingPayment('q')), attempts: [other] }, 0, at(0))
    })
    const found = { paymentId: paymentId('p'), attemptId: attemptId('att_1') }
    await uow.read(async ({ payments }) => {
      expect(await payments.findPaymentOf({ attemptId: attemptId('att_1') })).toEqual(found)
      expect(await payments.findPaymentOf({ providerId: 'cs_att_1' })).toEqual(found)
      expect(await payments.findPaymentOf({ chargeId: 'pi_att_1' })).toEqual(found)
      expect(await payments.findPaymentOf({ attemptId: attemptId('nobody'), chargeId: 'pi_att_1' })).toEqual(found)
      expect(await payments.findPaymentOf({ attemptId: attemptId('att_1'), providerId: 'cs_other' })).toEqual(found)
      expect(await payments.findPaymentOf({ providerId: 'cs_att_1', chargeId: 'nobody' })).toEqual(found)
      expect(await payments.findPaymentOf({ providerId: 'pi_att_1' })).toBeUndefined()
      expect(await payments.findPaymentOf({ providerId: 'nobody', chargeId: 'nobody' })).toBeUndefined()
      expect(await payments.findPaymentOf({})).toBeUndefined()
    })
  }),
  promise('finds the payment of a refund by our id and by that of the provider', async (uow) => {
    await uow.run(async (tx) => {
      const refunds = [requestedRefund('p', 'rf_1', { providerId: 're_1' }), requestedRefund('p', 'rf_2')]
      await tx.payments.save({ ...withAttempts(paidAttempt('p', 'a')), refunds }, 0, at(0))
      const others = [requestedRefund('q', 'rf_3', { providerId: 're_3' })]
      await tx.payments.save({ ...bareCase(pendingPayment('q')), refunds: others }, 0, at(0))
    })
    await uow.read(async ({ payments }) => {
      for (const id of ['rf_1', 're_1', 'rf_2']) expect(await payments.findPaymentOfRefund(id)).toBe('p')
      for (const id of ['rf_3', 're_3']) expect(await payments.findPaymentOfRefund(id)).toBe('q')
      expect(await payments.findPaymentOfRefund('nobody')).toBeUndefined()
    })
  }),
  promise("refuses a provider's id that another attempt or refund has", async (uow) => {
    const first = {
      ...withAttempts(paidAttempt('p', 'a')),
      refunds: [requestedRefund('p', 'r', { providerId: 're_1' })],
    }
    await uow.run((tx) => tx.payments.save(first, 0, at(0)))
    const q = bareCase(pendingPayment('q'))
    const chargeOfA = { charge: { id: 'pi_a', amount: pendingPayment('p').amount } }
    const thieves: readonly PaymentCase[] = [
      { ...q, attempts: [requestedAttempt('q', 'b', { providerId: 'cs_a' })] },
      { ...q, attempts: [{ ...paidAttempt('q', 'b'), ...chargeOfA }] },
      { ...q, refunds: [requestedRefund('q', 'r2', { providerId: 're_1' })] },
    ]
    for (const thief of thieves) {
      const refused = uow.run((tx) => tx.payments.save(thief, 0, at(1)))
      await expect(refused).rejects.toThrow()
      await expect(refused).rejects.not.toBeInstanceOf(Contention)
    }
    expect(await uow.read((tx) => tx.payments.find(paymentId('q')))).toBeUndefined()
  }),
  promise('never forgets an attempt or a refund', async (uow) => {
    const kase = { ...withAttempts(expiredAttempt('p', 'a')), refunds: [requestedRefund('p', 'r')] }
    await uow.run((tx) => tx.payments.save(kase, 0, at(0)))
    for (const less of [
      { ...kase, attempts: [] },
      { ...kase, refunds: [] },
    ])
      await expect(uow.run((tx) => tx.payments.save(less, 1, at(1)))).rejects.toThrow()
    const found = await uow.read((tx) => tx.payments.find(paymentId('p')))
    expect(found).toEqual({ value: kase, version: 1, updatedAt: at(0) })
  }),
  promise('calls a case stale, and not a bug, that misses what somebody has added since', async (uow) => {
    await uow.run((tx) => tx.payments.save(withAttempts(), 0, at(0)))
    await uow.run((tx) => tx.payments.save(withAttempts(requestedAttempt('p', 'a')), 1, at(1)))
    const late = uow.run((tx) => tx.payments.save(withAttempts(requestedAttempt('p', 'b')), 1, at(2)))
    await expect(late).rejects.toBeInstanceOf(Contention)
  }),
]

const withPrice = (minorUnits: number): PaymentCase =>
  bareCase(pendingPayment('p', { amount: { ...pendingPayment('p').amount, minorUnits: BigInt(minorUnits) } }))

const withAttempts = (...attempts: readonly Attempt[]): PaymentCase => ({ ...bareCase(pendingPayment('p')), attempts })
