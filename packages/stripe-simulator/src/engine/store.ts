import type { TableName, Tables } from './tables.ts'

/** A row that was written, or deleted when `row` is null. This is also what a journal holds. */
export interface Change {
  readonly table: TableName
  readonly id: string
  readonly row: unknown
}

/** Makes changes durable. Called once per committed transaction, with what it changed, before anybody is answered. */
export type Journal = (changes: readonly Change[]) => void

/**
 * The simulator's memory: tables of JSON rows in insertion order, with transactions.
 *
 * Everything is synchronous, so a transaction is never interleaved with another.
 */
export interface Store {
  /** The row, or undefined. */
  readonly find: <T extends TableName>(table: T, id: string) => Tables[T] | undefined
  /** Every row, oldest first. */
  readonly rows: <T extends TableName>(table: T) => IterableIterator<Tables[T]>
  readonly size: (table: TableName) => number
  /** Writes the row and returns it. A row that is replaced keeps its place in the order. */
  readonly put: <T extends TableName>(table: T, id: string, row: Tables[T]) => Tables[T]
  readonly remove: (table: TableName, id: string) => void
  /**
   * Runs `work`: its changes reach the journal when it returns, and are undone when it throws. Inside another
   * transaction only the undoing happens here, and the outer one commits.
   */
  readonly transaction: <T>(work: () => T) => T
  /** Everything there is as changes, oldest first: the starting point of a new journal. */
  readonly snapshot: () => readonly Change[]
  /** Applies what a journal holds, without journalling it again. */
  readonly restore: (changes: Iterable<Change>) => void
  readonly clear: () => void
}

/** A store that starts empty and reports each committed transaction to `journal`. */
export const createStore = (journal: Journal): Store => {
  const tables = new Map<TableName, Map<string, unknown>>()
  let undo: (() => void)[] = []
  let changed = new Map<string, Change>()
  let depth = 0

  const tableOf = (name: TableName): Map<string, unknown> => {
    const existing = tables.get(name)
    if (existing !== undefined) return existing
    const created = new Map<string, unknown>()
    tables.set(name, created)
    return created
  }

  const write = (change: Change): void => {
    const table = tableOf(change.table)
    const existed = table.has(change.id)
    const before = table.get(change.id)
    undo.push(() => (existed ? table.set(change.id, before) : table.delete(change.id)))
    apply(change)
    changed.set(`${change.table}\u0000${change.id}`, change)
    if (depth === 0) commit()
  }

  const apply = ({ table, id, row }: Change): void => {
    if (row === null) tableOf(table).delete(id)
    else tableOf(table).set(id, row)
  }

  const commit = (): void => {
    const changes = [...changed.values()]
    changed = new Map()
    undo = []
    if (changes.length > 0) journal(changes)
  }

  const store: Store = {
    find: <T extends TableName>(table: T, id: string) => tableOf(table).get(id) as Tables[T] | undefined,
    rows: <T extends TableName>(table: T) => tableOf(table).values() as IterableIterator<Tables[T]>,
    size: (table) => tableOf(table).size,
    put: (table, id, row) => {
      write({ table, id, row })
      return row
    },
    remove: (table, id) => {
      if (tableOf(table).has(id)) write({ table, id, row: null })
    },
    transaction: (work) => {
      const savepoint = undo.length
      depth += 1
      try {
        const result = work()
        if (depth === 1) commit()
        return result
      } catch (error) {
        for (const step of undo.splice(savepoint).reverse()) step()
        if (depth === 1) changed = new Map()
        else changed = new Map([...changed].map(([key, change]) => [key, { ...change, row: current(change) }]))
        throw error
      } finally {
        depth -= 1
      }
    },
    snapshot: () => [...tables].flatMap(([table, rows]) => [...rows].map(([id, row]): Change => ({ table, id, row }))),
    restore: (changes) => {
      for (const change of changes) apply(change)
    },
    clear: () => tables.clear(),
  }

  const current = ({ table, id }: Change): unknown => tableOf(table).get(id) ?? null

  return store
}
