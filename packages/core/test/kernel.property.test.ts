import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { backoffMs, decimalString, decodeJson, encodeJson, money, parseDecimal, sameMoney } from '../src/index.ts'

describe('money', () => {
  test.prop([fc.bigInt({ min: 0n, max: 10n ** 14n }), fc.constantFrom('EUR', 'JPY', 'KWD')])(
    'is read back as it was written',
    (minorUnits, code) => {
      const sum = money(minorUnits, code)
      const read = parseDecimal(decimalString(sum), code)
      expect(read !== undefined && sameMoney(read, sum)).toBe(true)
    },
  )
})

describe('json', () => {
  test.prop([fc.bigInt(), fc.json()])('keeps amounts and everything else', (amount, text) => {
    const value = { amount, nested: [{ amount }], other: JSON.parse(text) as unknown }
    // JSON itself drops the sign of -0, and that is no news about us.
    expect(encodeJson(decodeJson(encodeJson(value)))).toBe(encodeJson(value))
    expect(decodeJson<typeof value>(encodeJson(value)).amount).toBe(amount)
  })

  test.prop([fc.dictionary(fc.stringMatching(/^\${0,3}[a-b]?(bigint)?$/), fc.oneof(fc.string(), fc.bigInt()))])(
    'keeps every name, those with a sign of ours included',
    (value) => {
      expect(decodeJson(encodeJson(value))).toEqual({ ...value })
    },
  )
})

describe('waits between tries', () => {
  test.prop([fc.integer({ min: 1, max: 1000 }), fc.string()])('grow to their cap and never beyond', (tries, salt) => {
    const policy = { firstMs: 1000, capMs: 60_000 }
    const wait = backoffMs(tries, salt, policy)
    expect(wait).toBe(backoffMs(tries, salt, policy))
    expect(wait).toBeLessThanOrEqual(60_000)
    expect(wait).toBeGreaterThanOrEqual(750)
  })
})
