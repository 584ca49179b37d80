import { bug } from '../kernel/bug.ts'
import type { Instant } from '../kernel/instant.ts'
import type { PaymentId } from '../kernel/ids.ts'
import { isLive, isWatched, type Attempt } from '../payment/attempt.ts'
import type { FailureCode } from '../payment/failure.ts'
import { isCollected, type Payment } from '../payment/payment.ts'
import type { PaymentCase } from '../payment/payment-case.ts'
import { isUnsettled } from '../payment/refund.ts'
import { VersionConflict, type PaymentStats, type PaymentStore } from '../ports/unit-of-work.ts'
import { byNumberThenId, page, type MemoryTable } from './memory-table.ts'

/** A payment as it is kept. */
export interface StoredCase {
  readonly kase: PaymentCase
  readonly version: number
  readonly updatedAt: Instant
}

/** Whose an id is: of an attempt or a refund, ours or the provider's. */
export interface PaymentName {
  readonly paymentId: PaymentId
  readonly holder: string
}

/** Payments in memory. `names` is the index over all ids, and what makes each of them unique. */
export const memoryPaymentStore = (cases: MemoryTable<StoredCase>, names: MemoryTable<PaymentName>): PaymentStore => {
  const holderOf = (name: string): PaymentName | undefined => {
    const entry = names.get(name)
    const stored = entry && cases.get(entry.paymentId)
    // The index is only ever added to: whether an entry still holds, the case says.
    return stored && namesIn(stored.kase).some(([known, holder]) => known === name && holder === entry.holder)
      ? entry
      : undefined
  }
  return {
    async find(id) {
      const stored = cases.get(id)
      return stored && { value: stored.kase, version: stored.version, updatedAt: stored.updatedAt }
    },
    async findPaymentOf({ attemptId, providerId, chargeId }) {
      const found =
        (attemptId && holderOf(`attempt:${attemptId}`)) ??
        (providerId && holderOf(`provider:${providerId}`)) ??
        (chargeId && holderOf(`charge:${chargeId}`))
      return found ? { paymentId: found.paymentId, attemptId: found.holder as Attempt['id'] } : undefined
    },
    async findPaymentOfRefund(id) {
      return (holderOf(`refund:${id}`) ?? holderOf(`provider refund:${id}`))?.paymentId
    },
    async save(kase, expected, now) {
      const { payment, attempts, refunds } = kase
      const stored = cases.get(payment.id)
      if ((stored?.version ?? 0) !== expected)
        throw new VersionConflict(`Payment '${payment.id}' is at version ${stored?.version ?? 0}, not ${expected}.`)
      if (attempts.filter(isLive).length > 1) bug(`Payment '${payment.id}' would have two live attempts.`)
      for (const old of [...(stored?.kase.attempts ?? []), ...(stored?.kase.refunds ?? [])])
        if (![...attempts, ...refunds].some(({ id }) => id === old.id)) bug(`Payment '${payment.id}' lost '${old.id}'.`)
      const given = new Map<string, string>()
      for (const [name, holder] of namesIn(kase)) {
        const rival = holderOf(name)
        const taken = rival !== undefined && (rival.holder !== holder || rival.paymentId !== payment.id)
        if (taken || given.has(name))
          bug(`'${name}' belongs to '${rival?.holder ?? given.get(name)}', not to '${holder}'.`)
        given.set(name, holder)
        names.set(name, { paymentId: payment.id, holder })
      }
      cases.set(payment.id, { kase, version: expected + 1, updatedAt: now })
    },
    async listDueAttempts(now, limit) {
      const live = cases.all().flatMap(({ kase }) => kase.attempts.filter(isLive))
      return due(live, now, limit).map(({ paymentId, id }) => ({ paymentId, attemptId: id }))
    },
    async listDueCharges(now, limit) {
      const paid = cases.all().flatMap(({ kase }) => kase.attempts.filter(isWatched))
      return due(paid, now, limit).map(({ paymentId, id }) => ({ paymentId, attemptId: id }))
    },
    async listDueRefunds(now, limit) {
      const unsettled = cases.all().flatMap(({ kase }) => kase.refunds.filter(isUnsettled))
      return due(unsettled, now, limit).map(({ paymentId, id }) => ({ paymentId, refundId: id }))
    },
    async list({ owner, status, limit, after }) {
      const newestFirst = cases
        .all()
        .map(({ kase: { payment }, updatedAt }) => ({ payment, updatedAt }))
        .sort((a, b) => oldestFirst(b.payment, a.payment))
      return page(newestFirst, ({ payment }) => payment.id, { limit: newestFirst.length, after })
        .filter(({ payment }) => owner === undefined || payment.owner === owner)
        .filter(({ payment }) => status === undefined || payment.status === status)
        .slice(0, limit)
    },
    async stats({ from, to }) {
      const within = cases
        .all()
        .map(({ kase }) => kase)
        .filter(({ payment }) => payment.createdAt >= from && payment.createdAt < to)
      return { payments: sumsOf(within.map(({ payment }) => payment)), failures: failuresOf(within) }
    },
  }
}

const sumsOf = (payments: readonly Payment[]): PaymentStats['payments'] => {
  const sums = new Map<string, PaymentStats['payments'][number]>()
  for (const payment of payments) {
    const { status, amount } = payment
    const key = `${status} ${amount.currency}`
    const { count, due, refunded } = sums.get(key) ?? { count: 0, due: 0n, refunded: 0n }
    sums.set(key, {
      status,
      currency: amount.currency,
      count: count + 1,
      due: due + amount.minorUnits,
      refunded: refunded + (isCollected(payment) ? payment.refunded : 0n),
    })
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum)
}

const failuresOf = (cases: readonly PaymentCase[]): PaymentStats['failures'] => {
  const counts = new Map<FailureCode, number>()
  const failures = cases
    .flatMap(({ attempts }) => attempts)
    .flatMap((attempt) => [
      ...(attempt.declines ?? []).map(({ failure }) => failure),
      ...(attempt.status === 'declined' ? [attempt.failure] : []),
    ])
  for (const { code } of failures) counts.set(code, (counts.get(code) ?? 0) + 1)
  return [...counts]
    .map(([code, count]) => ({ code, count }))
    .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1))
}

const oldestFirst = byNumberThenId(({ createdAt }: Payment) => createdAt)

/** Those it is time to look at, longest due first. */
const due = <Row extends { readonly id: string; readonly lookAt: Instant }>(
  rows: readonly Row[],
  now: Instant,
  limit: number,
): readonly Row[] =>
  rows
    .filter(({ lookAt }) => lookAt <= now)
    .sort(byNumberThenId(({ lookAt }) => lookAt))
    .slice(0, limit)

/** Every id in a case by which its payment can be found or must not be mistaken, and whose it is. */
const namesIn = ({ attempts, refunds }: PaymentCase): readonly (readonly [name: string, holder: string])[] => [
  ...attempts.flatMap((attempt): readonly (readonly [string, string])[] => [
    [`attempt:${attempt.id}`, attempt.id],
    ...(attempt.providerId === undefined ? [] : [[`provider:${attempt.providerId}`, attempt.id] as const]),
    ...(attempt.status === 'succeeded' ? [[`charge:${attempt.charge.id}`, attempt.id] as const] : []),
  ]),
  ...refunds.flatMap(({ id, providerId }): readonly (readonly [string, string])[] => [
    [`refund:${id}`, id],
    ...(providerId === undefined ? [] : [[`provider refund:${providerId}`, id] as const]),
  ]),
]
