import {
  attemptTransitions,
  consultationTransitions,
  disputeTransitions,
  intentTransitions,
  orderTransitions,
  paymentTransitions,
  refundTransitions,
  reservationTransitions,
} from '@holdfast/core'
import { expect, it } from 'vitest'
import { createEdges } from '../src/oracle/edges.ts'
import { after, machines } from '../src/oracle/moves.ts'
import { createCounts } from '../src/oracle/sometimes.ts'
import type { Readable } from '../src/system/database.ts'

const tables: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>> = {
  payment: paymentTransitions,
  attempt: attemptTransitions,
  refund: refundTransitions,
  dispute: disputeTransitions,
  intent: intentTransitions,
  order: orderTransitions,
  consultation: consultationTransitions,
  reservation: reservationTransitions,
}

it('knows every machine', () => {
  expect(Object.keys(machines).toSorted()).toEqual(Object.keys(tables).toSorted())
})

it.each(Object.keys(tables))('is what was written down by hand, and no more: %s', (name) => {
  const machine = machines[name]
  const table = tables[name] ?? {}
  expect(Object.keys(machine?.moves ?? {}).toSorted()).toEqual(Object.keys(table).toSorted())
  for (const [from, row] of Object.entries(table))
    for (const [fact, to] of Object.entries(row))
      expect.soft(machine && after(machine, from, fact), `${from} by ${fact}`).toBe(to)
})

const line = (about: string, id: string, name: string, at = 1) => [at, 'fact', about, id, name, {}]

/** A database with these facts in it, and these rows. */
const having = (lines: readonly unknown[], ...rows: readonly object[]): Readable => ({
  query: <Row>(sql: string) =>
    (sql.includes('holdfast_timeline')
      ? [{ seq: 1, payment_id: 'pay_1', lines: JSON.stringify(lines) }]
      : sql.includes('UNION ALL')
        ? rows
        : [{ first: 'confirmed' }]) as readonly Row[],
})
const follow = (database: Readable) => () => createEdges(database, createCounts()).follow()

const paid = [line('payment', 'pay_1', 'created'), line('payment', 'pay_1', 'captured')]

it.each([
  ['what was paid is cancelled', [...paid, line('payment', 'pay_1', 'cancelled')]],
  ['what was paid fails', [...paid, line('payment', 'pay_1', 'attempt_failed')]],
  ['what was paid is paid again', [...paid, line('payment', 'pay_1', 'captured')]],
  ['what was paid changes its price', [...paid, line('payment', 'pay_1', 'amount_changed')]],
  ['what was not paid is given back', [line('intent', 'i', 'opened'), line('intent', 'i', 'refunded')]],
  [
    'what was sent is called off',
    ['placed', 'completed', 'shipped', 'recalled'].map((name) => line('order', 'o', name)),
  ],
  ['what has ended is open again', ['opened', 'won', 'opened'].map((name) => line('dispute', 'd', name))],
  ['who has left pays after all', ['completed', 'balance_paid'].map((name) => line('reservation', 'r', name))],
  ['a stay is given up twice', [line('reservation', 'r', 'cancelled'), line('reservation', 'r', 'cancelled', 2)]],
])('notices where %s', (_what, lines) => {
  expect(follow(having(lines))).toThrow('A9')
})

it('reads once what stands in the story of both payments of a stay', () => {
  expect(follow(having([line('reservation', 'r', 'cancelled'), line('reservation', 'r', 'cancelled')]))).not.toThrow()
})

it('compares rows with what is told of them', () => {
  const row = { type: 'payment', id: 'pay_1', first: 'pending' }
  expect(follow(having(paid, { ...row, status: 'completed' }))).not.toThrow()
  expect(follow(having(paid, { ...row, status: 'refunded' }))).toThrow('A9')
})
