import { day, after, type Instant } from '../kernel/instant.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { PaymentStats } from '../ports/unit-of-work.ts'
import type { Dependencies } from './dependencies.ts'

/** What is asked of {@link readPaymentStats}: payments that were made due from `from` until just before `to`. */
export interface PaymentStatsRequest {
  readonly from: Instant
  readonly to: Instant
  /** Milliseconds of one period. Absent: all is one. */
  readonly everyMs?: number
}

/** One period, and what was in it. */
export interface PaymentPeriod extends PaymentStats {
  readonly from: Instant
  readonly to: Instant
}

/** What {@link readPaymentStats} answers. */
export type PaymentStatsOutcome = Result<
  readonly PaymentPeriod[],
  { readonly code: 'invalid_period'; readonly mostPeriods: number }
>
/** The use case {@link readPaymentStats}, wired. */
export type ReadPaymentStats = (request: PaymentStatsRequest) => Promise<PaymentStatsOutcome>

/**
 * How many payments there were in a time, period by period, what they came to, and why attempts to pay failed. All periods are
 * read in one moment, each through an index. The last one ends with the time asked for.
 *
 * Refuses: `invalid_period` where it ends before it begins, or has more periods than one answer holds.
 */
export const readPaymentStats =
  ({ unitOfWork }: Pick<Dependencies, 'unitOfWork'>): ReadPaymentStats =>
  async ({ from, to, everyMs = to - from }) => {
    if (!(from < to) || !Number.isSafeInteger(everyMs) || everyMs < 1 || (to - from) / everyMs > mostPeriods)
      return err({ code: 'invalid_period', mostPeriods })
    return unitOfWork.read(async (tx) => {
      const periods: PaymentPeriod[] = []
      for (let start = from; start < to; start = after(start, everyMs)) {
        const next = after(start, everyMs)
        const period = { from: start, to: next < to ? next : to }
        periods.push({ ...period, ...(await tx.payments.stats(period)) })
      }
      return ok(periods)
    })
  }

const mostPeriods = 400

/** The last thirty days, until now. */
export const lastThirtyDays = (now: Instant): Pick<PaymentStatsRequest, 'from' | 'to'> => ({
  from: after(now, -30 * day),
  to: now,
})
