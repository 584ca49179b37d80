import type { Transaction } from '@holdfast/core'
import type { Sabotage } from '../system/process.ts'

/** Puts something else in the place of stores, in every transaction. */
export const onTransaction = (change: (tx: Transaction) => Partial<Transaction>): Sabotage => ({
  unitOfWork: (inner) => ({
    run: (work) => inner.run((tx) => work({ ...tx, ...change(tx) })),
    read: (work) => inner.read((tx) => work({ ...tx, ...change(tx) })),
  }),
})
