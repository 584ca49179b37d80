import { after, isoTime, second, taskId, type Instant, type Task, type Work } from '@holdfast/core'
import { defineCommand, type Answer } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { positiveSeconds } from '../option-values.ts'

/** Plans the sweep, which plans itself from then on. */
export const startAutoCleanup = defineCommand({
  name: 'start-auto-cleanup',
  summary: 'plan the sweep, which goes on by itself from then on',
  description: `Makes sure that the sweep comes no later than after the delay. It asks the provider about everything that may
move there, and plans its own next run: in 5 minutes where it found something, in 15 where all was well, in
10 after an error. A worker has to run for it; each plans it when it starts.`,
  options: (line) =>
    line
      .option('--delay <seconds>', 'have it run no later than after this long', positiveSeconds, 60)
      .option('--dry-run', 'change nothing, and say when it would run'),
  async run({ delay, dryRun = false }, { openHost }) {
    const { clock, getUnitOfWork } = await openHost({ dryRun })
    const unitOfWork = getUnitOfWork()
    if (dryRun) {
      const now = clock.now()
      return answer(
        foresee(await unitOfWork.read((tx) => tx.tasks.find(sweepId)), after(now, Math.round(delay * second))),
        true,
      )
    }
    const planned = await unitOfWork.run(async (tx): Promise<Planned> => {
      const now = clock.now()
      const dueAt = after(now, Math.round(delay * second))
      const foreseen = foresee(await tx.tasks.find(sweepId), dueAt)
      // What waits already is only ever made due sooner by this.
      await tx.tasks.append([{ id: sweepId, body: sweep, dueAt }], now)
      return foreseen
    })
    return answer(planned, false)
  },
})

const sweep: Task = { type: 'sweep' }
const sweepId = taskId(sweep)

/** `planned`: it was not. `brought_forward`: it was, for later. `kept`: it comes soon enough as it is. */
interface Planned {
  readonly outcome: 'planned' | 'brought_forward' | 'kept'
  readonly dueAt: Instant
}

const foresee = (known: Work<Task> | undefined, dueAt: Instant): Planned => {
  if (known?.status !== 'waiting') return { outcome: 'planned', dueAt }
  return known.dueAt > dueAt ? { outcome: 'brought_forward', dueAt } : { outcome: 'kept', dueAt: known.dueAt }
}

const answer = ({ outcome, dueAt }: Planned, dryRun: boolean): Answer => ({
  exitCode: exitCodes.done,
  json: { command: 'start-auto-cleanup', dry_run: dryRun, outcome, due_at: isoTime(dueAt) },
  text: [
    `${(dryRun ? foreseen : meaning)[outcome](isoTime(dueAt))} A worker runs it: holdfast worker, or a server that works.`,
    ...(dryRun ? ['This was a dry run, which changes nothing: it says what would be so.'] : []),
    '',
  ].join('\n'),
})

type Meaning = Readonly<Record<Planned['outcome'], (dueAt: string) => string>>

const foreseen: Meaning = {
  planned: (dueAt) => `The sweep is not planned, and would be for ${dueAt}.`,
  brought_forward: (dueAt) => `The sweep is planned for later, and would come at ${dueAt} instead.`,
  kept: (dueAt) => `The sweep is planned already: it comes at ${dueAt}, and would stay there.`,
}

const meaning: Meaning = {
  planned: (dueAt) => `The sweep is planned for ${dueAt}.`,
  brought_forward: (dueAt) => `The sweep was planned for later, and is brought forward: it comes at ${dueAt}.`,
  kept: (dueAt) => `The sweep was planned already: it comes at ${dueAt}, and stays there.`,
}
