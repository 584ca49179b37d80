import { instant, type Instant } from '@holdfast/core'
import { readNumber } from '../floors/tables.ts'
import { wireHoldfast, type WiredHoldfast } from '../lines/holdfast-line.ts'
import { byHand, subject } from '../lines/lines.ts'
import { ticket } from '../lines/sale-kinds.ts'
import { takeTurns, type Contender } from '../measure/take-turns.ts'
import type { Options } from '../options.ts'
import type { Location, Scratch } from '../scratch.ts'
import { dueByHand, listDue, type DueLine } from './due-lines.ts'
import { makeHistory, type History } from './history.ts'
import { readsOf, type Reads } from './reads.ts'

/** What listing everything due took, of so many payments. */
export interface ListingFigures {
  readonly payments: number
  readonly due: number
  /** What Holdfast's listings read. */
  readonly reads: Reads
  /** Milliseconds for all three listings, one figure for each round, of each line. */
  readonly ms: Readonly<Record<string, readonly number[]>>
}

/** What whole sweeps took, of so many payments. */
export interface SweepFigures {
  readonly payments: number
  readonly due: number
  /** Looks per second, one figure for each round. */
  readonly perSecond: readonly number[]
  /** Processor time of this process per look, in microseconds. */
  readonly cpuUs: readonly number[]
}

/** What a sweep costs as history grows. */
export interface SweepingFigures {
  readonly listings: readonly ListingFigures[]
  readonly sweeps: readonly SweepFigures[]
}

/**
 * Measures sweeps of databases that differ in nothing but how many payments they remember: the listings with which each begins,
 * with a tenth of what is due and with all of it, and then whole sweeps, from the first listing to the last look stored. After
 * each of these, nothing is due any more, and the database has to agree.
 */
export const measureSweep = async (
  scratch: Scratch,
  { seconds, rounds, warmUps, payments }: Pick<Options, 'seconds' | 'rounds' | 'warmUps' | 'payments'>,
  say: (text: string) => void,
): Promise<SweepingFigures> => {
  const due = Math.min(mostDue, Math.floor(Math.min(...payments) / 10))
  const places: Place[] = []
  for (const count of payments) {
    say(`making ${count} payments`)
    places.push(await openPlace(await scratch.create(), count, due))
  }
  const listings = await measureListings(places, seconds / rounds, rounds)
  const sweeps = await measureSweeps(places, Math.ceil(warmUps / due / places.length), rounds)
  for (const { wired, floor } of places) {
    await floor.close()
    await wired.database.close()
  }
  return { listings, sweeps }
}

const mostDue = 1_000

/** One database with its history, and who asks it. */
interface Place {
  readonly location: Location
  readonly history: History
  readonly wired: WiredHoldfast
  readonly floor: DueLine
}

const openPlace = async (location: Location, payments: number, due: number): Promise<Place> => {
  const history = await makeHistory(location, payments, due)
  return { location, history, wired: await wireHoldfast(location, ticket()), floor: dueByHand(location) }
}

const measureListings = async (
  places: readonly Place[],
  sliceSeconds: number,
  rounds: number,
): Promise<readonly ListingFigures[]> => {
  const questions = places.flatMap((place) => place.history.moments.map((now) => ({ ...place, now })))
  const contenders: Contender<number>[] = []
  for (const { history, wired, floor, now } of questions) {
    const expected = dueBy(history, now)
    const lines = {
      [subject]: (limit: number) => listDue(wired.database.unitOfWork, now, limit),
      [byHand]: (limit: number) => floor.list(now, limit),
    }
    for (const [line, list] of Object.entries(lines))
      contenders.push({ name: nameOf(history, now, line), turn: await listingTurn(list, expected, sliceSeconds) })
  }
  const samples = await takeTurns(contenders, rounds)
  const figures: ListingFigures[] = []
  for (const { location, history, now } of questions)
    figures.push({
      payments: history.payments,
      due: dueBy(history, now),
      reads: await readsOf(location, now, mostDue),
      ms: Object.fromEntries(
        [subject, byHand].map((line) => [line, samples.get(nameOf(history, now, line)) ?? []] as const),
      ),
    })
  return figures
}

const nameOf = ({ payments }: History, now: Instant, line: string): string => `${line}, ${payments}, at ${now}`

const dueBy = ({ due }: History, now: Instant): number => due.filter(({ dueAt }) => dueAt <= now).length

/** Lists over and over for so long, as often in each turn, and answers how many milliseconds one time took. */
const listingTurn = async (
  list: (limit: number) => Promise<number>,
  expected: number,
  sliceSeconds: number,
): Promise<() => Promise<number>> => {
  const timed = async (times: number): Promise<number> => {
    const startedAt = performance.now()
    for (let n = 0; n < times; n += 1) {
      const found = await list(mostDue)
      if (found !== expected) throw new Error(`${found} things were listed as due, and ${expected} are.`)
    }
    return (performance.now() - startedAt) / times
  }
  const warm = sliceSeconds > 0.1 ? 100 : 1
  const times = Math.max(1, Math.round((sliceSeconds * 1_000) / (await timed(warm))))
  return () => timed(times)
}

const measureSweeps = async (
  places: readonly Place[],
  warmUps: number,
  rounds: number,
): Promise<readonly SweepFigures[]> => {
  for (let n = 0; n < warmUps; n += 1) for (const place of places) await sweepOnce(place)
  const samples = await takeTurns(
    places.map((place) => ({ name: String(place.history.payments), turn: () => sweepOnce(place) })),
    rounds,
  )
  return places.map(({ history: { payments, due } }) => {
    const turns = samples.get(String(payments)) ?? []
    return {
      payments,
      due: due.length,
      perSecond: turns.map(({ perSecond }) => perSecond),
      cpuUs: turns.map(({ cpuUs }) => cpuUs),
    }
  })
}

/** Makes everything due again, sweeps, and asks the database whether all of it was looked at once. */
const sweepOnce = async ({ history: { due }, wired }: Place) => {
  const { holdfast, database } = wired
  await makeDue(wired, due)
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  const swept = await holdfast.sweep()
  const ms = performance.now() - startedAt
  const { user, system } = process.cpuUsage(cpuBefore)
  const left = await listDue(database.unitOfWork, instant(Date.now()), mostDue)
  const looks = await readNumber(
    database.knex,
    `SELECT count(*) AS number FROM holdfast_outbox WHERE status = 'done' AND id LIKE 'look_up_%'`,
  )
  if (!swept.ok) throw new Error('Somebody else sweeps.')
  const { asked, moved, failed } = swept.value
  if (asked !== due.length || moved !== 0 || failed !== 0 || left !== 0 || looks !== due.length)
    throw new Error(`Of ${due.length}, ${asked} were asked about, ${moved} moved, ${failed} failed, ${left} are left.`)
  return { perSecond: (asked * 1_000) / ms, cpuUs: (user + system) / asked }
}

const makeDue = async ({ database: { knex } }: WiredHoldfast, due: History['due']): Promise<void> => {
  await knex('holdfast_outbox').delete()
  for (const table of ['holdfast_attempts', 'holdfast_refunds'] as const)
    for (const dueAt of new Set(due.map((each) => each.dueAt))) {
      const ids = due
        .filter((each) => each.dueAt === dueAt && (each.of === 'refund') === (table === 'holdfast_refunds'))
        .map(({ id }) => id)
      const changed = ids.length === 0 ? 0 : await knex(table).whereIn('id', ids).update({ look_at: dueAt, looks: 0 })
      if (changed !== ids.length) throw new Error(`${changed} of ${ids.length} things were made due again.`)
    }
}
