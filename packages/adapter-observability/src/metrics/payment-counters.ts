import type { PaymentCase, TimelineEntry } from '@holdfast/core'
import { Counter, Histogram, type Registry } from 'prom-client'
import type { Commit, CommitListener } from '../facts/commit.ts'
import { failureCodes, methods, refundReasons, type Label } from './labels.ts'

/** Counts what happens to payments, as it is committed. */
export const paymentCounters = (registry: Registry): CommitListener => {
  const registers = [registry]
  const counter = <Names extends string>(name: string, help: string, labels: Readonly<Record<Names, Label>>) => {
    const made = new Counter({ name, help, labelNames: Object.keys(labels) as Names[], registers })
    // All there can be from the start: a first one of its kind is an increase, and not a series that begins with it.
    for (const values of combinations(labels)) made.inc(values, 0)
    return made
  }
  const method = methods
  const reason = refundReasons
  const attempts = counter('payment_attempts_total', 'Attempts to pay that were begun.', { method })
  const retries = counter('payment_retries_total', 'Attempts to pay that were not the first of their payment.', {
    method,
  })
  const successes = counter('payment_success_total', 'Payments whose money came and was counted.', { method })
  const failures = counter(
    'payment_failures_total',
    'Attempts to pay that failed their payment, and tries that were declined on a page, by why.',
    { method, error: failureCodes },
  )
  const durations = new Histogram({
    name: 'payment_duration_seconds',
    help: 'From the beginning of an attempt to pay until its money was counted.',
    labelNames: ['method'],
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 1800, 3600, 21_600, 86_400],
    registers,
  })
  for (const value of method.values) durations.zero({ method: value })
  const refunds = counter('payment_refunds_total', 'Refunds that were decided here or found at the provider.', {
    reason,
  })
  const refunded = counter('payment_refunds_succeeded_total', 'Refunds whose money went back.', { reason })
  const unrefunded = counter('payment_refunds_failed_total', 'Refunds that failed, also after they had succeeded.', {
    reason,
  })

  const countPayment = (entry: TimelineEntry, kase: PaymentCase | undefined, ended: string | undefined): void => {
    if (entry.name === 'attempt_failed')
      failures.inc({ method: methodOf(kase, ended), error: failureCodes.of(codeOf(entry)) })
    if (entry.name !== 'captured') return
    const attemptId = entry.data['attemptId']
    successes.inc({ method: methodOf(kase, attemptId) })
    const attempt = attemptOf(kase, attemptId)
    if (attempt === undefined || kase === undefined || !('completedAt' in kase.payment)) return
    durations.observe({ method: methods.of(attempt.kind) }, (kase.payment.completedAt - attempt.requestedAt) / 1_000)
  }
  const countAttempt = (entry: TimelineEntry, kase: PaymentCase | undefined): void => {
    const { name, about, data } = entry
    if (name === 'page_declined')
      failures.inc({ method: methodOf(kase, about.id), error: failureCodes.of(codeOf(entry)) })
    if (name !== 'requested') return
    const labels = { method: methods.of(attemptOf(kase, about.id)?.kind ?? data['kind']) }
    attempts.inc(labels)
    if (kase !== undefined && kase.attempts.findIndex(({ id }) => id === about.id) > 0) retries.inc(labels)
  }
  const countRefund = ({ name, about, data }: TimelineEntry, kase: PaymentCase | undefined): void => {
    const labels = {
      reason: refundReasons.of(kase?.refunds.find(({ id }) => id === about.id)?.reason ?? data['reason']),
    }
    if (name === 'requested' || name === 'found_at_provider') refunds.inc(labels)
    if (name === 'succeeded') refunded.inc(labels)
    if (name === 'failed') unrefunded.inc(labels)
  }

  return ({ entries, cases }: Commit) => {
    // Of a payment that an attempt has failed it is not said which: the one whose end was told of just before.
    let ended: string | undefined
    for (const entry of entries) {
      if (entry.type !== 'fact') continue
      const kase = cases.get(entry.paymentId)
      if (entry.about.type === 'attempt') {
        if (entry.name !== 'requested') ended = entry.about.id
        countAttempt(entry, kase)
      }
      if (entry.about.type === 'payment') countPayment(entry, kase, ended)
      if (entry.about.type === 'refund') countRefund(entry, kase)
    }
  }
}

const attemptOf = (kase: PaymentCase | undefined, attemptId: unknown) =>
  kase?.attempts.find(({ id }) => id === attemptId)

const methodOf = (kase: PaymentCase | undefined, attemptId: unknown): string =>
  methods.of(attemptOf(kase, attemptId)?.kind)

const codeOf = ({ data }: TimelineEntry): unknown => {
  const failure = data['failure']
  return typeof failure === 'object' && failure !== null && 'code' in failure ? failure.code : undefined
}

const combinations = <Names extends string>(
  labels: Readonly<Record<Names, Label>>,
): readonly Partial<Record<Names, string>>[] => {
  let all: readonly Partial<Record<Names, string>>[] = [{}]
  for (const [name, { values }] of Object.entries<Label>(labels))
    all = all.flatMap((some) => values.map((value) => ({ ...some, [name]: value })))
  return all
}
