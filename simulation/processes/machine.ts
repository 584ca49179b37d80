import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, serverProgram, simulatorProgram } from '../../examples/server/test/processes.ts'
import { postgresDatabase, sqliteFile, type DatabaseKind, type RealDatabase } from './database.ts'
import { createCaller, guests, staff, type Answer, type Caller } from './guest.ts'
import { createProgram, type Program } from './program.ts'
import { connectStripe, type Stripe } from './stripe.ts'

/** Servers on one database, and a simulator: each a process of its own. */
export interface Machine {
  readonly kind: DatabaseKind
  readonly folder: string
  readonly servers: readonly [Program, ...Program[]]
  readonly simulator: Program
  readonly stripe: Stripe
  readonly database: RealDatabase
  readonly ana: Caller
  readonly ben: Caller
  readonly eva: Caller
  /** Everything that was answered to the three, in order. */
  readonly answers: readonly { readonly call: string; readonly answer: Answer }[]
  /** A server beside the others, with other settings. It is not started. */
  readonly otherServer: (name: string, environment: Readonly<Record<string, string>>) => Promise<Program>
  /** Ends every process, and removes everything. */
  readonly remove: () => Promise<void>
}

export interface MachineOptions {
  readonly kind: DatabaseKind
  /** Where databases are made on Postgres. */
  readonly pgAdminUrl: string
  readonly servers?: number
  /** What more the environment of every server has, given the folder that they run in. */
  readonly environmentIn?: (folder: string) => Readonly<Record<string, string>>
}

/** What signs webhooks. */
export const webhookSecret = 'whsec_of_real_processes'
/** The secret key that servers use. */
export const apiKey = 'sk_test_real_processes'
/** What signs sessions, at every server of a machine. */
export const sessionSecret = 'a-secret-that-every-server-of-a-machine-has'

/** Starts the processes. @throws what one of them said instead of listening; then none is left. */
export const startMachine = async ({
  kind,
  pgAdminUrl,
  servers: count = 1,
  environmentIn,
}: MachineOptions): Promise<Machine> => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-processes-'))
  const database = kind === 'sqlite' ? sqliteFile(join(folder, 'stays.db')) : await postgresDatabase(pgAdminUrl)
  const everywhere = environmentIn?.(folder) ?? {}
  const answers: { readonly call: string; readonly answer: Answer }[] = []
  const caller = (email: string): Caller => createCaller(email, (call, answer) => answers.push({ call, answer }))
  const ports = await Promise.all(Array.from({ length: count + 1 }, freePort))
  const [simulatorPort = 0, ...serverPorts] = ports
  const simulator = createProgram({
    name: 'simulator',
    port: simulatorPort,
    folder,
    command: simulatorProgram({
      port: simulatorPort,
      folder,
      servers: serverPorts.map((port) => `http://127.0.0.1:${port}`),
      webhookSecret,
    }),
  })
  const server = (name: string, port: number, environment: Readonly<Record<string, string>> = {}): Program =>
    createProgram({
      name,
      port,
      folder,
      command: serverProgram,
      environment: {
        PORT: String(port),
        DATABASE_URL: database.url,
        DEMO_CLOCK: '1',
        STRIPE_API_BASE: simulator.origin,
        STRIPE_SECRET_KEY: apiKey,
        STRIPE_WEBHOOK_SECRET: webhookSecret,
        SESSION_SECRET: sessionSecret,
        LOG_LEVEL: 'warn',
        LOG_FORMAT: 'json',
        ...everywhere,
        ...environment,
      },
    })
  const [first = 0, ...rest] = serverPorts
  const servers: [Program, ...Program[]] = [
    server('server 1', first),
    ...rest.map((port, index) => server(`server ${index + 2}`, port)),
  ]
  const all = [simulator, ...servers]
  const remove = async (): Promise<void> => {
    await Promise.all(all.map((program) => program.kill()))
    await database.remove()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    // One after the other: the first server makes the tables.
    for (const program of all) await program.start()
  } catch (error) {
    await remove()
    throw error
  }
  return {
    kind,
    folder,
    servers,
    simulator,
    stripe: connectStripe(simulator.origin),
    database,
    ana: caller(guests[0]),
    ben: caller(guests[1]),
    eva: caller(staff),
    answers,
    otherServer: async (name, environment) => {
      const other = server(name, await freePort(), environment)
      all.push(other)
      return other
    },
    remove,
  }
}
