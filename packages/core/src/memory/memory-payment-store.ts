import { bug } from '../kernel/bug.ts'
import type { Instant } from '../kernel/instant.ts'
import type { PaymentId } from '../kernel/ids.ts'
import { isLive, type Attempt } from '../payment/attempt.ts'
import type { PaymentCase } from '../payment/payment-case.ts'
import { isUnsettled } from '../payment/refund.ts'
import { VersionConflict, type PaymentStore } from '../ports/unit-of-work.ts'
import { byNumberThenId, type MemoryTable } from './memory-table.ts'

/** A payment as it is kept. */
export interface StoredCase {
  readonly kase: PaymentCase
  readonly version: number
  readonly updatedAt: Instant
}

/** What an id of an attempt or a refund stands for: ours, or the provider's of a page, a charge or a refund. */
export interface PaymentName {
  readonly paymentId: PaymentId
  readonly holder: string
}

/** Payments in memory. `names` is the index over all ids, and what makes each of them unique. */
export const memoryPaymentStore = (cases: MemoryTable<StoredCase>, names: MemoryTable<PaymentName>): PaymentStore => {
  const claimName = (name: string, paymentId: PaymentId, holder: string): void => {
    const owner = names.get(name)
    if (owner === undefined) names.set(name, { paymentId, holder })
    else if (owner.holder !== holder || owner.paymentId !== paymentId)
      bug(`'${name}' belongs to '${owner.holder}' already, not to '${holder}'.`)
  }
  return {
    async find(id) {
      const stored = cases.get(id)
      return stored && { value: stored.kase, version: stored.version }
    },
    async findPaymentOf({ attemptId, providerId, chargeId }) {
      const found =
        (attemptId && names.get(`attempt:${attemptId}`)) ??
        (providerId && names.get(`provider:${providerId}`)) ??
        (chargeId && names.get(`charge:${chargeId}`))
      return found ? { paymentId: found.paymentId, attemptId: found.holder as Attempt['id'] } : undefined
    },
    async save(kase, expected, now) {
      const { payment, attempts, refunds } = kase
      const stored = cases.get(payment.id)
      if ((stored?.version ?? 0) !== expected)
        throw new VersionConflict(`Payment '${payment.id}' is at version ${stored?.version ?? 0}, not ${expected}.`)
      if (attempts.filter(isLive).length > 1) bug(`Payment '${payment.id}' would have two live attempts.`)
      for (const old of [...(stored?.kase.attempts ?? []), ...(stored?.kase.refunds ?? [])])
        if (![...attempts, ...refunds].some(({ id }) => id === old.id)) bug(`Payment '${payment.id}' lost '${old.id}'.`)
      for (const attempt of attempts) {
        claimName(`attempt:${attempt.id}`, payment.id, attempt.id)
        if (attempt.providerId !== undefined) claimName(`provider:${attempt.providerId}`, payment.id, attempt.id)
        if (attempt.status === 'succeeded') claimName(`charge:${attempt.charge.id}`, payment.id, attempt.id)
      }
      for (const refund of refunds) {
        claimName(`refund:${refund.id}`, payment.id, refund.id)
        if (refund.providerId !== undefined) claimName(`provider refund:${refund.providerId}`, payment.id, refund.id)
      }
      cases.set(payment.id, { kase, version: expected + 1, updatedAt: now })
    },
    async listDueAttempts(now, limit) {
      return cases
        .all()
        .flatMap(({ kase }) => kase.attempts.filter(isLive))
        .filter(({ lookAt }) => lookAt <= now)
        .sort(
          byNumberThenId(
            ({ lookAt }) => lookAt,
            ({ id }) => id,
          ),
        )
        .slice(0, limit)
        .map(({ paymentId, id }) => ({ paymentId, attemptId: id }))
    },
    async listDueRefunds(now, limit) {
      return cases
        .all()
        .flatMap(({ kase }) => kase.refunds.filter(isUnsettled))
        .filter(({ lookAt }) => lookAt <= now)
        .sort(
          byNumberThenId(
            ({ lookAt }) => lookAt,
            ({ id }) => id,
          ),
        )
        .slice(0, limit)
        .map(({ paymentId, id }) => ({ paymentId, refundId: id }))
    },
    async list({ owner, status, limit, after }) {
      const newestFirst = cases
        .all()
        .map(({ kase: { payment }, updatedAt }) => ({ payment, updatedAt }))
        .sort(
          byNumberThenId(
            ({ payment }) => payment.createdAt,
            ({ payment }) => payment.id,
          ),
        )
        .reverse()
      const start = after === undefined ? 0 : newestFirst.findIndex(({ payment }) => payment.id === after) + 1
      if (after !== undefined && start === 0) return []
      return newestFirst
        .slice(start)
        .filter(({ payment }) => owner === undefined || payment.owner === owner)
        .filter(({ payment }) => status === undefined || payment.status === status)
        .slice(0, limit)
    },
  }
}
