import { fork } from 'node:child_process'
import type { EventEntry } from './lines/line.ts'
import { collectGarbage } from './measure/collect-garbage.ts'
import { drive } from './measure/drive.ts'
import { deliveryWriter } from './paid-session.ts'
import type { Scratch } from './scratch.ts'

/** The memory of a process that takes in webhooks, in bytes, all garbage collected. */
export interface MemoryFigures {
  readonly line: string
  readonly events: number
  /** Once everything is open: after the first two hundred. */
  readonly before: { readonly rss: number; readonly heap: number }
  /** After all of them. */
  readonly after: { readonly rss: number; readonly heap: number }
}

/** Measures each line in a process of its own. */
export const measureMemory = async (
  scratch: Scratch,
  entries: readonly EventEntry[],
  events: number,
): Promise<readonly MemoryFigures[]> => {
  const figures: MemoryFigures[] = []
  for (const { name } of entries) {
    const location = await scratch.create()
    if (location.kind !== 'sqlite') throw new Error('Memory is measured on SQLite.')
    figures.push({ line: name, events, ...(await inProcess(name, location.filename, events)) })
  }
  return figures
}

type Measured = Pick<MemoryFigures, 'before' | 'after'>

const inProcess = (line: string, filename: string, events: number): Promise<Measured> =>
  new Promise((resolve, reject) => {
    const args = ['--memory-of', line, '--memory-file', filename, '--memory-events', String(events)]
    const child = fork(process.argv[1] ?? '', args)
    child.once('message', (measured) => resolve(measured as Measured))
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`The process that measured '${line}' ended with ${code}.`)))
  })

/** Takes in so many webhooks in this process, eight at a time, and tells its parent what memory that took. */
export const measureOwnMemory = async ({ open }: EventEntry, filename: string, events: number): Promise<void> => {
  const line = await open({ kind: 'sqlite', filename })
  const write = await deliveryWriter()
  const take = async (count: number): Promise<void> => {
    for (let left = count; left > 0; left -= atOnce) {
      const pages = await line.openPages(Math.min(atOnce, left))
      await drive(8, pages.map(write), (delivery) => line.receive(delivery))
    }
  }
  await take(atOnce)
  const before = memoryNow()
  await take(events - atOnce)
  const after = memoryNow()
  await line.close()
  process.send?.({ before, after })
}

// Few enough that what waits to be received is small beside what is measured.
const atOnce = 200

const memoryNow = (): { readonly rss: number; readonly heap: number } => {
  collectGarbage()
  const { rss, heapUsed } = process.memoryUsage()
  return { rss, heap: heapUsed }
}
