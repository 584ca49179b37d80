import type { Catalogue } from '../language/catalogue.ts'

/** What is wrong with a field whose schema would say it in a pattern: its code among the `errors`. */
export type WordedReason = 'not_an_amount' | 'not_a_time' | 'not_a_day_or_time' | 'not_a_currency'

/**
 * What a schema says of anything but what it wants: a code, for which the reader's language has the words. Of a field that is
 * missing the schema says so itself.
 */
export const worded = (reason: WordedReason) => ({
  error: ({ input }: { readonly input?: unknown }): string | undefined => (input === undefined ? undefined : reason),
})

/** The words for what a schema has said by {@link worded}; `undefined` for anything else that it says. */
export const wordsFor = (said: string, { messages, payloadReasons }: Catalogue): string | undefined => {
  switch (said as WordedReason) {
    case 'not_an_amount':
      return messages.not_an_amount
    case 'not_a_day_or_time':
      return messages.not_a_day_or_time
    case 'not_a_time':
      return payloadReasons.not_a_time({ code: 'not_a_time' })
    case 'not_a_currency':
      return payloadReasons.not_a_currency({ code: 'not_a_currency' })
    default:
      return undefined
  }
}
