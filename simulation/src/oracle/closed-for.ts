import type { Entry } from './edges.ts'
import type { Counts } from './sometimes.ts'

/** Counts a commit in which somebody who pays without a page has an open one closed first. */
export const countClosedFor = (entries: readonly Entry[], counts: Counts): void => {
  if (isClosedFor('pay_from_wallet', entries)) counts.add('page_closed_for_wallet')
  if (isClosedFor('pay_with_saved_card', entries)) counts.add('page_closed_for_card')
}

const isClosedFor = (paying: string, entries: readonly Entry[]): boolean =>
  entries.some(({ type, name }) => type === 'command' && name === paying) &&
  entries.some(({ type, name }) => type === 'fact' && name === 'close_requested')
