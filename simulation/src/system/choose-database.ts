import { startPostgres } from '@holdfast/pg-test'
import { gatings, sqliteDatabases, type DatabaseMaker, type GatingName } from './database.ts'
import { postgresDatabases } from './postgres.ts'

/** What a run is to be run on. */
export interface DatabaseChoice {
  readonly db: 'sqlite' | 'postgres' | 'both'
  readonly gates: GatingName
  /** How to ask for the same again, with a space in front; `''` where it goes without saying. */
  readonly flags: string
}

const possible: Readonly<Record<DatabaseChoice['db'], readonly GatingName[]>> = {
  sqlite: ['transaction', 'turns'],
  postgres: ['turns', 'statement'],
  both: ['turns'],
}

/** Reads the options `--db` and `--gates`. `undefined` where there is no such thing. */
export const chooseDatabases = (db: string, gates: string | undefined): DatabaseChoice | undefined => {
  if (db !== 'sqlite' && db !== 'postgres' && db !== 'both') return undefined
  const [usual] = possible[db]
  const chosen = gates === undefined ? usual : gatings.find((name) => name === gates && possible[db].includes(name))
  if (chosen === undefined) return undefined
  const flags = [...(db === 'sqlite' ? [] : [` --db ${db}`]), ...(chosen === usual ? [] : [` --gates ${chosen}`])]
  return { db, gates: chosen, flags: flags.join('') }
}

/** The databases that were asked for. */
export interface OpenedDatabases {
  /** What they are, for people. */
  readonly name: string
  readonly databases: DatabaseMaker
  /** Present where each story is run on a second one, too. */
  readonly against?: DatabaseMaker
  close(): Promise<void>
}

/** Opens what was chosen; a Postgres is found or started first. @throws when there is none. */
export const openDatabases = async ({ db, gates }: DatabaseChoice): Promise<OpenedDatabases> => {
  if (db === 'sqlite') {
    const databases = await sqliteDatabases(gates === 'turns' ? 'turns' : 'transaction')
    return { name: databases.name, databases, close: databases.dispose }
  }
  const server = await startPostgres()
  const postgres = await postgresDatabases(server.url, { gating: gates === 'statement' ? 'statement' : 'turns' })
  const name = `${postgres.name} (${server.source})`
  const close = async (): Promise<void> => {
    await postgres.dispose()
    await server.stop()
  }
  if (db === 'postgres') return { name, databases: postgres, close }
  const sqlite = await sqliteDatabases('turns')
  return {
    name: `${sqlite.name} and ${name}`,
    databases: sqlite,
    against: postgres,
    async close() {
      await sqlite.dispose()
      await close()
    },
  }
}
