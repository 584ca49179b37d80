import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import path from 'node:path'

/** Runs work, and has it looked at meanwhile if somebody wants to know where the time goes. */
export type Watch = <Result>(name: string, work: () => Promise<Result>) => Promise<Result>

/** Looks at nothing. */
export const unwatched: Watch = (_name, work) => work()

/**
 * Writes a `.cpuprofile` for each piece of work: of that alone, not of what prepares it. Profiling costs time itself, so
 * the figures of such a run are for nobody else.
 */
export const profilerTo = (directory: string, suffix: string): Watch => {
  let written = 0
  return async (name, work) => {
    const session = new Session()
    session.connect()
    await session.post('Profiler.enable')
    await session.post('Profiler.setSamplingInterval', { interval: 200 })
    await session.post('Profiler.start')
    const result = await work()
    const { profile } = await session.post('Profiler.stop')
    session.disconnect()
    written += 1
    const file = `${`${written} ${name} ${suffix}`.replaceAll(/[^a-z0-9]+/g, '-')}.cpuprofile`
    writeFileSync(path.join(directory, file), JSON.stringify(profile))
    return result
  }
}
