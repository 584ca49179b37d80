import { randomFrom } from '../src/kernel/random.ts'
import { advance } from './clock.ts'
import type { DatabaseKind } from './database.ts'
import { assertEveryRule } from './judge.ts'
import { startLoad, type Tally } from './load.ts'
import { startMachine } from './machine.ts'
import { doMischief } from './mischief.ts'
import { heal } from './quiet.ts'
import { lastWords } from './scenario.ts'
import { payForStay } from './stays.ts'

/** What a round did. */
export interface Round extends Tally {
  readonly mischiefs: number
}

/**
 * Starts two servers and a simulator, puts people and mischief to them for a while, and holds what came of it to every rule.
 *
 * @throws what went wrong, with the end of what the processes said.
 */
export const playRound = async (options: {
  readonly seed: string
  readonly kind: DatabaseKind
  readonly pgAdminUrl: string
  readonly seconds: number
}): Promise<Round> => {
  const { seed, kind, pgAdminUrl, seconds } = options
  const machine = await startMachine({ kind, pgAdminUrl, servers: 2 })
  try {
    const load = startLoad(machine, randomFrom(`${seed} load`), { guests: 3 })
    const mischiefs = await doMischief(machine, randomFrom(`${seed} mischief`), Date.now() + seconds * 1_000)
    const tally = await load.stop()
    // After all of it, whoever comes can book.
    await heal(machine)
    await advance(machine, 0)
    await payForStay(machine, machine.ana)
    await assertEveryRule(machine)
    return { ...tally, mischiefs }
  } catch (error) {
    throw new Error(`seed ${seed} on ${kind}: ${String(error)}\n${lastWords(machine)}`, { cause: error })
  } finally {
    await machine.remove()
  }
}
