import { Violation } from '../oracle/violation.ts'
import type { World } from '../world.ts'
import { persist } from './asking.ts'

/** The host asks for its figures: there is never a record that nobody paid for. Never throws, see {@link World.judge}. */
export const countGhosts = async (world: World, process: number): Promise<void> => {
  try {
    const gauges = await persist(world, process, true, (host) => host.readGauges())
    if (gauges === undefined) return
    if (gauges.ghostRecords > 0)
      throw new Violation('A3', `${gauges.ghostRecords} records that nobody paid for are counted`)
    world.counts.add('ghosts_counted')
  } catch (error) {
    world.judge(error)
  }
}
