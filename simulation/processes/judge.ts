import type { Ledger } from '@holdfast/stripe-simulator'
import { findDoctorOf } from '../../examples/server/src/clinic/doctors.ts'
import { checkStored, checkStripe } from '../src/oracle/always.ts'
import { checkAtRest } from '../src/oracle/at-rest.ts'
import { createEdges } from '../src/oracle/edges.ts'
import { createCounts } from '../src/oracle/sometimes.ts'
import { readStored, type Stored } from '../src/oracle/truth.ts'
import { Violation } from '../src/oracle/violation.ts'
import type { Readable } from '../src/system/database.ts'
import { apiKey, sessionSecret, webhookSecret, type Machine } from './machine.ts'
import { heal, untilQuiet } from './quiet.ts'

/** What a scenario may leave behind that would be wrong elsewhere. */
export interface Allowances {
  /** True where the database itself failed: that is then what errors are about. */
  readonly databaseFails?: boolean
  /** True where a backup was restored: what was taken in after it was made is gone. */
  readonly databaseRestored?: boolean
}

/**
 * Heals, waits until nothing is left to do, and holds everything there is to every rule, against what Stripe knows.
 *
 * @throws a {@link Violation}, or what is still to be done.
 */
export const assertEveryRule = async (machine: Machine, allowances: Allowances = {}): Promise<void> => {
  await heal(machine)
  const database = await untilQuiet(machine)
  const stored = readStored(database)
  const truth = await machine.stripe.ledger()
  const ledger = allowances.databaseRestored === true ? withForgottenAttempts(truth, stored) : truth
  checkStripe(ledger)
  checkStored(stored, ledger, { livemode: false, capacityOf })
  await checkGhosts(machine)
  createEdges(database, createCounts()).follow()
  const acknowledged = new Set(
    ledger.deliveries.filter(({ status }) => status === 'delivered').map(({ event }) => event),
  )
  checkAtRest(stored, ledger, database)
  const taken = new Set(database.query<{ id: string }>('SELECT id FROM holdfast_inbox').map(({ id }) => id))
  for (const event of allowances.databaseRestored === true ? [] : acknowledged)
    if (!taken.has(event)) throw new Violation('A10', `event ${event} was answered 2xx, and is gone`)
  checkKeys(ledger)
  checkAnswers(machine)
  checkLogs(machine, { ...allowances, movedEnds: movedEnds(database, ledger) })
}

const capacityOf = (resourceId: string): number => findDoctorOf(resourceId)?.schedule.capacity ?? 1

/** The host's own figure: there is no record that nobody paid for. @throws {@link Violation} A3 */
const checkGhosts = async ({ servers }: Machine): Promise<void> => {
  const metrics = await (await fetch(`${servers[0].origin}/metrics`)).text()
  const [, ghosts] = /^holdfast_ghost_records (\d+)$/m.exec(metrics) ?? []
  if (ghosts !== '0') throw new Violation('A3', `of records that nobody paid for ${ghosts ?? 'no number'} is told`)
}

/**
 * The keys of pages that were asked for when so little of their time was left that Stripe would not have taken it: another
 * end was asked for then, and where an earlier try has come about unheard, Stripe says that the key does not go with it.
 */
const movedEnds = (database: Readable, { calls }: Ledger): ReadonlySet<string> => {
  const pages = database.query<{ readonly key: string; readonly page: string }>(
    'SELECT idempotency_key AS key, page FROM holdfast_attempts WHERE page IS NOT NULL',
  )
  const ends = new Map(
    pages.map(({ key, page }) => [key, (JSON.parse(page) as { readonly expiresAt: number }).expiresAt]),
  )
  return new Set(
    calls.flatMap(({ idempotencyKey: key, atMs }) => {
      const end = key === null ? undefined : ends.get(key)
      return key !== null && end !== undefined && end < atMs + shortestPageMs ? [key] : []
    }),
  )
}

// With less than this before it ends, adapter-stripe asks for a page that ends later.
const shortestPageMs = 31 * 60_000

/** What a forgotten attempt charged is marked with that one for ever: it counts as of the attempt that has found it. */
const withForgottenAttempts = (ledger: Ledger, { attempts }: Stored): Ledger => ({
  ...ledger,
  derived: {
    ...ledger.derived,
    payment_intents: ledger.derived.payment_intents.map((intent) => {
      const finder = attempts.find(({ charge_id }) => charge_id === intent.id)
      const isForgotten = !attempts.some(({ id }) => id === intent.metadata['attempt_id'])
      return finder === undefined || !isForgotten || finder.payment_id !== intent.metadata['payment_id']
        ? intent
        : { ...intent, metadata: { ...intent.metadata, attempt_id: finder.id } }
    }),
  },
})

/** One key towards Stripe, one call. That its parameters are the same too is in the log. @throws {@link Violation} A11 */
const checkKeys = ({ calls }: Ledger): void => {
  const used = new Map<string, string>()
  for (const { idempotencyKey: key, method, path } of calls) {
    if (key === null) continue
    const call = `${method} ${path}`
    const before = used.get(key) ?? call
    if (before !== call) throw new Violation('A11', `key ${key} was used for ${before} and for ${call}`)
    used.set(key, call)
  }
}

/** Nothing is answered that does not say what to do. @throws {@link Violation} A13 */
const checkAnswers = ({ answers }: Machine): void => {
  for (const { call, answer } of answers) {
    const { status, body, retryAfter } = answer
    if (status < 400) continue
    const isProblem = typeof body['code'] === 'string' && typeof body['retryable'] === 'boolean'
    const isClassified = status < 500 || (status === 503 && body['retryable'] === true && retryAfter !== null)
    if (!isProblem || !isClassified)
      throw new Violation('A13', `${call} was answered ${status} ${JSON.stringify(body)}`)
  }
}

// What a host's log says of every failure: whether it was foreseen can be read off what was thrown.
const foreseen = /^(Contention: |CommitUnknown: |StoreUnavailable: |Gave up: |The database was busy|Event ')/
const ofTheDatabase = /connection|ECONNREFUSED|ECONNRESET|terminat|the database system is|COMMIT|SQLITE_/i

// What is nobody's to read, and whom nobody has to know.
const secrets = [apiKey, webhookSecret, sessionSecret, '@example.com', 'card_number', 'pm_card_']

/** Nothing goes wrong that nobody has thought of, and nothing is told that is a secret. @throws {@link Violation} A11, A12, A13 */
const checkLogs = (
  { servers }: Machine,
  { databaseFails = false, movedEnds }: Allowances & { readonly movedEnds: ReadonlySet<string> },
): void => {
  for (const server of servers)
    for (const line of server.output().split('\n')) {
      if (line.includes('Error: ') && !line.startsWith('{'))
        throw new Violation('A13', `${server.name} said: ${line.slice(0, 500)}`)
      const [, reused] = /Keys for idempotent requests.* other than '([^']*)'/.exec(line) ?? []
      if (reused !== undefined && !movedEnds.has(reused)) throw new Violation('A11', `${server.name} logged ${line}`)
      const secret = secrets.find((each) => line.includes(each))
      if (secret !== undefined) throw new Violation('A12', `${server.name} wrote ${secret} into its log`)
      if (!line.startsWith('{"level":50')) continue
      const { event, status, detail = '' } = readLine(line)
      if (event === 'request_answered' && status === 503) continue
      if (foreseen.test(detail) || (databaseFails && ofTheDatabase.test(detail))) continue
      throw new Violation('A13', `${server.name} logged ${line}`)
    }
}

const readLine = (line: string): LogLine => {
  try {
    return JSON.parse(line) as LogLine
  } catch {
    // A process that was killed may have been in the middle of it.
    return { detail: 'Gave up: in the middle of a line.' }
  }
}

interface LogLine {
  readonly event?: string
  readonly status?: number
  readonly detail?: string
}
