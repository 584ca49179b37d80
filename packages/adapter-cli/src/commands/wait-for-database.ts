import { defineCommand } from '../command.ts'
import type { HostDatabase } from '../configuration/configuration.ts'
import { whyAway } from '../problem.ts'
import { waitedAnswer, waitingOptions, waitUntil, type Tried } from '../waiting/wait-until.ts'

/** Waits until the host's database answers. */
export const waitForDatabase = defineCommand({
  name: 'wait-for-database',
  summary: "wait until the host's database answers",
  description: `Asks the database of the configuration until it answers: for scripts that start something which needs it.
It ends with 0 as soon as there is an answer, and with 1 when there was none in time.`,
  options: waitingOptions,
  async run(patience, { openDatabase, progress }) {
    let database: HostDatabase | undefined
    const tryOnce = async (): Promise<Tried> => {
      try {
        database ??= await openDatabase({ dryRun: true })
      } catch (error) {
        const away = whyAway(error)
        if (away === undefined) throw error
        return { type: 'away', why: reasonOf(away) }
      }
      return database.ping().then(
        () => ({ type: 'answers' }),
        (error: unknown) => ({ type: 'away', why: reasonOf(error) }),
      )
    }
    const waited = await waitUntil(tryOnce, patience, progress)
    return waitedAnswer(waited, {
      command: 'wait-for-database',
      what: 'The database',
      hint: 'Is it started, and is the address in the configuration where it listens? --timeout says for how long to wait.',
    })
  },
})

const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ')
  return error instanceof Error ? error.message || error.name : String(error)
}
