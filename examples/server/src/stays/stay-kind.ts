import {
  err,
  ok,
  reservationKind,
  typedCatalogue,
  type Id,
  type IdKind,
  type Ids,
  type Json,
  type LineItem,
  type OwnerId,
  type PendingIntent,
  type ReservationId,
  type ResourceId,
  type TypedKind,
  type UnitOfWork,
} from '@holdfast/core'
import { z } from 'zod'
import { textsIn, type Language } from '../language/language.ts'
import { addDays, arrivalAt, dayOf, departureAt, nightsBetween, parseDay, type Day } from './nights.ts'
import { priceStay } from './price.ts'
import { findProperty, type Property } from './properties.ts'

/** What a guest asks for. Prices are not part of it, and refused: they are the server's. */
export const stayRequest = z.strictObject({
  property: z.string().max(60),
  arrival: z.string().max(10),
  departure: z.string().max(10),
  guests: z.number().int().min(1).max(20).default(2),
})

/** What a booking remembers of what was asked for. */
export const stayDetails = z.object({
  property: z.string(),
  name: z.string(),
  arrival: z.string(),
  departure: z.string(),
  guests: z.number(),
})

/** The longest stay, in nights. */
export const longestStayNights = 28
/** How far ahead a stay may begin, in days. */
export const furthestAheadDays = 540

/** Which language somebody reads. */
type LanguageOf = (owner: OwnerId) => Language

/** Reads what a stranger sent, checks it against the calendar, and prices it. What is on the bill is in its payer's language. */
const stayCatalogue = (languageOf: LanguageOf) =>
  typedCatalogue({
    payload: stayRequest,
    quote: (wanted, { owner, now }) => {
      const property = findProperty(wanted.property)
      if (property === undefined) return err({ code: 'unknown_resource', field: 'property' })
      const arrival = parseDay(wanted.arrival)
      const departure = parseDay(wanted.departure)
      if (arrival === undefined) return invalid('arrival', 'A day, written 2026-06-01.')
      if (departure === undefined) return invalid('departure', 'A day, written 2026-06-01.')
      const problem = problemWith({ arrival, departure, guests: wanted.guests }, property, dayOf(now))
      if (problem !== undefined) return invalid(problem.field, problem.message)

      const stay = { arrival, departure }
      const language = languageOf(owner)
      const { onBill } = textsIn[language].stay
      const price = priceStay(property, stay, now)
      return ok({
        amount: price.now,
        purpose: price.later === undefined ? 'full' : 'deposit',
        item: {
          name: `${price.later === undefined ? onBill.full : onBill.deposit} · ${property.name}`,
          description: `${arrival} → ${departure}`,
        },
        ...(price.later === undefined
          ? {}
          : {
              balance: {
                amount: price.later.amount,
                dueAt: price.later.dueAt,
                item: balanceItem(language, property.name, stay),
              },
            }),
        slot: {
          resourceId: property.slug as ResourceId,
          unit: 0,
          startsAt: arrivalAt(arrival),
          endsAt: departureAt(departure),
        },
        details: {
          property: property.slug,
          name: property.name,
          arrival,
          departure,
          guests: wanted.guests,
          metadata: { property: property.slug, arrival, departure },
        },
      })
    },
  })

/**
 * The built-in reservation, with one thing more: the balance's line names the booking, whose id is known only once the
 * deposit has made it.
 */
export const stayKind = (unitOfWork: UnitOfWork, languageOf: LanguageOf): TypedKind<z.input<typeof stayRequest>> => {
  const reservation = reservationKind({ catalogue: stayCatalogue(languageOf), unitOfWork })
  return {
    ...reservation,
    fulfil: (paid) => {
      const bookingId = paid.ids.next('reservation')
      return reservation.fulfil({
        ...paid,
        ids: withReservationId(paid.ids, bookingId),
        intent: naming(paid.intent, bookingId, languageOf(paid.intent.owner)),
      })
    },
  }
}

const problemWith = (
  { arrival, departure, guests }: { readonly arrival: Day; readonly departure: Day; readonly guests: number },
  property: Property,
  today: Day,
): { readonly field: string; readonly message: string } | undefined => {
  const nights = nightsBetween(arrival, departure)
  if (arrival <= today) return { field: 'arrival', message: 'From tomorrow on.' }
  if (arrival > addDays(today, furthestAheadDays))
    return { field: 'arrival', message: `At most ${furthestAheadDays} days ahead.` }
  if (nights < 1) return { field: 'departure', message: 'At least one night after arrival.' }
  if (nights > longestStayNights) return { field: 'departure', message: `At most ${longestStayNights} nights.` }
  if (guests > property.guests) return { field: 'guests', message: `At most ${property.guests} guests.` }
  return undefined
}

const invalid = (field: string, message: string) => err({ code: 'invalid_payload' as const, field, message })

const balanceItem = (
  language: Language,
  name: string,
  { arrival, departure }: { readonly arrival: Day; readonly departure: Day },
  bookingId?: string,
): LineItem => {
  const { onBill } = textsIn[language].stay
  return {
    name: `${onBill.balance} · ${name}`,
    description: `${onBill.booking}${bookingId === undefined ? '' : ` #${bookingId}`} — ${arrival} → ${departure}`,
  }
}

const naming = (intent: PendingIntent, bookingId: ReservationId, language: Language): PendingIntent => {
  const { balance, details } = intent.quote
  if (balance === undefined) return intent
  const { name, ...stay } = stayDetails.parse(details)
  return {
    ...intent,
    quote: { ...intent.quote, balance: { ...balance, item: balanceItem(language, name, stay, bookingId) } },
  }
}

const withReservationId = (ids: Ids, reservationId: ReservationId): Ids => ({
  token: () => ids.token(),
  next: <Kind extends IdKind>(kind: Kind): Id<Kind> =>
    kind === 'reservation' ? (reservationId as Id<string> as Id<Kind>) : ids.next(kind),
})

/** A booking's details as they were stored, read back. */
export const readStayDetails = (details: Readonly<Record<string, Json>>): z.infer<typeof stayDetails> =>
  stayDetails.parse(details)
