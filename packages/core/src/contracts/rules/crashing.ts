import type { UnitOfWork } from '../../ports/unit-of-work.ts'

/** The end of a process, in the middle of its work. */
export class Crash extends Error {
  override readonly name = 'Crash'
}

/** A database that a process may lose in the middle: before a commit, or after one that it never hears of. */
export interface CrashingUnitOfWork extends UnitOfWork {
  /** Strikes once, after `left` more transactions. `committed`: what the last one did is kept, and nobody is told. */
  plan(left: number, committed: boolean): void
  /** No more crashes. */
  calm(): void
}

/** Lets a unit of work crash when told to. */
export const crashing = (inner: UnitOfWork): CrashingUnitOfWork => {
  let planned: { readonly left: number; readonly committed: boolean } | undefined
  const strike = (committed: boolean): void => {
    if (planned?.committed !== committed) return
    const { left } = planned
    planned = left > 0 ? { left: left - 1, committed } : undefined
    if (left === 0) throw new Crash('The process ended here.')
  }
  return {
    read: (work) => inner.read(work),
    run: async (work) => {
      const result = await inner.run(async (tx) => {
        const done = await work(tx)
        strike(false)
        return done
      })
      strike(true)
      return result
    },
    plan: (left, committed) => void (planned = { left, committed }),
    calm: () => void (planned = undefined),
  }
}
