import { fc, test } from '@fast-check/vitest'
import { money } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { fromStripeAmount, toStripeAmount } from '../src/amount.ts'

describe('a sum for Stripe', () => {
  it.each([
    [10_00n, 'EUR', 1_000],
    [1_000n, 'JPY', 1_000],
    [500n, 'ISK', 500],
    [1_000n, 'UGX', 1_000],
    [5_120n, 'KWD', 5_120],
    [9_007_199_254_740_991n, 'USD', 9_007_199_254_740_991],
  ])('%s %s is %s', (minorUnits, currency, expected) => {
    expect(toStripeAmount(money(minorUnits, currency))).toEqual({ ok: true, value: expected })
  })

  it.each([
    [0n, 'EUR', 'above 0'],
    [501n, 'ISK', 'whole ISK'],
    [99n, 'UGX', 'whole UGX'],
    [5_124n, 'KWD', 'last of three decimals'],
    [5_001n, 'TND', 'last of three decimals'],
    [9_007_199_254_740_992n, 'USD', 'as large as'],
  ])('%s %s is refused in words', (minorUnits, currency, words) => {
    expect(toStripeAmount(money(minorUnits, currency))).toEqual({ ok: false, error: expect.stringContaining(words) })
  })

  test.prop([
    fc.bigInt({ min: 1n, max: 10n ** 16n }),
    fc.constantFrom('EUR', 'JPY', 'ISK', 'UGX', 'KWD', 'BHD', 'MXN'),
  ])('comes back from Stripe as it went, or does not go', (minorUnits, currency) => {
    const sum = money(minorUnits, currency)
    const sent = toStripeAmount(sum)
    if (sent.ok) expect(fromStripeAmount(sent.value, currency.toLowerCase())).toEqual(sum)
  })
})
