import { oneOf, type Random } from '../src/kernel/random.ts'
import type { Machine } from './machine.ts'
import type { Program } from './program.ts'
import { aMoment } from './scenario.ts'

/** Ends servers without a word, one after the other, and starts each again. */
export const killServers = async ({ servers }: Machine, random: Random, times: number): Promise<void> => {
  for (let time = 0; time < times; time += 1) {
    await aMoment(random, 400)
    const victim = oneOf(random, servers)
    await victim.kill()
    await victim.start()
  }
}

/** Which server is asked at each try: one after the other, beginning with this. */
export const serverFrom =
  ({ servers }: Machine, index: number) =>
  (attempt: number): Program =>
    servers[(index + attempt) % servers.length] ?? servers[0]
