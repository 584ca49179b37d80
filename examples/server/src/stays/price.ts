import { after, day, money, type Instant, type Money } from '@holdfast/core'
import { addDays, arrivalAt, atHour, nightsBetween, type Day } from './nights.ts'
import type { Property } from './properties.ts'

/** What a stay costs, and what of it is due when. */
export interface StayPrice {
  readonly nights: number
  readonly total: Money
  /** Due now: three tenths, or everything when arrival is close. */
  readonly now: Money
  /** Due later, from the card that the first payment leaves behind. Absent when everything is due now. */
  readonly later?: { readonly amount: Money; readonly dueAt: Instant; readonly dueOn: Day }
}

/** The balance is due this many days before arrival, at nine in the morning. */
export const balanceDaysBeforeArrival = 30

/** Three tenths of the price are the deposit. */
export const depositPercent = 30

/** Prices a stay. Where less than {@link balanceDaysBeforeArrival} days are left, there is no balance: all is due now. */
export const priceStay = (
  property: Property,
  stay: { readonly arrival: Day; readonly departure: Day },
  now: Instant,
): StayPrice => {
  const nights = nightsBetween(stay.arrival, stay.departure)
  const { currency, minorUnits } = property.nightly
  const total = money(minorUnits * BigInt(nights), currency)
  const dueOn = addDays(stay.arrival, -balanceDaysBeforeArrival)
  const dueAt = atHour(dueOn, 9)
  if (dueAt <= after(now, day)) return { nights, total, now: total }
  const deposit = money((total.minorUnits * BigInt(depositPercent)) / 100n, currency)
  return {
    nights,
    total,
    now: deposit,
    later: { amount: money(total.minorUnits - deposit.minorUnits, currency), dueAt, dueOn },
  }
}

/** Whether guests have arrived by now: then nothing of the price goes back. */
export const hasArrived = (arrival: Day, now: number): boolean => now >= arrivalAt(arrival)
