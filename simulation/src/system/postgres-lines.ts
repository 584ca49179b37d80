import type pg from 'pg'
import type { Connecting } from './database.ts'
import { openLine, type Line, type Way } from './postgres-connection.ts'
import { processIdOf, type Exchange } from './postgres-exchange.ts'

/** The connections of one process. */
export interface Lines {
  open(): Promise<Line>
  isBroken(line: Line): boolean
  /** The process has ended. Resolves when nothing of it is left on the server. */
  end(): Promise<void>
  /** The server cuts all of them, and the process goes on. */
  lose(): Promise<void>
}

/** What {@link Lines} are made of. */
export interface LinesOptions extends Pick<Connecting, 'busy' | 'gate'> {
  /** Present where every statement is a step. */
  readonly exchange: Exchange | undefined
  readonly monitor: pg.Client
  readonly open: () => Promise<pg.Client>
  readonly rewrite: (sql: string) => string
  /** Changes them once more, for this process alone: they are not prepared then, as others use the connection after it. */
  readonly meddle: ((sql: string) => string) | undefined
  /** Told that a transaction of this process has lost against another: it was to wait for it in a circle, or has read what it changed. */
  readonly onConflict: () => void
  /** Where connections go that somebody else can use. */
  readonly spare: pg.Client[]
  /** See {@link Way}. */
  readonly onCommit: Way['onCommit']
}

export const createLines = (options: LinesOptions): Lines => {
  const { rewrite, meddle, onConflict, exchange, monitor, open, spare, onCommit, busy, gate } = options
  let lines: Line[] = []
  let isOver = false
  const lost = new WeakSet<pg.Client>()
  const cut = async (clients: readonly pg.Client[]): Promise<void> => {
    const connected = clients.filter((client) => !lost.has(client))
    const ends = connected.map((client) => new Promise<void>((resolve) => void client.once('end', () => resolve())))
    for (const client of connected) lost.add(client)
    await monitor.query({
      name: 'terminate',
      text: 'SELECT pg_terminate_backend(pid, 10000) FROM unnest($1::int[]) AS pid',
      values: [connected.map(processIdOf)],
    })
    await Promise.all(ends)
  }
  const giveBack = (client: pg.Client): void => {
    client.removeAllListeners('error')
    client.on('error', () => {})
    spare.push(client)
  }
  const openOne = async (): Promise<Line> => {
    const client = await open()
    const line = openLine({
      client,
      send: (query, late) => {
        const { text, values } = query
        const sent =
          meddle === undefined
            ? { ...query, text: rewrite(text), values: [...values] }
            : { text: meddle(rewrite(text)), values: [...values] }
        const answering = exchange?.send(client, sent, late) ?? busy(client.query(sent))
        return answering.catch((error: unknown) => {
          if (isConflict.test(String((error as { readonly code?: unknown }).code))) onConflict()
          throw error
        })
      },
      ...(exchange === undefined ? {} : { gate }),
      busy,
      onCommit,
      isLost: () => lost.has(client),
      isOver: () => isOver,
    })
    lines.push(line)
    return line
  }
  return {
    open: () => busy(openOne()),
    isBroken: (line) => lost.has(line.client) || line.__knex__disposed !== undefined,
    async end() {
      isOver = true
      const used = lines.filter((line) => line.isInTransaction())
      for (const line of lines) if (!used.includes(line) && !lost.has(line.client)) giveBack(line.client)
      lines = []
      if (exchange !== undefined) return cut(used.map(({ client }) => client))
      // Nobody waits for anybody here, and a connection is too dear to be thrown away.
      for (const { client } of used) {
        await client.query('ROLLBACK')
        giveBack(client)
      }
    },
    async lose() {
      const all = lines.map(({ client }) => client)
      lines = []
      await cut(all)
    },
  }
}

// A serialization failure, and a deadlock.
const isConflict = /^(40001|40P01)$/
