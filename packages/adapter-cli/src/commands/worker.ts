import { instant, isoTime } from '@holdfast/core'
import { defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { positiveCount } from '../option-values.ts'
import { untilStopped } from '../stop-signal.ts'

/** Does the work in the background until it is told to stop, see `startWorker` in the core. */
export const worker = defineCommand({
  name: 'worker',
  summary: 'do what is due in the background, until it is stopped',
  description: `Performs what is owed to the provider, applies what came in, runs what is due, and sweeps. Several may run,
beside servers that work as well. Ctrl-C or SIGTERM stops it: it finishes what it is at, and ends with 0; a
second one ends it at once, which loses nothing either. A database that is away is logged and waited for.`,
  options: (line) =>
    line.option('--idle-ms <number>', 'look again after this long where there was nothing to do', positiveCount, 500),
  async run({ idleMs }, { openHost, stopSignal, terminal: { err } }) {
    const { holdfast } = await openHost({ dryRun: false })
    const stop = stopSignal()
    const startedAt = now()
    const running = holdfast.startWorker({ idleMs })
    err.write(`Working since ${isoTime(startedAt)}. Ctrl-C or SIGTERM stops it.\n`)
    await untilStopped(stop)
    err.write('Finishing what is under way. A second Ctrl-C ends it at once.\n')
    await running.stop()
    const stoppedAt = now()
    return {
      exitCode: exitCodes.done,
      json: { command: 'worker', started_at: isoTime(startedAt), stopped_at: isoTime(stoppedAt) },
      text: `Stopped at ${isoTime(stoppedAt)}. It had worked since ${isoTime(startedAt)}.\n`,
    }
  },
})

// The clock on the wall, for whoever reads it: the host's own may stand still or be ahead.
const now = () => instant(Date.now())
