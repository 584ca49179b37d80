import { AsyncResource } from 'node:async_hooks'
import type { UnitOfWork } from '@holdfast/core'
import type { Commit, CommitListener } from './commit.ts'
import { Notes, notedTransaction } from './noted-transaction.ts'

/**
 * The same unit of work, which tells `listener` what each transaction has kept: once, after its commit, before whoever asked
 * goes on. What was rolled back, or done in a try that lost, is not told of; nor is a commit of which nobody heard
 * how it ended ({@link StoreUnavailable} of the core), which may have been kept.
 *
 * The listener runs where the caller does, for `AsyncLocalStorage`, and so does the work, also where an adapter runs it in
 * somebody else's turn.
 */
export const observeCommits = (unitOfWork: UnitOfWork, listener: CommitListener): UnitOfWork => ({
  async run(work) {
    let notes = new Notes()
    const caller = new AsyncResource('HoldfastTransaction')
    const result = await unitOfWork.run((tx) => {
      notes = new Notes()
      return caller.runInAsyncScope(work, undefined, notedTransaction(tx, notes))
    })
    if (!notes.isEmpty) tell(listener, notes)
    return result
  },
  read: (work) => unitOfWork.read(work),
})

/** It is committed: nothing that goes wrong from here on may look as if it were not. */
const tell = (listener: CommitListener, commit: Commit): void => {
  try {
    listener(commit)
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error))
  }
}
