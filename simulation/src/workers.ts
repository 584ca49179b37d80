import { fork } from 'node:child_process'

/** One part of several: of all seeds, or of all points, every `of`-th, beginning with number `index`. */
export interface Share {
  readonly index: number
  readonly of: number
}

/** Reads `0/2`, the first of two. Undefined for anything else. */
export const parseShare = (text: string): Share | undefined => {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text) ?? []
  const share = { index: Number(index), of: Number(of) }
  return share.index < share.of ? share : undefined
}

/** True for what has number `count`, from 0, when it belongs to this share. */
export const isIn = ({ index, of }: Share, count: number): boolean => count % of === index

/**
 * Runs this program with these arguments in several processes, each with its share, and answers what each reported. One that
 * fails tells the others to stop where they are; with `keepGoing` they do not. So does `stop`: what they have done by then is
 * reported.
 *
 * @throws when one ended without a report: it has crashed. @throws in a worker, which must not have workers of its own.
 */
export const runShares = async <Report extends { readonly code: number }>(
  args: readonly string[],
  { workers, keepGoing, stop }: { readonly workers: number; readonly keepGoing: boolean; readonly stop?: AbortSignal },
): Promise<readonly Report[]> => {
  if (isWorker()) throw new Error('A worker has no workers of its own.')
  const [, program = ''] = process.argv
  const children = Array.from({ length: workers }, (_, index) =>
    // The last word counts: each does its share alone.
    fork(program, [...args, '--workers', '1', '--share', `${index}/${workers}`], {
      execArgv: [...process.execArgv, roomForGarbage],
    }),
  )
  const stopAll = (): void => {
    for (const child of children) if (child.connected) child.send('stop')
  }
  stop?.addEventListener('abort', stopAll)
  return Promise.all(
    children.map(
      (child, index) =>
        new Promise<Report>((resolve, reject) => {
          let report: Report | undefined
          child.on('message', (message) => {
            report = message as Report
            if (report.code !== 0 && !keepGoing) stopAll()
          })
          child.on('exit', (code, signal) => {
            if (report === undefined) reject(new Error(`Worker ${index} ended without a report: ${signal ?? code}.`))
            else resolve(report)
          })
        }),
    ),
  )
}

// Nearly all that a run makes is garbage a moment later: with this much room, in megabytes, little of it is ever moved.
const roomForGarbage = '--max-semi-space-size=64'

/** True in a process that was given a share and has somebody to report to. */
export const isWorker = (): boolean => process.send !== undefined
