import { expect, it } from 'vitest'
import type { Entry } from '../src/oracle/edges.ts'
import { checkStays } from '../src/oracle/stays.ts'
import type { Stored } from '../src/oracle/truth.ts'

const check = (stay: string, balance: string, { isTold = false, by = '' } = {}) => {
  const stored = {
    reservations: [{ id: 'res_1', status: stay, balance_payment_id: 'pay_1' }],
    payments: [{ id: 'pay_1', status: balance, subject_type: 'reservation' }],
    attention: isTold ? [{ code: 'balance_unpaid', payment_id: 'pay_1' }] : [],
  } as unknown as Stored
  const asked = { type: 'command', name: 'cancel_payment', payment_id: 'pay_1', actor: by } as unknown as Entry
  return () => checkStays(stored, by === '' ? [] : [asked])
}

it.each([
  ['it is paid', 'completed', 'completed', {}],
  ['it is paid, and went back', 'completed', 'refunded', {}],
  ['its balance is waived', 'completed', 'cancelled', { by: 'staff:eve' }],
  ['it is called off', 'cancelled', 'cancelled', {}],
  ['its balance is owed, and somebody knows', 'balance_due', 'failed', { isTold: true }],
])('takes a stay for ended where %s', (_why, stay, balance, more) => {
  expect(check(stay, balance, more)).not.toThrow()
})

it.each([
  ['who stays without having paid', 'completed', 'pending', {}],
  ['a stay that is paid, and never ends', 'paid', 'completed', {}],
  ['a stay whose balance is waived, and that never ends', 'confirmed', 'cancelled', { isTold: true }],
  ['a balance that is owed, and nobody knows', 'balance_due', 'failed', {}],
  ['a balance that is waived by whoever owes it', 'completed', 'cancelled', { by: 'owner:ana' }],
])('notices %s', (_what, stay, balance, more) => {
  expect(check(stay, balance, more)).toThrow('A14')
})
