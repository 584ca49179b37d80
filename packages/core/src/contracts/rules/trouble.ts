import * as fc from 'fast-check'
import type { ProviderFault } from '../../memory/index.ts'

/** What goes wrong with the very call that a step is about, if anything does. */
export interface Trouble {
  readonly trouble: ProviderFault | undefined
}

/** Which of the things there are a step is about, see {@link at}. */
export const on = fc.nat(7)
/** Any fault, a lost answer more often. */
export const fault = fc.constantFrom<ProviderFault>(
  'answer_lost',
  'answer_lost',
  'request_lost',
  'unreachable',
  'error_with_effect',
  'error_without_effect',
  'unrecognized_status',
)
/** Mostly none. */
export const trouble = fc.option(fault, { nil: undefined, freq: 3 })

/** What a step's number points at: one of these, counted around. */
export const at = <T>(list: readonly T[], index: number): T | undefined =>
  list.length === 0 ? undefined : list[index % list.length]
