import type { AttemptId, PaymentId, RefundId } from '../../kernel/ids.ts'
import { after, day, instant, type Instant } from '../../kernel/instant.ts'
import { providerKind, type Attempt } from '../../payment/attempt.ts'
import { isCollected, type CollectedPayment, type Payment } from '../../payment/payment.ts'
import { getAttempt, type PaymentCase } from '../../payment/payment-case.ts'
import type { Refund } from '../../payment/refund.ts'
import type { AuditMarks, AuditPeriod } from '../../ports/provider-audit.ts'
import type { PaymentSummary, Transaction, UnitOfWork } from '../../ports/unit-of-work.ts'
import { madeRefunds, type Here } from './find-drift.ts'

/** The names that something at the provider can be known by here. */
export interface Names {
  readonly marks?: AuditMarks
  readonly providerId?: string
  readonly chargeId?: string
}

/** What is known here by these names: by our marks first, then by the provider's ids. */
export const locate = async (tx: Transaction, { marks, providerId, chargeId }: Names): Promise<Here> => {
  const marked = marks?.paymentId === undefined ? undefined : (await tx.payments.find(marks.paymentId))?.value
  const attempt = marked?.attempts.find(({ id }) => id === marks?.attemptId)
  if (marked !== undefined && attempt !== undefined) return { kase: marked, attempt }
  const target = await tx.payments.findPaymentOf({
    ...(marks === undefined ? {} : { attemptId: marks.attemptId }),
    ...(providerId === undefined ? {} : { providerId }),
    ...(chargeId === undefined ? {} : { chargeId }),
  })
  const kase = target && (await tx.payments.find(target.paymentId))?.value
  if (target !== undefined && kase !== undefined) return { kase, attempt: getAttempt(kase, target.attemptId) }
  return marked === undefined ? {} : { kase: marked }
}

/** A case, and one of its attempts. */
export interface AttemptHere {
  readonly kase: PaymentCase
  readonly attempt: Attempt
}

/** The payments that count as paid within a period, and whose charge was not met at the provider. Those paid from a wallet are none. */
export const unmetPayments = async function* (
  unitOfWork: UnitOfWork,
  { from, to }: AuditPeriod,
  met: ReadonlySet<AttemptId>,
): AsyncGenerator<AttemptHere> {
  for await (const { payment } of listCollected(unitOfWork, from, collectedStatuses)) {
    if (payment.completedAt < from || payment.completedAt >= to || met.has(payment.attemptId)) continue
    const found = await read(unitOfWork, payment.id)
    if (found !== undefined && isCollected(found.payment)) {
      const attempt = getAttempt(found, found.payment.attemptId)
      if (attempt.kind !== 'wallet') yield { kase: found, attempt }
    }
  }
}

/** Refunds that were asked for within a period, count as made, and were not met: those of charges that were met are left out. */
export const unmetRefunds = async function* (
  unitOfWork: UnitOfWork,
  { from, to }: AuditPeriod,
  met: { readonly charges: ReadonlySet<AttemptId>; readonly refunds: ReadonlySet<RefundId> },
): AsyncGenerator<AttemptHere & { readonly refund: Refund }> {
  for await (const { payment, updatedAt } of listCollected(unitOfWork, from, givenBackStatuses)) {
    if (updatedAt < from || met.charges.has(payment.attemptId)) continue
    const kase = await read(unitOfWork, payment.id)
    for (const attempt of kase?.attempts ?? [])
      for (const refund of madeRefunds({ ...(kase && { kase }), attempt }))
        if (kase !== undefined && refund.requestedAt >= from && refund.requestedAt < to && !met.refunds.has(refund.id))
          yield { kase, attempt, refund }
  }
}

/** Attempts that wait for their payer on a page that was asked for within a period, and was not met at the provider. */
export const unmetPages = async function* (
  unitOfWork: UnitOfWork,
  { from, to }: AuditPeriod,
  met: ReadonlySet<AttemptId>,
): AsyncGenerator<AttemptHere> {
  const alive = await unitOfWork.read((tx) => tx.payments.listDueAttempts(endOfTime, mostAlive))
  for (const { paymentId, attemptId } of alive) {
    if (met.has(attemptId)) continue
    const kase = await read(unitOfWork, paymentId)
    const attempt = kase?.attempts.find(({ id }) => id === attemptId)
    if (kase === undefined || attempt?.status !== 'open' || providerKind(attempt) !== 'hosted') continue
    if (attempt.requestedAt >= from && attempt.requestedAt < to) yield { kase, attempt }
  }
}

const collectedStatuses = ['completed', 'partially_refunded', 'refunded', 'disputed'] as const
const givenBackStatuses = ['partially_refunded', 'refunded', 'disputed'] as const

/**
 * Payments in these statuses that were made due no longer before `from` than somebody plausibly pays in advance or in arrears:
 * the store lists payments by when they were made due, and not by when they were paid.
 */
const listCollected = async function* (
  unitOfWork: UnitOfWork,
  from: Instant,
  statuses: readonly Payment['status'][],
): AsyncGenerator<PaymentSummary & { readonly payment: CollectedPayment }> {
  const oldest = after(from, -longestDueMs)
  for (const status of statuses)
    for (let last: PaymentId | undefined; ; ) {
      const newerThan = last
      const listed = await unitOfWork.read((tx) =>
        tx.payments.list({ status, limit: batch, ...(newerThan === undefined ? {} : { after: newerThan }) }),
      )
      for (const { payment, updatedAt } of listed) if (isCollected(payment)) yield { payment, updatedAt }
      const end = listed.at(-1)?.payment
      if (end === undefined || listed.length < batch || end.createdAt < oldest) break
      last = end.id
    }
}

const read = async (unitOfWork: UnitOfWork, id: PaymentId): Promise<PaymentCase | undefined> =>
  (await unitOfWork.read((tx) => tx.payments.find(id)))?.value

const batch = 200
/** Ids only: a hundred thousand pages that are open at once are some ten megabytes. */
const mostAlive = 100_000
const longestDueMs = 400 * day
const endOfTime = instant(Date.UTC(9999, 11, 31))
