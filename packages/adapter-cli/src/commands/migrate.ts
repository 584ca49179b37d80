import { defineCommand, type Answer } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { NoHost } from '../problem.ts'

/** Brings the tables up to date, as the host's database does it. */
export const migrate = defineCommand({
  name: 'migrate',
  summary: "bring the database's tables up to date",
  description: `Takes every step that the database lacks, and says which. Where it lacks none, nothing is done.
Several may run at once, and beside servers that work. There is no way back but a backup.`,
  options: (line) => line.option('--dry-run', 'change nothing, and list the steps that would be taken'),
  async run({ dryRun = false }, { openDatabase }) {
    const database = await openDatabase({ dryRun })
    if (!dryRun) return answer(await database.migrate(), false)
    if (typeof database.pending === 'function') return answer(await database.pending(), true)
    throw new NoHost({
      code: 'configuration_incomplete',
      message:
        "The database of this configuration cannot say which steps it lacks without taking them: it has no pending(). Add one to the 'database' that it answers, or run migrate without --dry-run, on a copy first.",
    })
  },
})

const answer = (steps: readonly string[], dryRun: boolean): Answer => ({
  exitCode: exitCodes.done,
  json: { command: 'migrate', dry_run: dryRun, steps },
  text: [
    ...(steps.length === 0
      ? ['The tables are up to date.']
      : [
          `${dryRun ? 'Steps that would be taken' : 'Steps that were taken'}, in this order: ${steps.length}.`,
          ...steps.map((step) => `  ${step}`),
        ]),
    ...(dryRun ? ['This was a dry run, which changes nothing.'] : []),
    '',
  ].join('\n'),
})
