import type { LedgerAttempt } from '../../memory/index.ts'
import type { Money } from '../../kernel/money.ts'
import type { DisputeState } from '../../payment/dispute.ts'
import type { PaymentCase } from '../../payment/payment-case.ts'
import type { World } from './world.ts'

/** What the provider holds of a payment's attempts. */
export const thereOf = (w: World, { attempts }: PaymentCase): readonly LedgerAttempt[] =>
  w.provider.truth.attempts().filter(({ attemptId }) => attempts.some(({ id }) => id === attemptId))

/** Minor units that went or are going back from a charge at the provider. */
export const backAtProvider = (w: World, chargeId: string): bigint =>
  w.provider.truth
    .refunds()
    .filter((refund) => refund.chargeId === chargeId && refund.state.type !== 'failed')
    .reduce((sum, { amount }) => sum + amount.minorUnits, 0n)

/** What has become of the dispute of a charge, where there is one. */
export const disputeOf = (w: World, chargeId: string): DisputeState | undefined =>
  w.provider.truth.disputes().find((dispute) => dispute.chargeId === chargeId)?.state

/** Minor units of a charge that its payer's bank has taken. */
export const lostAtProvider = (w: World, chargeId: string, { minorUnits: all, currency }: Money): bigint => {
  const lost = w.provider.truth.disputes().find((each) => each.chargeId === chargeId && each.state === 'lost')
  if (lost === undefined) return 0n
  return lost.amount.currency === currency && lost.amount.minorUnits < all ? lost.amount.minorUnits : all
}

/** A charge that its payer's bank has asked for, or of which a bank has sent a refund back: what comes of it humans settle. */
export const isForHumans = (w: World, chargeId: string): boolean =>
  disputeOf(w, chargeId) !== undefined ||
  w.provider.truth.refunds().some((refund) => refund.chargeId === chargeId && refund.state.type === 'failed')
