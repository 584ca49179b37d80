import type { Ledger } from '@holdfast/stripe-simulator'
import { expect, it } from 'vitest'
import { checkDeclines } from '../src/oracle/declines.ts'
import type { Entry } from '../src/oracle/edges.ts'
import type { StoredAttempt } from '../src/oracle/truth.ts'

const attempt = (...ids: readonly string[]): StoredAttempt => ({
  id: 'att_1',
  payment_id: 'pay_1',
  kind: 'hosted',
  status: 'open',
  announce: 0,
  provider_id: 'cs_1',
  charge_id: null,
  charge_minor: null,
  charge_currency: null,
  amount_minor: 1,
  amount_currency: 'MXN',
  disputes: null,
  declines: ids.length === 0 ? null : JSON.stringify(ids.map((id) => ({ id }))),
})
const told = (...ids: readonly string[]): readonly Entry[] =>
  ids.map((id) => ({
    at: 0,
    payment_id: 'pay_1',
    type: 'fact',
    about_type: 'attempt',
    about_id: 'att_1',
    name: 'page_declined',
    data: JSON.stringify({ id }),
  }))
const intent = (id: string, attemptId: string, kind: string) => ({ id, metadata: { attempt_id: attemptId, kind } })
const ledger = {
  objects: {
    charge: [
      { id: 'ch_1', status: 'failed', payment_intent: 'pi_1' },
      { id: 'ch_2', status: 'failed', payment_intent: 'pi_1' },
      { id: 'ch_paid', status: 'succeeded', payment_intent: 'pi_1' },
      { id: 'ch_other', status: 'failed', payment_intent: 'pi_2' },
      { id: 'ch_card', status: 'failed', payment_intent: 'pi_3' },
    ],
    payment_intent: [
      intent('pi_1', 'att_1', 'hosted'),
      intent('pi_2', 'att_2', 'hosted'),
      intent('pi_3', 'att_1', 'off_session'),
    ],
  },
} as unknown as Ledger

const check = (known: readonly string[], story = known): void =>
  checkDeclines({ attempts: [attempt(...known)] }, ledger, told(...story))

it('is content with what Stripe has declined on the page, known once, all of it or not', () => {
  for (const known of [[], ['ch_1'], ['ch_2', 'ch_1'], ['pi_1:0123456789abcdef', 'ch_1']])
    expect(() => check(known)).not.toThrow()
})

it.each([
  ['twice', ['ch_1', 'ch_1']],
  ['of a charge that was paid', ['ch_paid']],
  ["of another attempt's page", ['ch_other']],
  ['of a saved card', ['ch_card']],
  ['of nothing that there is', ['ch_none']],
  ['of no PaymentIntent that there is', ['pi_9:0123456789abcdef']],
])('notices a decline that is known %s', (_what, known) => {
  expect(() => check(known)).toThrow('A17')
})

it('notices a decline that is told twice, and one that is not told', () => {
  expect(() => check(['ch_1'], ['ch_1', 'ch_1'])).toThrow('A17')
  expect(() => check(['ch_1'], [])).toThrow('A17')
})
