import type { Caller } from '@holdfast/adapter-http'
import type { Reservation } from '@holdfast/core'
import { hasArrived } from './price.ts'
import { readStayDetails } from './stay-kind.ts'

/** Everything that was paid comes back until the stay begins. Staff may give it back at any time. */
export const cancellationTerms = (
  { details }: Pick<Reservation, 'details'>,
  { type }: Caller,
  now: number,
): 'all' | 'nothing' => (type === 'staff' || !hasArrived(readStayDetails(details).arrival, now) ? 'all' : 'nothing')
