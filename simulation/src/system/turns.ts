import type { Epoch } from '../kernel/kernel.ts'

/** Lets one at a time into the database. */
export interface Turns {
  /** Resolves when a process may begin a transaction. Answers how to tell that it is over; the end of the process tells too. */
  take(epoch: Epoch, mode: 'read' | 'write'): Promise<() => void>
}

/**
 * Of all processes one writes at a time, and of each process's transactions one is under way at a time.
 *
 * SQLite turns away a second writer, and Postgres makes whoever wants the same row wait; neither is seen here, so that what
 * is left does the same on both. Who waits is told when a transaction has ended, stops at a gate and looks again: the
 * scheduler decides who is next, and a process that stands still has taken nothing.
 */
export const createTurns = (): Turns => {
  const inside = new Set<Epoch>()
  let writer: Epoch | undefined
  let waiting: (() => void)[] = []
  const leave = (epoch: Epoch): void => {
    if (!inside.delete(epoch)) return
    if (writer === epoch) writer = undefined
    const told = waiting
    waiting = []
    for (const tell of told) tell()
  }
  return {
    async take(epoch, mode) {
      while (inside.has(epoch) || (mode === 'write' && writer !== undefined)) {
        await new Promise<void>((resolve) => void waiting.push(resolve))
        await epoch.gate('turn')
      }
      inside.add(epoch)
      if (mode === 'write') writer = epoch
      epoch.onEnd(() => leave(epoch))
      return () => leave(epoch)
    },
  }
}
