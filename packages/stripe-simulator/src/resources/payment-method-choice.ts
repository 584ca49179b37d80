import type { Reader } from '../wire/params.ts'
import { invalidParameter } from '../wire/stripe-error.ts'

/** `payment_method_types`, which this API version no longer takes: refused with a code of its own. */
export const formerPaymentMethodTypes = (): Reader<undefined> => ({
  read: (raw, name) => {
    if (raw === undefined) return undefined
    throw invalidParameter(
      name,
      'The `payment_method_types` parameter is no longer supported in this API version. Use ' +
        '`allowed_payment_method_types` ' +
        'or `excluded_payment_method_types` instead.',
      'payment_method_types_no_longer_supported',
    )
  },
  findUnknown: () => undefined,
})

/** What the simulator's account accepts, in the order of `payment_method_types`. */
export const offeredMethods = (
  allowed: readonly string[] | undefined,
  excluded: readonly string[] | undefined,
): readonly string[] =>
  ['card', 'us_bank_account'].filter(
    (type) => (allowed === undefined || allowed.includes(type)) && !(excluded ?? []).includes(type),
  )
