import type { UnitOfWork } from '../../ports/unit-of-work.ts'

/**
 * A database that has had enough after so many transactions: what goes round and round for ever, and never waits for anything but it,
 * leaves a test runner no moment in which to end the test.
 */
export const impatient = (inner: UnitOfWork, most: number): UnitOfWork => {
  let left = most
  const count = (): void => {
    left -= 1
    if (left < 0) throw new Error(`It goes on for ever: there were ${most} transactions.`)
  }
  return {
    async read(work) {
      count()
      return inner.read(work)
    },
    async run(work) {
      count()
      return inner.run(work)
    },
  }
}
