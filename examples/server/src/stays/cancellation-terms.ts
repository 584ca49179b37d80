import type { Caller } from '@holdfast/adapter-http'
import { day, type Reservation } from '@holdfast/core'
import { isDoctor } from '../clinic/doctors.ts'
import { hasArrived } from './price.ts'
import { readStayDetails } from './stay-kind.ts'

/**
 * Everything that was paid comes back until the stay begins, and until a day before an appointment. Staff may give it back
 * at any time.
 */
export const cancellationTerms = (
  reservation: Pick<Reservation, 'details' | 'slot'>,
  { type }: Caller,
  now: number,
): 'all' | 'nothing' => (type === 'staff' || isEarly(reservation, now) ? 'all' : 'nothing')

const isEarly = ({ details, slot }: Pick<Reservation, 'details' | 'slot'>, now: number): boolean =>
  isDoctor(slot.resourceId) ? now < slot.startsAt - day : !hasArrived(readStayDetails(details).arrival, now)
