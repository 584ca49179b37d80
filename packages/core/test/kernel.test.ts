import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  backoffMs,
  currency,
  decimals,
  decimalString,
  decodeJson,
  encodeJson,
  instant,
  isoTime,
  maxIdLength,
  money,
  parseDecimal,
  parseId,
  sameMoney,
} from '../src/index.ts'

describe('money', () => {
  it('is written with the decimals of its currency', () => {
    expect(decimalString(money(1000n, 'EUR'))).toBe('10.00')
    expect(decimalString(money(5n, 'MXN'))).toBe('0.05')
    expect(decimalString(money(1000n, 'JPY'))).toBe('1000')
    expect(decimalString(money(1000n, 'KWD'))).toBe('1.000')
    expect(['JPY', 'MXN', 'KWD'].map((code) => decimals(currency(code)))).toEqual([0, 2, 3])
  })

  it('is never negative, never a fraction and never beyond what a number can hold exactly', () => {
    for (const bad of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 1e21])
      expect(() => money(bad, 'EUR')).toThrow(RangeError)
    expect(() => money(-1n, 'EUR')).toThrow('never negative')
    for (const bad of ['', 'EU', 'EURO', '12$', 'E R']) expect(() => currency(bad)).toThrow(RangeError)
  })

  it('is not read from anything but plain digits', () => {
    for (const bad of [
      '',
      '-1',
      '+1',
      '1e3',
      '1,5',
      ' 1',
      '1 ',
      '.5',
      '1.',
      '1.234',
      '0x10',
      'NaN',
      '1'.repeat(16),
      '١',
    ])
      expect(parseDecimal(bad, 'EUR')).toBeUndefined()
    expect(parseDecimal('1.5', 'JPY')).toBeUndefined()
    expect(parseDecimal('10.5', 'EUR')).toEqual(money(1050n, 'EUR'))
  })

  test.prop([fc.bigInt({ min: 0n, max: 10n ** 14n }), fc.constantFrom('EUR', 'JPY', 'KWD')])(
    'is read back as it was written',
    (minorUnits, code) => {
      const sum = money(minorUnits, code)
      const read = parseDecimal(decimalString(sum), code)
      expect(read !== undefined && sameMoney(read, sum)).toBe(true)
    },
  )
})

describe('ids from outside', () => {
  it('are turned away when no id can look like them', () => {
    for (const bad of ['', "' OR 1=1--", 'a\0b', 'a b', 'é', 'x'.repeat(maxIdLength + 1), '../..', 'a/b', 'а']) {
      expect(parseId(bad)).toBeUndefined()
    }
    expect(parseId('pay_1')).toBe('pay_1')
  })
})

describe('json', () => {
  test.prop([fc.bigInt(), fc.json()])('keeps amounts and everything else', (amount, text) => {
    const value = { amount, nested: [{ amount }], other: JSON.parse(text) as unknown }
    // JSON itself drops the sign of -0, and that is no news about us.
    expect(encodeJson(decodeJson(encodeJson(value)))).toBe(encodeJson(value))
    expect(decodeJson<typeof value>(encodeJson(value)).amount).toBe(amount)
  })

  it('does not take for an amount, or choke on, what a stranger made to look like one', () => {
    for (const value of [
      { $bigint: '12' },
      { $bigint: 'no number' },
      { $bigint: '1', more: true },
      { $$bigint: '12', $: 1, $$: [{ $bigint: 'x' }] },
      [{ deep: { $bigint: '12' } }],
    ])
      expect(decodeJson(encodeJson(value))).toEqual(value)
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

  it('differ for work that failed together', () => {
    const waits = Array.from({ length: 50 }, (_, index) =>
      backoffMs(6, `work ${index}`, { firstMs: 1000, capMs: 3_600_000 }),
    )
    expect(new Set(waits).size).toBeGreaterThan(25)
  })
})

it('tells moments in UTC, and takes nothing but whole ones', () => {
  expect(isoTime(instant(0))).toBe('1970-01-01T00:00:00.000Z')
  for (const bad of [0.5, Number.NaN, Number.POSITIVE_INFINITY]) expect(() => instant(bad)).toThrow(RangeError)
})
