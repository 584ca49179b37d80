import type { QuoteRefusal } from '@holdfast/core'

/** What an address says of something that could not be opened: for a payload that will not do, why, where that is known. */
export const problemCode = (refusal: QuoteRefusal | { readonly code: string }): string =>
  'reason' in refusal && refusal.reason !== undefined ? refusal.reason.code : refusal.code
