import { chargeableStep, type AmountLimits, type Money } from '../kernel/money.ts'
import type { BuiltInPayloadReason } from '../ports/payload-fault.ts'
import { invalidPayload } from './invalid-payload.ts'

/** Why a sum is not asked for. */
export type AmountFault = Extract<
  BuiltInPayloadReason,
  {
    readonly code: 'currency_not_taken' | 'amount_too_small' | 'amount_too_large' | 'amount_not_a_multiple'
  }
>

/**
 * What is wrong with a sum that somebody is to be asked for, or that is to go back to them; `undefined` where nothing is.
 *
 * First match wins: `currency_not_taken`, `amount_too_small`, `amount_too_large` (without `limits`, none of these), and
 * `amount_not_a_multiple`, which no provider would take.
 */
export const amountFault = ({ minorUnits, currency }: Money, limits?: AmountLimits): AmountFault | undefined => {
  const sum = (units: bigint): Money => ({ minorUnits: units, currency })
  if (limits !== undefined) {
    const limit = limits[currency]
    if (limit === undefined) return { code: 'currency_not_taken', taken: Object.keys(limits) }
    if (minorUnits < limit.least) return { code: 'amount_too_small', least: sum(limit.least) }
    if (minorUnits > limit.most) return { code: 'amount_too_large', most: sum(limit.most) }
  }
  const step = chargeableStep(currency)
  return minorUnits % step === 0n ? undefined : { code: 'amount_not_a_multiple', step: sum(step) }
}

/** An amount that will not do, as use cases refuse it that are handed one. */
export interface InvalidAmount {
  readonly code: 'invalid_payload'
  readonly field: 'amount' | 'currency'
  readonly message: string
  readonly reason: AmountFault
}

/** Refuses an amount for what is wrong with it. */
export const invalidAmount = (fault: AmountFault): { readonly ok: false; readonly error: InvalidAmount } =>
  invalidPayload(fault.code === 'currency_not_taken' ? 'currency' : 'amount', fault)
