import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { advice } from '../../packages/adapter-cli/src/explain/advice.ts'
import { english } from '../../packages/adapter-http/src/language/english.ts'
import { persian } from '../../packages/adapter-http/src/language/persian.ts'
import { spanish } from '../../packages/adapter-http/src/language/spanish.ts'
import { checkToDo, needed } from '../src/oracle/to-do.ts'
import type { Stored } from '../src/oracle/truth.ts'

const guide = readFileSync(new URL('../../docs/guides/operations.md', import.meta.url), 'utf8')

describe.each(Object.keys(needed))('what to do about %s', (code) => {
  it.each(Object.entries({ english, spanish, persian }))('is said to staff in %s', (_language, { attention }) => {
    expect(Object.entries(attention).find(([name]) => name === code)?.[1]).toMatch(/\S+ \S+ \S+/)
  })

  it('is said on the command line', () => {
    expect(Object.entries(advice).find(([name]) => name === code)?.[1].todo).toMatch(/\S+ \S+ \S+/)
  })

  it('is said in the guide', () => {
    const [, todo] = new RegExp(`^\\| \`${code}\` \\| .+ \\| (.+) \\|$`, 'm').exec(guide) ?? []
    expect(todo).toMatch(/\S+ \S+/)
  })
})

it('knows everything that can need a human', () => {
  expect(Object.keys(needed).toSorted()).toEqual(Object.keys(advice).toSorted())
})

describe('what needs a human', () => {
  const check = (item: object) => () =>
    checkToDo({
      payments: [{ id: 'pay_1' }],
      attempts: [],
      refunds: [{ id: 'rf_1', payment_id: 'pay_1', amount_minor: 100 }],
      reservations: [],
      attention: [{ id: 'refund_failed:rf_1', code: 'refund_failed', payment_id: 'pay_1', ...item }],
    } as unknown as Stored)
  const data = { refundId: 'rf_1', minorUnits: { $bigint: '100' }, detail: 'lost card' }

  it('says all that has to be known', () => {
    expect(check({ data: JSON.stringify(data) })).not.toThrow()
  })

  it.each([
    ['no sum', { data: JSON.stringify({ ...data, minorUnits: undefined }) }],
    ['another sum', { data: JSON.stringify({ ...data, minorUnits: { $bigint: '99' } }) }],
    ['no payment', { data: JSON.stringify(data), payment_id: null }],
    ['a refund that is not there', { data: JSON.stringify({ ...data, refundId: 'rf_2' }) }],
    ['what nobody has words for', { data: JSON.stringify(data), code: 'something_odd' }],
  ])('is noticed where it says %s', (_what, item) => {
    expect(check(item)).toThrow('A14')
  })
})
