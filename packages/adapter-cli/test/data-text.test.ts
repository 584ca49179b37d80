import type { Json } from '@holdfast/core'
import { expect, it } from 'vitest'
import { dataText, plainJson } from '../src/explain/data-text.ts'

const text = (data: Readonly<Record<string, Json>>, said: Readonly<Record<string, Json>> = {}): string =>
  dataText(data, { currency: 'MXN', at: 7, said })

it.each([
  ['nothing', {}, ''],
  ['what is absent', { a: undefined, b: null, c: '', d: [] }, ''],
  ['its own moment, and a long address', { at: 7, url: 'https://pay.example/' }, ''],
  ['another moment', { at: 8, expiresAt: 0 }, 'at 1970-01-01T00:00:00.008Z, expires at 1970-01-01T00:00:00.000Z'],
  ['what is no moment', { format: 3, at: 'noon', seats: 2, beat: 1.5 }, 'format 3, at noon, seats 2, beat 1.5'],
  ['sums', { minorUnits: 150n, refunded: 5n }, 'amount 1.50 MXN, refunded 0.05 MXN'],
  ['what left a wallet', { change: -150n }, 'change -1.50 MXN'],
  ['money of its own currency', { paid: { minorUnits: 7n, currency: 'JPY' } }, 'paid 7 JPY'],
  [
    'what lies deeper',
    { failure: { code: 'card_declined', retryable: true } },
    'failure code card_declined, failure retryable true',
  ],
  ['names of all kinds', { providerId: 'cs_1', booking_id: 'b' }, 'provider id cs_1, booking id b'],
  ['a list', { ids: ['a', 1n] }, 'ids ["a","1"]'],
])('says %s', (_what, data: Readonly<Record<string, Json>>, said) => {
  expect(text(data)).toBe(said)
})

it('does not say again what was said just before, but for what is different', () => {
  expect(text({ reason: 'requested', code: 'a' }, { reason: 'requested', code: 'b' })).toBe('code a')
})

it('keeps sums that are too large for a number', () => {
  expect(plainJson({ a: [2n ** 60n], b: { c: null, d: 'e' } })).toEqual({
    a: ['1152921504606846976'],
    b: { c: null, d: 'e' },
  })
})
