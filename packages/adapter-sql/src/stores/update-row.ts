import type { SqlSession } from '../session.ts'
import { statement, type Statement, type Value } from '../statement.ts'

/**
 * Writes what differs between the values of a row as it was read and as it is to be. The row is there and locked: whoever
 * asks has read it in this transaction. `set` are the values of the columns that are written every time.
 */
export type UpdateRow = (
  session: SqlSession,
  before: readonly Value[],
  after: readonly Value[],
  row: { readonly id: string; readonly set?: readonly Value[] },
) => void

/**
 * How rows of a table are changed.
 *
 * A column that an UPDATE names is written to every index it is part of, on SQLite even where it stays as it was; and most
 * of what a payment or an attempt is known by never changes. So only what differs is named. There are as many statements
 * as there are ways to change: few, always the same, each prepared once.
 */
export const updateRow = (table: string, columns: readonly string[], everyTime: readonly string[] = []): UpdateRow => {
  const statements = new Map<string, Statement>()
  const statementFor = (changed: readonly number[]): Statement => {
    const key = changed.join()
    const old = statements.get(key)
    if (old !== undefined) return old
    const names = [...everyTime, ...changed.map((at) => columns[at])]
    const made = statement(`UPDATE ${table} SET ${names.map((name) => `${name} = ?`).join(', ')} WHERE id = ?`)
    statements.set(key, made)
    return made
  }
  return (session, before, after, { id, set = [] }) => {
    const changed = columns.flatMap((_column, at) => (before[at] === after[at] ? [] : [at]))
    if (everyTime.length + changed.length === 0) return
    session.post(statementFor(changed), [...set, ...changed.map((at) => after[at] ?? null), id])
  }
}
