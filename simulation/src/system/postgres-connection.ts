import type pg from 'pg'
import type { Connecting } from './database.ts'

/** A statement, as the adapter hands it to the driver. */
export interface Query {
  readonly name?: string
  readonly text: string
  readonly values: readonly unknown[]
}

/** Of a connection of the driver's, what the adapter uses of it. */
export interface PostgresConnection {
  readonly pipeline: true
  query(query: Query): Promise<pg.QueryResult>
  on(event: 'error', listener: (error: unknown) => void): void
  removeListener(event: 'error', listener: (error: unknown) => void): void
  /** Where the adapter leaves word that it is broken. */
  __knex__disposed?: unknown
}

/** How a connection reaches the server. */
export interface Way {
  /** The driver's own connection. */
  readonly client: pg.Client
  /** `late` has to be waited for before anybody hears of what had to wait for others. */
  readonly send: (query: Query, late: () => Promise<void>) => Promise<pg.QueryResult>
  /** Stops before a statement is sent, and before a commit is heard of. */
  readonly gate?: (lane: string) => Promise<void>
  readonly busy: Connecting['busy']
  /** Told that a commit was sent, and which tables it may change. Nobody hears of it before this resolves. */
  readonly onCommit: (client: pg.Client, tables: ReadonlySet<string>) => Promise<void>
  /** True once the connection is gone. */
  readonly isLost: () => boolean
  /** True once the process has ended: nothing of what it waits for comes. */
  readonly isOver: () => boolean
}

/** A connection of a process, and whether anything is open on it. */
export interface Line extends PostgresConnection {
  readonly client: pg.Client
  /** True from the moment a transaction is begun until it is over. */
  isInTransaction(): boolean
}

/** A connection that stops where a process can be interrupted, and tells of commits. */
export const openLine = ({ client, send, gate, busy, onCommit, isLost, isOver }: Way): Line => {
  const written = new Set<string>()
  let before: Promise<void> = Promise.resolve()
  let isOpen = false

  const exchange = async (query: Query): Promise<pg.QueryResult> => {
    const { verb, table, writes, lane } = readStatement(query.text)
    if (verb === 'BEGIN') written.clear()
    if (verb === 'BEGIN') isOpen = true
    if (writes) written.add(table)
    const answering = send(query, async () => gate?.(`${lane} heard`))
    // Sent right behind it: one journey for both. Where the commit waits behind a statement that waits, so does this.
    const copying = verb === 'COMMIT' && written.size > 0 ? onCommit(client, written) : undefined
    copying?.catch(() => {})
    const answer = await answering
    if (copying !== undefined) await busy(copying)
    if (verb === 'COMMIT' || verb === 'ROLLBACK') isOpen = false
    return answer
  }
  /** In the order in which they were asked for, and without waiting for answers. */
  const inOrder = async (lane: string): Promise<void> => {
    if (gate === undefined) return
    const turn = before.then(() => gate(lane))
    before = turn
    await turn
  }
  return {
    client,
    pipeline: true,
    isInTransaction: () => isOpen,
    async query(query) {
      const { lane, verb } = readStatement(query.text)
      await inOrder(lane)
      try {
        const answer = await (isOver() ? never : exchange(query))
        if (verb === 'COMMIT') await gate?.('COMMIT heard')
        // It was committed, and the answer never arrived.
        if (verb === 'COMMIT' && isLost()) throw lost()
        return answer
      } finally {
        if (isOver()) await never
      }
    },
    on: (event, listener) => void client.on(event, listener),
    removeListener: (event, listener) => void client.removeListener(event, listener),
  }
}

const never = new Promise<never>(() => {})

/** As the driver says it. */
const lost = (): Error => new Error('Connection terminated unexpectedly')

interface StatementKind {
  readonly verb: string
  /** `''` where there is none. */
  readonly table: string
  readonly writes: boolean
  /** `UPDATE holdfast_payments`: what a trace says of it. */
  readonly lane: string
}

const kinds = new Map<string, StatementKind>()

const readStatement = (text: string): StatementKind => {
  const known = kinds.get(text)
  if (known !== undefined) return known
  const [verb = ''] = /^\w+/.exec(text) ?? []
  const [, written] = /(?:INSERT INTO|UPDATE|DELETE FROM) (holdfast_\w+)/.exec(text) ?? []
  const [first = ''] = /holdfast_\w+/.exec(text) ?? []
  const table = written ?? first
  const kind = { verb, table, writes: written !== undefined, lane: table === '' ? verb : `${verb} ${table}` }
  kinds.set(text, kind)
  return kind
}
