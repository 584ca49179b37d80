/** Of the host's `pg.Pool`, what is used of it. */
interface PgPool {
  connect(): Promise<PgPoolClient>
}
interface PgPoolClient {
  on(event: 'error', listener: (error: unknown) => void): void
  removeListener(event: 'error', listener: (error: unknown) => void): void
  release: (destroy?: boolean | Error) => void
  /** Where knex looks whether a connection is to be thrown away. */
  __knex__disposed?: unknown
}

/** The host's pool as it is used here. */
export interface HostPool {
  /** For knex, which takes it for the pool itself. */
  readonly pool: object
  /** Takes no more connections, and resolves when all that were taken are back. */
  giveBack(): Promise<void>
}

/**
 * The host's own `pg.Pool`, of which each connection is listened to for as long as it is ours.
 *
 * The pool listens to those that are in it. One that it has handed out and that breaks would end the process, since neither
 * `pg` nor knex listens then: while knex asks for the server's version, and while a statement of knex's runs.
 */
export const hostPool = (location: object): HostPool => {
  const host = location as PgPool
  const out = new Set<Promise<void>>()
  let isClosed = false
  return {
    pool: {
      async connect() {
        if (isClosed) throw new Error('The database was closed here.')
        let isBack = (): void => {}
        const back = new Promise<void>((resolve) => {
          isBack = resolve
        })
        out.add(back)
        void back.then(() => out.delete(back))
        try {
          return listenedTo(await host.connect(), isBack)
        } catch (error) {
          isBack()
          throw error
        }
      },
    },
    async giveBack() {
      isClosed = true
      await Promise.all(out)
    },
  }
}

const listenedTo = (client: PgPoolClient, isBack: () => void): PgPoolClient => {
  const onError = (error: unknown): void => {
    client.__knex__disposed = error
  }
  // The pool sets it anew whenever it hands the connection out.
  const { release } = client
  client.on('error', onError)
  client.release = (destroy) => {
    client.removeListener('error', onError)
    release(destroy)
    isBack()
  }
  return client
}
