import { CommitUnknown } from '@holdfast/adapter-sql'
import { Contention, encodeJson, type OwnerId } from '@holdfast/core'
import { Violation } from '../oracle/violation.ts'
import { ProcessEnded, type Host } from '../system/process.ts'
import type { World } from '../world.ts'

/** Somebody who buys something. */
export const guest = (owner: string) => ({ type: 'owner', id: owner as OwnerId }) as const

/** Somebody at the desk. */
export const staff = { type: 'staff', id: 'eve' } as const

/** One of these, counted round; from the last one back where the index is negative. */
export const at = <T>(list: readonly T[], index: number): T | undefined =>
  list.length === 0 ? undefined : list.at(index % list.length)

/** Asks a process, and where it ends before it answers, asks another under the same key, if there is one. */
export const persist = async <T>(
  world: World,
  index: number,
  again: boolean,
  run: (host: Host) => Promise<T>,
): Promise<T | undefined> => {
  for (let tries = 0; tries < 4; tries += 1) {
    const process = world.pick(index + tries)
    try {
      if (process !== undefined) return await process.call(run)
    } catch (error) {
      world.judge(error)
      const mayAskAgain = error instanceof ProcessEnded || error instanceof Contention || error instanceof CommitUnknown
      if (!mayAskAgain || !again) return undefined
      world.counts.add('asked_again')
    }
    await world.kernel.sleep(1_000 * 20 ** tries)
  }
  return undefined
}

/** Asks a process so many times at once, each as by {@link persist}: with a key, whoever is not answered asks again. */
export const persistAtOnce = <T>(
  world: World,
  { times, process, key = false }: { readonly times: number; readonly process: number; readonly key?: boolean },
  run: (host: Host, time: number) => Promise<T>,
): Promise<readonly (T | undefined)[]> =>
  Promise.all(Array.from({ length: times }, (_, time) => persist(world, process, key, (host) => run(host, time))))

/** Under one key whoever is answered is answered alike. @throws {@link Violation} K1 */
export const checkSameAnswer = (answers: readonly unknown[]): void => {
  const said = new Set(answers.filter((answer) => answer !== undefined).map((answer) => encodeJson(answer)))
  if (said.size > 1) throw new Violation('K1', `one key was answered ${[...said].join(' and ')}`)
}
