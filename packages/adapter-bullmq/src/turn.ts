import { AsyncLocalStorage } from 'node:async_hooks'
import type { Json, QueueName } from '@holdfast/core'
import type { JobData, RowKey } from './work-row.ts'

/** What became of the row whose turn it is, as committed. */
export type TurnEnd =
  | { readonly type: 'done'; readonly result?: Json }
  | { readonly type: 'dead'; readonly error: string }
  | { readonly type: 'postponed' }

/**
 * A job's turn at its row. While it lasts, whoever asks the row's table for work that is due is given this row or nothing, and how
 * the row ended is written down here.
 */
export interface Turn extends RowKey, JobData {
  end?: TurnEnd
  /** Whether a transaction of this turn went through the unit of work that knows of turns. */
  isSeen: boolean
  isOver: boolean
}

const turns = new AsyncLocalStorage<Turn>()

/** The turn that the caller is in, if any. */
export const currentTurn = (): Turn | undefined => {
  const turn = turns.getStore()
  if (turn === undefined || turn.isOver) return undefined
  turn.isSeen = true
  return turn
}

/** Runs `work` as a turn at one row, and answers how the row ended: `undefined` when it was not to be had. */
export const takeTurn = async (
  queue: QueueName,
  { id, life }: JobData,
  work: () => Promise<unknown>,
): Promise<TurnEnd | undefined> => {
  const turn: Turn = { queue, id, life, isSeen: false, isOver: false }
  try {
    await turns.run(turn, work)
  } finally {
    // What goes on in the background from here on is in no turn.
    turn.isOver = true
  }
  if (!turn.isSeen)
    throw new Error('This Holdfast was not created with the unit of work of the dispatch that it was started with.')
  return turn.end
}
