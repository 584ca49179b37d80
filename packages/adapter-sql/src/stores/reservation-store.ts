import { VersionConflict, type ReservationStore } from '@holdfast/core'
import { count, exactly } from '../row.ts'
import type { SqlSession } from '../session.ts'
import { statement } from '../statement.ts'
import { conditions } from './payment-lists.ts'
import { readReservation, reservationColumns, reservationTypes, reservationValues } from './reservation-rows.ts'

const select = `SELECT id, version, ${exactly(reservationColumns)} FROM holdfast_reservations`

// Half open on both sides: what ends at noon leaves noon free.
const holds = `status <> 'cancelled' AND resource_id = ? AND ends_at > ? AND starts_at < ?`

/** True for a reservation that holds nothing, or whose slot nobody else holds. */
const slotIsFree = `(CAST(? AS text) = 'cancelled' OR NOT EXISTS (SELECT 1 FROM holdfast_reservations WHERE ${holds} AND unit = ? AND id <> ?))`

const sql = {
  find: statement(`${select} WHERE id = ?`),
  findLocked: statement(`${select} WHERE id = ? {lock}`),
  overlapping: statement(`${select} WHERE ${holds} ORDER BY starts_at, id`),
  holding: statement(`${select} WHERE ${holds} ORDER BY starts_at, id LIMIT ?`),
  holdingAfter: statement(
    `${select} WHERE ${holds} AND (starts_at, id) > (SELECT starts_at, id FROM holdfast_reservations WHERE id = ?)
     ORDER BY starts_at, id LIMIT ?`,
  ),
  // The types are named because a SELECT, unlike VALUES, does not learn them from the columns they go to.
  insert: statement(
    `INSERT INTO holdfast_reservations (id, version, ${reservationColumns.join(', ')})
     SELECT CAST(? AS text), 1, ${reservationTypes.map((type) => `CAST(? AS ${type})`).join(', ')}
     WHERE ${slotIsFree} ON CONFLICT DO NOTHING`,
  ),
  update: statement(
    `UPDATE holdfast_reservations SET version = ?, ${reservationColumns.map((column) => `${column} = ?`).join(', ')}
     WHERE id = ? AND version = ? AND ${slotIsFree}`,
  ),
}

/** Reservations in SQL. That nobody books what is taken is kept by the tables themselves; this asks first, to say so kindly. */
export const sqlReservationStore = (session: SqlSession): ReservationStore => ({
  async find(id) {
    const [row] = await session.query(session.mode === 'write' ? sql.findLocked : sql.find, [id])
    return row && { value: readReservation(row), version: count(row, 'version') }
  },
  async list({ owner, limit, after }) {
    const { where, values } = conditions([
      ['owner = ?', owner],
      ['(created_at, id) < (SELECT created_at, id FROM holdfast_reservations WHERE id = ?)', after],
    ])
    const rows = await session.query(statement(`${select} ${where} ORDER BY created_at DESC, id DESC LIMIT ?`), [
      ...values,
      limit,
    ])
    return rows.map(readReservation)
  },
  async listOverlapping({ resourceId, startsAt, endsAt }) {
    if (session.mode === 'write') session.dialect.lockResource(session, resourceId)
    const rows = await session.query(sql.overlapping, [resourceId, startsAt, endsAt])
    return rows.map(readReservation)
  },
  async listHolding({ resourceId, from, to, limit, after }) {
    const holding = [resourceId, from, to]
    const rows =
      after === undefined
        ? await session.query(sql.holding, [...holding, limit])
        : await session.query(sql.holdingAfter, [...holding, after, limit])
    return rows.map(readReservation)
  },
  async save(reservation, expected) {
    const { id, status, slot } = reservation
    const free = [status, slot.resourceId, slot.startsAt, slot.endsAt, slot.unit, id]
    const { changes } =
      expected === 0
        ? await session.change(sql.insert, [id, ...reservationValues(reservation), ...free])
        : await session.change(sql.update, [expected + 1, ...reservationValues(reservation), id, expected, ...free])
    if (changes !== 1)
      throw new VersionConflict(`Reservation '${id}' is not at version ${expected}, or its slot is taken.`)
  },
})
