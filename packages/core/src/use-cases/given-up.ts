import { Contention, StoreUnavailable } from '../ports/unit-of-work.ts'
import type { Dependencies } from './dependencies.ts'

/**
 * True where work has failed so often that a human has to see to it. A try that the database did not let end says nothing of the work:
 * it is tried again, however often.
 */
export const isGivenUp = (
  { settings }: Pick<Dependencies, 'settings'>,
  { tries }: { readonly tries: number },
  error: unknown,
): boolean =>
  tries >= settings.triesBeforeDead && !(error instanceof Contention) && !(error instanceof StoreUnavailable)
