import type { Catalogue } from '../language/catalogue.ts'
import type { RefusalWith } from './refusal.ts'

/** Refuses an amount that no schema could: how many decimals it may have is known only with its currency. */
export const tooManyDecimals = (field: string, currency: string, words: Catalogue): RefusalWith<'invalid_request'> => ({
  code: 'invalid_request',
  errors: [{ field, code: 'too_many_decimals', message: `${words.messages.too_many_decimals} (${currency})` }],
})
