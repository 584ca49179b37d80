import { day, hour, instant, type Instant } from '@holdfast/core'

/** Where all the stays are. Mexico City keeps one time all year, six hours behind UTC. */
export const timeZone = 'America/Mexico_City'
const behindUtcMs = 6 * hour

/** A calendar day where the stays are: `2026-06-01`. */
export type Day = string

const arrivalHour = 15
const departureHour = 11

/** Reads a day. `undefined` for anything but a day that exists, written `2026-06-01`. */
export const parseDay = (text: string | undefined): Day | undefined => {
  if (text === undefined || !/^20\d\d-\d\d-\d\d$/.test(text)) return undefined
  const moment = Date.parse(`${text}T00:00:00Z`)
  return Number.isNaN(moment) || new Date(moment).toISOString().slice(0, 10) !== text ? undefined : text
}

/** The day it is where the stays are. */
export const dayOf = (moment: Instant): Day => new Date(moment - behindUtcMs).toISOString().slice(0, 10)

/** The day so many days later, or earlier for a negative number. */
export const addDays = (from: Day, days: number): Day =>
  new Date(Date.parse(`${from}T00:00:00Z`) + days * day).toISOString().slice(0, 10)

/** How many nights lie between two days: negative when the second comes first. */
export const nightsBetween = (arrival: Day, departure: Day): number =>
  Math.round((Date.parse(`${departure}T00:00:00Z`) - Date.parse(`${arrival}T00:00:00Z`)) / day)

/** The moment guests may come in: three in the afternoon. */
export const arrivalAt = (on: Day): Instant => atHour(on, arrivalHour)

/** The moment guests have to be out: eleven in the morning. The next may arrive the same day. */
export const departureAt = (on: Day): Instant => atHour(on, departureHour)

/** The moment a clock on the wall there shows this hour. */
export const atHour = (on: Day, hours: number): Instant =>
  instant(Date.parse(`${on}T00:00:00Z`) + hours * hour + behindUtcMs)

/** The first day of the month a day is in. */
export const monthOf = (on: Day): string => on.slice(0, 7)

/** The month so many months later: `2026-06` and 1 is `2026-07`. */
export const addMonths = (month: string, months: number): string =>
  new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)) - 1 + months, 1)).toISOString().slice(0, 7)
