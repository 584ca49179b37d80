import type { Transaction, UnitOfWork } from '@holdfast/core'
import type { Epoch } from '../kernel/kernel.ts'
import { inTransaction } from './in-transaction.ts'
import type { Turns } from './turns.ts'

/** What the scheduler is told of transactions. */
export interface Gating {
  /** Also stop before every call of a store: more orders, and more points at which to crash. */
  readonly statements: boolean
  /** Lets one transaction in at a time, where that is wanted. */
  readonly turns: Turns | undefined
  /** Told when a transaction that writes has begun, and when it has done its work. */
  readonly onWriting: (by: 1 | -1) => void
  /** Told when a transaction that may have written is committed, before whoever ran it knows. */
  readonly onCommit: () => void
}

/**
 * A unit of work that stops wherever a process can be interrupted: before it begins, before each store's call, before the
 * commit, and after the commit but before anybody hears of it.
 */
export const gatedUnitOfWork = (
  inner: UnitOfWork,
  epoch: Epoch,
  { statements, turns, onWriting, onCommit }: Gating,
): UnitOfWork => {
  const inside = async <T>(tx: Transaction, work: (tx: Transaction) => Promise<T>): Promise<T> =>
    inTransaction(() => work(statements ? gatedTransaction(tx, epoch) : tx))
  const inTurn = async <T>(mode: 'read' | 'write', run: () => Promise<T>): Promise<T> => {
    const leave = await turns?.take(epoch, mode)
    return run().finally(leave)
  }
  return {
    async run(work) {
      await epoch.gate('begin')
      const result = await inTurn('write', () =>
        inner.run(async (tx) => {
          onWriting(1)
          try {
            if (statements) await epoch.gate('begun')
            const done = await inside(tx, work)
            await epoch.gate('commit')
            return done
          } finally {
            onWriting(-1)
          }
        }),
      )
      onCommit()
      await epoch.gate('committed')
      return result
    },
    async read(work) {
      await epoch.gate('read')
      return inTurn('read', () => inner.read((tx) => inside(tx, work)))
    },
  }
}

const gatedTransaction = (tx: Transaction, epoch: Epoch): Transaction => {
  const stores: Record<string, unknown> = {}
  for (const [name, store] of Object.entries(tx)) {
    const calls: Record<string, unknown> = {}
    for (const [call, run] of Object.entries(store as Readonly<Record<string, (...args: unknown[]) => unknown>>))
      calls[call] = async (...args: unknown[]) => {
        await epoch.gate(`${name}.${call}`)
        return run(...args)
      }
    stores[name] = calls
  }
  // What stands behind it, for those who write rows of their own.
  for (const hidden of Object.getOwnPropertySymbols(tx)) Reflect.set(stores, hidden, Reflect.get(tx, hidden))
  return stores as unknown as Transaction
}
