import type { FailureCode } from '@holdfast/core'
import type { Visitor } from './visitor.ts'

/** Why a payment failed, for whoever would have paid: what our pages say beside it, it does not say as well. */
export const whyFailed = ({ t, words }: Pick<Visitor, 't' | 'words'>, code: FailureCode): string =>
  code === 'provider_error' ? t.outcome.providerFault : words.failures[code]
