import { expect, it } from 'vitest'
import { mxn } from '../src/contracts/rules/world.ts'
import { toppedUpFor, type Purpose, type Quote } from '../src/index.ts'

const quote = (purpose: Purpose, details: Quote['details']): { readonly quote: Quote } => ({
  quote: { amount: mxn(1n), purpose, item: { name: 'x', description: '' }, details },
})

it('a top-up knows what it is a means to; one of its own, and what has a detail of the same name, are means to nothing', () => {
  expect(toppedUpFor(quote('wallet_topup', { forIntent: 'int_1' }))).toBe('int_1')
  expect(toppedUpFor(quote('wallet_topup', {}))).toBeUndefined()
  expect(toppedUpFor(quote('consultation', { forIntent: 'int_1' }))).toBeUndefined()
})
