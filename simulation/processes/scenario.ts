import { afterAll, describe, inject, it } from 'vitest'
import { randomFrom, type Random } from '../src/kernel/random.ts'
import { databaseKinds, type DatabaseKind } from './database.ts'
import { assertEveryRule, type Allowances } from './judge.ts'
import { startMachine, type Machine, type MachineOptions } from './machine.ts'

/** What every random moment of a run is drawn from, but for the time that the machine takes. */
export const seed = process.env['PROCESSES_SEED'] ?? Date.now().toString(36)

/** The databases that were asked for: all of them, unless one was named. */
export const databasesToRun = databaseKinds.filter((kind) => (process.env['PROCESSES_DB'] ?? kind) === kind)

/** What tells the times apart at which a story is told; nothing where it is told once. */
const timesToTell = Array.from({ length: Number(process.env['PROCESSES_TIMES'] ?? 1) }, (_, index) =>
  index === 0 ? '' : ` (${index + 1})`,
)

/** Tells a story to a machine. Afterwards it is healed, and held to every rule. */
export type Scenario = (
  name: string,
  story: (machine: Machine, random: Random) => Promise<void>,
  allowances?: Allowances,
) => void

/** Scenarios that share processes, one after the other, on each database. Where one fails, the next gets new ones. */
export const onEachDatabase = (
  title: string,
  tell: (scenario: Scenario, kind: DatabaseKind) => void,
  { only, ...options }: Partial<MachineOptions> & { readonly only?: DatabaseKind } = {},
): void =>
  describe.each(databasesToRun.filter((kind) => kind === (only ?? kind)))(`${title} on %s`, (kind) => {
    let machine: Machine | undefined
    afterAll(async () => machine?.remove())
    const scenario: Scenario = (name, story, allowances) =>
      it.each(timesToTell)(`${name}%s`, { timeout: patienceMs + 60_000 }, async (time) => {
        const current = (machine ??= await startMachine({ kind, pgAdminUrl: inject('pgAdminUrl'), ...options }))
        try {
          const told = story(current, randomFrom(`${seed} ${kind} ${name}${time}`))
          await inTime(told.then(() => assertEveryRule(current, allowances)))
        } catch (error) {
          machine = undefined
          console.error(`PROCESSES_SEED=${seed}\n${lastWords(current)}`)
          await current.remove()
          throw error
        }
      })
    tell(scenario, kind)
  })

const patienceMs = 180_000

/** Gives a story up while there is still time to end its processes. */
const inTime = async (story: Promise<void>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It was not over after ${patienceMs} ms.`)), patienceMs)
  })
  await Promise.race([story, tooLate]).finally(() => clearTimeout(timer))
}

/** The end of what every process has said. */
export const lastWords = ({ servers, simulator }: Machine): string =>
  [simulator, ...servers].map((program) => `${program.name}: ${program.output().slice(-2_000)}`).join('\n')

/** Waits a moment between none and `mostMs`, more often a short one. */
export const aMoment = (random: Random, mostMs: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, (random() / 2 ** 32) ** 2 * mostMs))
