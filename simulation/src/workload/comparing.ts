import { day, instant, isoTime, type Drift, type Reconciled } from '@holdfast/core'
import { hashText } from '../kernel/random.ts'
import { readTimeline } from '../oracle/edges.ts'
import { readStored } from '../oracle/truth.ts'
import { Violation } from '../oracle/violation.ts'
import { start } from '../system/catalogue.ts'
import type { World } from '../world.ts'
import { persist } from './asking.ts'

/**
 * Once everything has come to its end, all that Stripe holds is compared with what is known here: nothing differs, and nothing is changed by
 * looking. Where a proxy has asked for pages a second time, money may have come that nobody has heard of: in half of such runs it is mended
 * first, and goes its way as if it had been heard of. Only a second charge of one attempt is for humans to give back, who are told of it.
 *
 * Answers what checks that it was so, and is to be asked when everything else has been checked: what differs has a promise of its own mostly.
 */
export const planComparing = (world: World, seed: string, inMs: number): (() => void) => {
  const { sentTwice } = world.stripe
  const isMended = sentTwice.size > 0 && hashText(`${seed}/compared`) % 2 === 0
  let broken: Violation | undefined
  const plan = (delayMs: number, what: Comparing): void => {
    world.kernel.at(delayMs, what === 'mended' ? 'mended' : 'compared', () => {
      void compare(world, what).then((violation) => (broken ??= violation))
    })
  }
  // Nowhere else: what is not found as it should be would be found by this.
  if (isMended) plan(inMs - mendedBeforeMs, 'mended')
  plan(inMs, sentTwice.size > 0 && !isMended ? 'whatever' : 'nothing')
  return () => {
    if (broken !== undefined) throw broken
  }
}

// What is found then has its own consequences: a refund has to end, a page to be closed.
const mendedBeforeMs = 5 * day

/** What is to be found: anything, which is mended; anything; nothing. */
type Comparing = 'mended' | 'whatever' | 'nothing'

const compare = async (world: World, expected: Comparing): Promise<Violation | undefined> => {
  try {
    const before = standing(world)
    const fix = expected === 'mended'
    const to = instant(world.kernel.now() + day)
    const told = await persist(world, 0, true, (host) => host.reconcile({ from: start, to, fix }))
    if (told?.ok !== true || told.value.interrupted !== undefined)
      return new Violation('R1', 'nothing went wrong, and what Stripe holds could not be compared')
    for (const { code, outcome } of told.value.drift) world.counts.add(`at_rest:${code}:${outcome ?? 'told'}`)
    if (!fix && standing(world) !== before) return new Violation('R1', 'what was only compared is another one now')
    if (expected !== 'nothing') return undefined
    const differs = driftIn(told.value, world.stripe.sentTwice)
    if (differs !== undefined) return new Violation('R1', differs)
    world.counts.add('nothing_differs')
  } catch (error) {
    world.judge(error)
  }
  return undefined
}

/** What differs, in words; nothing where nothing does. */
const driftIn = ({ drift, sums, compared }: Reconciled, sentTwice: ReadonlySet<string>): string | undefined => {
  const isForHumans = ({ code, attemptId }: Drift): boolean =>
    code === 'charge_twice' && attemptId !== undefined && sentTwice.has(attemptId)
  const first = drift.find((each) => !isForHumans(each))
  if (first !== undefined) {
    const { code, providerId = 'nothing', paymentId = 'nothing', at } = first
    return `${code}: ${providerId} of ${paymentId}, made at ${isoTime(at)}, and everything is at rest`
  }
  if (drift.length > 0) return undefined
  for (const { currency, charged, refunded } of sums)
    if (charged.there !== charged.here || refunded.there !== refunded.here)
      return `in ${currency}, ${charged.there} came and ${refunded.there} went back, and here ${charged.here} and ${refunded.here}`
  const other = Object.entries(compared).find(([, { there, here }]) => there !== here)
  return other && `there are ${other[1].there} ${other[0]} there, and ${other[1].here} here`
}

/** How everything stands, there and here. */
const standing = ({ stripe, database }: World): string => {
  const { events, objects } = stripe.ledger()
  const { payments, attempts, refunds, wallets } = readStored(database)
  const counts = [events, objects.refund, readTimeline(database)].map(({ length }) => length)
  return JSON.stringify([counts, payments, attempts, refunds, wallets])
}
