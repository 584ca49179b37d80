import { below, oneOf, type Random } from '../src/kernel/random.ts'
import type { Machine } from './machine.ts'
import { aMoment } from './scenario.ts'

/** What may be done to a machine under load. Each leaves it in order, or to be healed. */
export type Mischief = (machine: Machine, random: Random) => Promise<void>

/** A server, or Stripe, is gone without a word, and comes back. */
const kill: Mischief = async ({ servers, simulator }, random) => {
  const victim = oneOf(random, [...servers, ...servers, simulator])
  await victim.kill()
  await aMoment(random, 500)
  await victim.start()
}

/** A server is stopped as a deployment does, and started again. */
const deploy: Mischief = async ({ servers }, random) => {
  const server = oneOf(random, servers)
  const code = await server.stop()
  if (code !== 0) throw new Error(`${server.name} was asked to stop and ended with ${code}.`)
  await server.start()
}

/** A process stands still, and goes on as if no time had passed. */
const pause: Mischief = async ({ servers, simulator }, random) => {
  const victim = oneOf(random, [...servers, ...servers, simulator])
  victim.pause()
  await aMoment(random, 3_000)
  victim.resume()
}

/** Time goes by: long enough for leases to run out, intents to end or keys to be forgotten. */
const passTime: Mischief = async ({ stripe }, random) => {
  await stripe.advance(oneOf(random, [61_000, 10 * 60_000, 3 * 3_600_000, 25 * 3_600_000]))
}

const post: Mischief = async ({ stripe }, random) => {
  await stripe.webhooks(oneOf(random, ['normal', 'paused', 'drop', 'duplicate', 'reorder']))
}

const faults = ['timeout_before_effect', 'timeout_after_effect', 'reset_after_headers', 'malformed_json'] as const
const refusals = ['429', '500_no_effect', '500_with_effect', '409_key_in_use'] as const

/** The next calls go wrong. */
const breakCalls: Mischief = async ({ stripe }, random) => {
  const kind = oneOf(random, [...faults, ...refusals])
  await stripe.fault({ match: '* /v1/*', kind, times: 1 + below(random, 6), ms: below(random, 400) })
}

const mischiefs = [kill, kill, deploy, pause, pause, passTime, post, breakCalls, breakCalls]

/** Does one thing after the other until `untilMs`. Answers how many. */
export const doMischief = async (machine: Machine, random: Random, untilMs: number): Promise<number> => {
  let done = 0
  for (; Date.now() < untilMs; done += 1) {
    await aMoment(random, 1_500)
    // Stripe itself may be away.
    await oneOf(random, mischiefs)(machine, random).catch((error: unknown) => {
      if (!(error instanceof TypeError)) throw error
    })
  }
  return done
}
