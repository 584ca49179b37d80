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
 * looking. Where a proxy has asked for pages a second time, money may have come that nobody has heard of: in half of the runs it is mended
 * first, and goes its way as if it had been heard of. Only a second charge of one attempt is for humans to give back, who are told of it.
 */
export const planComparing = (world: World, seed: string, inMs: number): void => {
  const isMended = hashText(`${seed}/compared`) % 2 === 0
  if (isMended) world.kernel.at(inMs - mendedBeforeMs, 'mended', () => void compare(world, 'mended'))
  const expected = world.stripe.sentTwice.size > 0 && !isMended ? 'whatever' : 'nothing'
  world.kernel.at(inMs, 'compared', () => void compare(world, expected))
}

// What is found then has its own consequences: a refund has to end, a page to be closed.
const mendedBeforeMs = 5 * day

const compare = async (world: World, expected: 'mended' | 'whatever' | 'nothing'): Promise<void> => {
  try {
    const before = standing(world)
    const fix = expected === 'mended'
    const to = instant(world.kernel.now() + day)
    const told = await persist(world, 0, true, (host) => host.reconcile({ from: start, to, fix }))
    if (told?.ok !== true || told.value.interrupted !== undefined)
      throw new Violation('R1', 'nothing went wrong, and what Stripe holds could not be compared')
    for (const { code, outcome } of told.value.drift) world.counts.add(`at_rest:${code}:${outcome ?? 'told'}`)
    if (expected !== 'mended' && standing(world) !== before)
      throw new Violation('R1', 'what was only compared is another one now')
    if (expected !== 'nothing') return
    checkNoDrift(told.value, world.stripe.sentTwice)
    world.counts.add('nothing_differs')
  } catch (error) {
    world.judge(error)
  }
}

const checkNoDrift = ({ drift, sums, compared }: Reconciled, sentTwice: ReadonlySet<string>): void => {
  const isForHumans = ({ code, attemptId }: Drift): boolean =>
    code === 'charge_twice' && attemptId !== undefined && sentTwice.has(attemptId)
  const first = drift.find((each) => !isForHumans(each))
  if (first !== undefined) {
    const { code, providerId = 'nothing', paymentId = 'nothing', at } = first
    throw new Violation(
      'R1',
      `${code}: ${providerId} of ${paymentId}, made at ${isoTime(at)}, and everything is at rest`,
    )
  }
  if (drift.length > 0) return
  for (const { currency, charged, refunded } of sums)
    if (charged.there !== charged.here || refunded.there !== refunded.here)
      throw new Violation(
        'R1',
        `in ${currency}, ${charged.there} came and ${refunded.there} went back, and here ${charged.here} and ${refunded.here}`,
      )
  for (const [kind, { there, here }] of Object.entries(compared))
    if (there !== here) throw new Violation('R1', `there are ${there} ${kind} there, and ${here} here`)
}

/** How everything stands, there and here. */
const standing = ({ stripe, database }: World): string => {
  const { events, objects } = stripe.ledger()
  const { payments, attempts, refunds, wallets } = readStored(database)
  const counts = [events, objects.refund, readTimeline(database)].map(({ length }) => length)
  return JSON.stringify([counts, payments, attempts, refunds, wallets])
}
