import { Crash } from './crashing.ts'
import type { World } from './world.ts'

/** Does something several times at once, while time passes. Those whose process ends in the middle are not heard of. */
export const together = async (w: World, times: number, act: () => Promise<unknown>): Promise<void> => {
  const all = await whileTimePasses(w, Promise.allSettled(Array.from({ length: times }, act)))
  for (const each of all)
    if (each.status === 'rejected' && !(each.reason instanceof Crash))
      throw new Error('A step failed.', { cause: each.reason })
}

/** Lets those who wait for somebody else's answer wait. */
export const whileTimePasses = async <T>(w: World, act: Promise<T>): Promise<T> => {
  let over = false
  const done = act.finally(() => {
    over = true
  })
  done.catch(() => {})
  for (let round = 0; !over; round += 1) {
    if (round > longestWaitRounds) throw new Error('Somebody waits for ever.')
    // Time goes on only while somebody waits for it: a database takes its own.
    if (w.clock.sleepers > 0) await w.clock.advance(1000)
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
  return done
}

const longestWaitRounds = 20_000
