import type { Instant } from '../kernel/instant.ts'
import { isLive, type Attempt } from './attempt.ts'
import type { PaymentFailure } from './failure.ts'
import type { PageDecline } from './page-decline.ts'
import type { PaymentCase } from './payment-case.ts'

/**
 * How often somebody has tried to pay by this attempt: each decline on its page, and what came of the page in the end unless that is
 * nothing. Asking for it counts as one even if nobody has tried anything on it.
 */
const triesOf = ({ status, declines = [] }: Attempt): number =>
  status === 'processing' || status === 'succeeded' || status === 'declined'
    ? declines.length + 1
    : Math.max(1, declines.length)

/** Tries beyond the first, over all attempts to pay a payment: further attempts, and further tries on one page. */
export const retriesOf = ({ attempts }: Pick<PaymentCase, 'attempts'>): number =>
  attempts.length === 0 ? 0 : attempts.reduce((sum, attempt) => sum + triesOf(attempt), -1)

/**
 * True for a payment that somebody wants to pay and could not: its last attempt has failed it, or the page of its newest attempt has
 * declined somebody and nothing is on its way.
 */
export const isFailing = ({ payment, attempts }: Pick<PaymentCase, 'payment' | 'attempts'>): boolean =>
  payment.status === 'failed' || (payment.status === 'pending' && attempts.at(-1)?.declines !== undefined)

/** The last try that was declined on the page that a payment can still be paid on. */
export const lastDecline = ({ attempts }: Pick<PaymentCase, 'attempts'>): PageDecline | undefined => {
  const live = attempts.find(isLive)
  return live === undefined || live.status === 'processing' ? undefined : live.declines?.at(-1)
}

/**
 * Why the last try to pay a payment that can still be paid brought nothing, and when we heard of it: what failed it, or what the page
 * that is open has declined. `undefined` where nobody has tried, and where money has come or is on its way.
 */
export const lastFailure = (
  kase: Pick<PaymentCase, 'payment' | 'attempts'>,
): { readonly at: Instant; readonly failure: PaymentFailure } | undefined =>
  kase.payment.status === 'failed'
    ? { at: kase.payment.failedAt, failure: kase.payment.failure }
    : kase.payment.status === 'pending'
      ? lastDecline(kase)
      : undefined
