import { err, money, ok, type Money, type Result } from '@holdfast/core'

/** Charged with two decimals that are always 00, although they have none (Stripe's currency page). */
const wholeUnitsOnly = new Set(['ISK', 'UGX'])
/** Charged with three decimals of which the last is always 0 (the same page). */
const tensOnly = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND'])

/**
 * The whole number Stripe takes for a sum, or, in words, why it would not take it.
 *
 * Refused before anything is sent: 0, more than a JSON number holds exactly, a part of an ISK or UGX, and a last digit
 * other than 0 in BHD, JOD, KWD, OMR and TND.
 */
export const toStripeAmount = ({ minorUnits, currency }: Money): Result<number, string> => {
  if (minorUnits <= 0n) return err('Stripe takes sums above 0.')
  if (minorUnits > BigInt(Number.MAX_SAFE_INTEGER)) return err(`Stripe takes no sum as large as ${minorUnits}.`)
  if (wholeUnitsOnly.has(currency) && minorUnits % 100n !== 0n)
    return err(`Stripe takes whole ${currency} only, with two decimals that are 00: not ${minorUnits}.`)
  if (tensOnly.has(currency) && minorUnits % 10n !== 0n)
    return err(`Stripe wants the last of three decimals to be 0 in ${currency}: not ${minorUnits}.`)
  return ok(Number(minorUnits))
}

/** The money that Stripe's whole number and small-letter currency stand for. */
export const fromStripeAmount = (amount: number, currency: string): Money => money(amount, currency)
