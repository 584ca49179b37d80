import {
  freshCircuitBreaker,
  VersionConflict,
  type CircuitBreaker,
  type CircuitBreakerStates,
  type UnitOfWork,
} from '@holdfast/core'
import { bad, count, moment, text } from '../row.ts'
import type { Row } from '../session.ts'
import { statement, type Value } from '../statement.ts'
import { sessionOf } from '../transaction-sql.ts'

const select =
  'SELECT id, status, outages, since, probe_at, probe_id, probe_until FROM holdfast_circuit_breakers WHERE id = ?'
const sql = {
  find: statement(select),
  findLocked: statement(`${select} {lock}`),
  insert: statement(
    `INSERT INTO holdfast_circuit_breakers (status, outages, since, probe_at, probe_id, probe_until, id)
     VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  ),
  update: statement(
    `UPDATE holdfast_circuit_breakers SET status = ?, outages = ?, since = ?, probe_at = ?, probe_id = ?, probe_until = ?
     WHERE id = ?`,
  ),
}

/**
 * Circuit breakers in SQL: one row each, shared by all processes on the database. Each read and each change is a transaction of
 * its own.
 *
 * Takes a unit of work of {@link sqlUnitOfWork}, or one that is watched. @throws, when it is used, for any other.
 */
export const sqlCircuitBreakerStates = (unitOfWork: UnitOfWork): CircuitBreakerStates => ({
  read: (name) =>
    unitOfWork.read(async (tx) => {
      const [row] = await sessionOf(tx, 'sqlCircuitBreakerStates').query(sql.find, [name])
      return row === undefined ? freshCircuitBreaker : readBreaker(row)
    }),
  change: (name, next) =>
    unitOfWork.run(async (tx) => {
      const session = sessionOf(tx, 'sqlCircuitBreakerStates')
      const [row] = await session.query(sql.findLocked, [name])
      const before = row === undefined ? freshCircuitBreaker : readBreaker(row)
      const after = next(before)
      if (after !== before) {
        const { changes } = await session.change(row === undefined ? sql.insert : sql.update, [
          ...valuesOf(after),
          name,
        ])
        // A row that is not there cannot be locked: somebody else has made it meanwhile.
        if (changes !== 1) throw new VersionConflict(`The circuit breaker '${name}' was made by somebody else.`)
      }
      return { before, after }
    }),
})

const valuesOf = (breaker: CircuitBreaker): readonly Value[] => {
  switch (breaker.status) {
    case 'closed':
      return [breaker.status, breaker.outages, null, null, null, null]
    case 'open':
      return [breaker.status, null, breaker.since, breaker.probeAt, null, null]
    case 'half_open':
      return [breaker.status, null, breaker.since, null, breaker.probe.id, breaker.probe.until]
  }
}

const readBreaker = (row: Row): CircuitBreaker => {
  const status = text(row, 'status')
  switch (status) {
    case 'closed':
      return { status, outages: count(row, 'outages') }
    case 'open':
      return { status, since: moment(row, 'since'), probeAt: moment(row, 'probe_at') }
    case 'half_open':
      return {
        status,
        since: moment(row, 'since'),
        probe: { id: text(row, 'probe_id'), until: moment(row, 'probe_until') },
      }
    default:
      return bad(row, 'status')
  }
}
