import { Crash } from './crashing.ts'
import type { World } from './world.ts'

/** Does something several times at once, see {@link allAtOnce}. */
export const together = <T>(w: World, times: number, act: () => Promise<T>): Promise<readonly T[]> =>
  allAtOnce(
    w,
    Array.from({ length: times }, () => act),
  )

/** Does several things at once, while time passes. Those whose process ends in the middle are not heard of. */
export const allAtOnce = async <T>(w: World, acts: readonly (() => Promise<T>)[]): Promise<readonly T[]> => {
  const all = await whileTimePasses(w, Promise.allSettled(acts.map((act) => act())))
  for (const each of all)
    if (each.status === 'rejected' && !(each.reason instanceof Crash))
      throw new Error('A step failed.', { cause: each.reason })
  return all.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
}

/** Lets those who wait for somebody else's answer wait. */
export const whileTimePasses = async <T>({ clock }: Pick<World, 'clock'>, act: Promise<T>): Promise<T> => {
  let over = false
  const done = act.finally(() => {
    over = true
  })
  const ended = done.catch(() => {})
  // Whoever asks nobody but memory is done by then.
  await new Promise((resolve) => setImmediate(resolve))
  for (let round = 0; !over; round += 1) {
    if (round > longestWaitRounds) throw new Error('Somebody waits for ever.')
    // Time goes on only while somebody waits for it: a database takes its own.
    if (clock.sleepers > 0) await clock.advance(1000)
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 0))])
  }
  return done
}

const longestWaitRounds = 20_000
