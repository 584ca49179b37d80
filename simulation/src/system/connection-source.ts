import type { sqlUnitOfWork } from '@holdfast/adapter-sql'

/** A host's knex, as the adapter takes it. */
export type Knex = Parameters<typeof sqlUnitOfWork>[0]

/** Where connections come from. */
export interface ConnectionSourceOptions<Connection> {
  readonly driverName: 'better-sqlite3' | 'pg'
  readonly most: number
  readonly open: () => Connection | Promise<Connection>
  /** True for one that is of no use any more; another is opened in its place. */
  readonly isBroken: (connection: Connection) => boolean
}

const dialects = { 'better-sqlite3': 'sqlite3', pg: 'postgresql' } as const

/**
 * What the adapter uses of a host's knex: a source of connections. This one opens so many at most, hands them out in turn,
 * and has no timers, which virtual time could not see.
 */
export const connectionSource = <Connection extends object>({
  driverName,
  most,
  open,
  isBroken,
}: ConnectionSourceOptions<Connection>): Knex => {
  const line: ((connection: Connection | Promise<Connection>) => void)[] = []
  const free: Connection[] = []
  let opened = 0
  const take = (): Connection | Promise<Connection> | undefined => {
    for (let known = free.pop(); known !== undefined; known = free.pop()) {
      if (!isBroken(known)) return known
      opened -= 1
    }
    if (opened >= most) return undefined
    opened += 1
    return open()
  }
  const client = {
    driverName,
    dialect: dialects[driverName],
    acquireConnection: async () => take() ?? new Promise<Connection>((resolve) => void line.push(resolve)),
    releaseConnection: async (connection: Connection) => {
      free.push(connection)
      const [next] = line
      const taken = next === undefined ? undefined : take()
      if (next === undefined || taken === undefined) return
      line.shift()
      next(taken)
    },
  }
  return { client, isTransaction: false } as unknown as Knex
}
