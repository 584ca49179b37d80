import {
  currency,
  err,
  ok,
  parseDecimal,
  readCouponCode,
  type CouponTerms,
  type Discount,
  type Result,
} from '@holdfast/core'
import { latinDigits } from '../language/latin-digits.ts'
import type { Fields } from '../pages/forms.ts'
import { parseShopCurrency } from '../shop/cart.ts'
import { addDays, atHour, parseDay } from '../stays/nights.ts'

/** Reads the terms of a coupon from the form that staff fill in. Refuses with the name of the first field that will not do. */
export const readCouponForm = (fields: Fields): Result<CouponTerms, { readonly field: string }> => {
  const given = (name: string): string => latinDigits((fields[name] ?? '').trim())
  const wrong = (field: string) => err({ field })
  const code = readCouponCode(given('code'))
  if (code === undefined || code.length > longestCode) return wrong('code')
  const discount = readDiscount(given('kind'), given('value'))
  if (discount === undefined) return wrong('value')
  const [limit, limitPerOwner] = [given('limit'), given('per_owner')]
  if (!isCount(limit)) return wrong('limit')
  if (!isCount(limitPerOwner)) return wrong('per_owner')
  const minimumCurrency = discount.type === 'amount' ? discount.amount.currency : given('minimum_currency')
  const minimum =
    given('minimum') === '' ? undefined : parseDecimal(given('minimum'), parseShopCurrency(minimumCurrency) ?? 'MXN')
  if (given('minimum') !== '' && minimum === undefined) return wrong('minimum')
  const [starts, ends] = [parseDay(given('starts')), parseDay(given('ends'))]
  if (given('starts') !== '' && starts === undefined) return wrong('starts')
  if (given('ends') !== '' && ends === undefined) return wrong('ends')
  return ok({
    code,
    discount,
    ...(limit === '' ? {} : { limit: Number(limit) }),
    ...(limitPerOwner === '' ? {} : { limitPerOwner: Number(limitPerOwner) }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(starts === undefined ? {} : { startsAt: atHour(starts, 0) }),
    ...(ends === undefined ? {} : { endsAt: atHour(addDays(ends, 1), 0) }),
  })
}

const longestCode = 40

const readDiscount = (kind: string, value: string): Discount | undefined => {
  if (kind === 'percent') return /^\d{1,3}$/.test(value) ? { type: 'percent', percent: Number(value) } : undefined
  const code = parseShopCurrency(kind)
  const amount = code === undefined ? undefined : parseDecimal(value, currency(code))
  return amount === undefined ? undefined : { type: 'amount', amount }
}

/** Digits, or nothing at all. Whether there can be so many is for the coupon itself to say. */
const isCount = (text: string): boolean => text === '' || /^\d{1,9}$/.test(text)
