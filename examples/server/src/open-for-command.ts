import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { ProviderUnavailable, type ConfigurationRequest, type HostWiring } from '@holdfast/adapter-cli'
import { cookieSessions } from '@holdfast/adapter-http'
import { openSql } from '@holdfast/adapter-sql'
import { StoreUnavailable } from '@holdfast/core'
import { systemClock } from '@holdfast/core/system'
import { readConfig, type Config, type StripeConfig } from './config.ts'
import { locationOf, wire } from './container.ts'
import { createLogger } from './logging.ts'
import { makeFolder } from './make-folder.ts'
import { openGuestBook } from './messages/guest-book.ts'
import { findPersonByEmail } from './people/people.ts'
import { explainFailure } from './start-failure.ts'
import { openStripeSide, type StripeSide } from './stripe/stripe-side.ts'

/**
 * Puts the parts of this server together for one run of the `holdfast` command, by the same settings, and serves nothing.
 *
 * @throws with a sentence that says what to do, when it cannot.
 */
export const openForCommand = async ({ command, dryRun }: ConfigurationRequest): Promise<HostWiring> => {
  const read = readConfig(process.env, process.cwd())
  if (!read.ok) throw new Error(read.error.join('\n'))
  const config = read.value
  if (command === 'migrate' || command === 'wait-for-database') return openDatabase(config, dryRun)
  const { database, production } = config
  if (database.type === 'sqlite' && !existsSync(database.file))
    throw new Error(
      `There is no database at ${database.file} yet. Start the server once, or say which by DATABASE_URL.`,
    )

  // Nobody signs in here: no secret is needed that anybody else knows.
  const cookies = { secrets: [randomBytes(32).toString('hex')] as const, secure: false }
  const sessions = cookieSessions({ ...cookies, clock: systemClock() })
  const publicUrl = config.publicUrl ?? addressOf(config)
  const logger = createLogger({
    ...config,
    logLevel: process.env['LOG_LEVEL'] === undefined ? 'warn' : config.logLevel,
  })
  const stripe = await reachStripe(config, dryRun)
  try {
    const wired = await wire({ database, stripe, sessions, cookies, publicUrl, production, logger })
    return {
      holdfast: wired.holdfast,
      unitOfWork: wired.unitOfWork,
      ...wired.audited,
      clock: stripe.clock,
      livemode: stripe.livemode,
      findOwner: (email) => findPersonByEmail(email)?.id,
      close: async () => {
        await stripe.close()
        await wired.close()
      },
    }
  } catch (error) {
    await stripe.close()
    throw error instanceof StoreUnavailable ? error : new Error(explainFailure(error, config), { cause: error })
  }
}

/** The database alone, which need not have a table yet. */
const openDatabase = ({ database }: Config, dryRun: boolean): HostWiring => {
  const isNew = database.type === 'sqlite' && !existsSync(database.file)
  if (isNew && !dryRun) makeFolder(dirname(database.file))
  // A dry run makes no file: a new one would lack what one in memory does.
  const sql = openSql(isNew && dryRun ? { kind: 'sqlite', filename: ':memory:' } : locationOf(database))
  return {
    database: {
      ping: () => sql.ping(),
      pending: () => sql.pending(),
      async migrate() {
        const steps = await sql.migrate()
        // This server's own tables, beside Holdfast's. They are made anew nowhere.
        await openGuestBook(sql)
        return steps
      },
    },
    close: () => sql.close(),
  }
}

const addressOf = ({ host, port }: Config): string => `http://${host.includes(':') ? `[${host}]` : host}:${port}`

/** The simulator lives in the server's process, which serves it on its own address: there it is asked, by its own clock. */
const reachStripe = async (config: Config, dryRun: boolean): Promise<StripeSide> => {
  const { stripe } = config
  if (stripe.type === 'remote') return open(stripe)
  const simulator: StripeConfig = {
    type: 'remote',
    apiKey: 'sk_test_in_process',
    apiBase: addressOf(config),
    webhookSecrets: ['whsec_nothing_is_received_here'],
    livemode: false,
    followClock: true,
  }
  return open(simulator).catch((error: unknown) => {
    // A dry run asks Stripe nothing. Without its clock, what is old is judged by this machine's.
    if (dryRun) return open({ ...simulator, followClock: false })
    throw new ProviderUnavailable(
      `The simulated Stripe lives in the server's process, and no server answers at ${simulator.apiBase}. Start it (npm start), or set PORT and HOST to where it is.`,
      { cause: error },
    )
  })
}

const open = (stripe: StripeConfig): Promise<StripeSide> =>
  openStripeSide(stripe, { publicUrl: '', receiveWebhook: async () => new Response(null, { status: 503 }) })
