import {
  appointmentCatalogue,
  consultationKind,
  defineKind,
  money,
  ok,
  reservationKind,
  typedCatalogue,
  walletTopUpKind,
  type AppointmentRequest,
  type ConsultationCatalogue,
  type FulfilmentKind,
  type Holdfast,
  type Json,
  type KindRequest,
  type PayloadFault,
  type QuoteRefusal,
  type ReservationCatalogue,
  type Schedules,
  type StandardSchema,
  type TopUpRequest,
  type TypedKind,
  type UnitOfWork,
} from '@holdfast/core'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'

const item = { name: 'Ticket', description: 'A' }
const amount = money(50_00n, 'EUR')
const done = { type: 'done', record: { type: 'ticket', id: 't_1' } } as const

// What the schema makes of a payload is what the functions get, and what the price rule remembers is what comes back.
expectTypeOf(
  defineKind({
    name: 'ticket',
    payload: z.object({ show: z.string(), seats: z.int().optional() }),
    price: async (payload, { now }) => {
      expectTypeOf(payload).toEqualTypeOf<{ show: string; seats?: number | undefined }>()
      return ok({ amount, item, details: { pricedAt: now, seat: 'A1' } })
    },
    available: (_tx, { details }) => details.seat === 'A1',
    fulfil: ({ payload, details }) => {
      expectTypeOf(payload.show).toEqualTypeOf<string>()
      expectTypeOf(details.seat).toEqualTypeOf<string>()
      return done
    },
  }),
).toEqualTypeOf<TypedKind<{ show: string; seats?: number | undefined }>>()

defineKind({
  name: 'ticket',
  payload: z.object({ show: z.string() }),
  // @ts-expect-error the schema knows no seat
  price: ({ seat }) => ok({ amount, item, details: { seat } }),
  fulfil: () => done,
})

defineKind({
  name: 'ticket',
  payload: z.object({ show: z.string() }),
  price: () => ok({ amount, item, details: { seat: 'A1' } }),
  // @ts-expect-error the price rule remembers no row
  fulfil: ({ details }) => ({ type: 'done', record: { type: 'ticket', id: details.row } }),
})

defineKind({
  name: 'ticket',
  // @ts-expect-error a date does not survive being stored: it would come back as text
  payload: z.object({ day: z.coerce.date() }),
  price: () => ok({ amount, item, details: {} }),
  fulfil: () => done,
})

defineKind({
  name: 'ticket',
  payload: z.string(),
  price: () => ok({ amount, item, details: {} }),
  // @ts-expect-error it is done, or it cannot be had: "perhaps" is neither
  fulfil: () => ({ type: 'perhaps' }),
})

// zod keeps to the standard, and so may anybody else.
expectTypeOf<z.ZodType<{ show: string }>>().toExtend<StandardSchema<{ show: string }>>()
expectTypeOf<Extract<QuoteRefusal, { code: 'invalid_payload' }>['also']>().toEqualTypeOf<
  readonly PayloadFault[] | undefined
>()

// A host refuses with its own words, with a reason of its own beside them, or with a built-in one.
const refuse = (fault: PayloadFault): QuoteRefusal => ({ code: 'invalid_payload', ...fault })
refuse({ field: 'seat', message: 'Taken out for repair.' })
refuse({ field: 'seat', message: 'Gone.', reason: { code: 'seat:broken', facts: { until: '2026-12-01' } } })
refuse({ field: 'seat', message: 'Gone.', reason: { code: 'slot_begun' } })
// @ts-expect-error without a colon it could be the name of a built-in reason some day
refuse({ field: 'seat', message: 'Gone.', reason: { code: 'seat_broken' } })
// @ts-expect-error the facts that it is worded with are missing
refuse({ field: 'seat', message: 'Gone.', reason: { code: 'slot_within_notice' } })
expectTypeOf<StandardSchema<number>>().toExtend<StandardSchema<Json>>()

// A kind is asked for as its schema takes it: what has a default may be left out, what is read from text is sent as text.
const ticket = defineKind({
  name: 'ticket',
  payload: z.object({ show: z.string(), seats: z.int().default(1), row: z.string().transform((row) => row.length) }),
  price: ({ seats, row }) => {
    expectTypeOf(seats).toEqualTypeOf<number>()
    expectTypeOf(row).toEqualTypeOf<number>()
    return ok({ amount, item, details: {} })
  },
  fulfil: () => done,
})
expectTypeOf(ticket).toExtend<FulfilmentKind>()
expectTypeOf(ticket.request).parameters.toEqualTypeOf<[{ show: string; seats?: number | undefined; row: string }]>()
expectTypeOf(ticket.request).returns.toEqualTypeOf<KindRequest>()
declare const openIntent: Holdfast['openIntent']
const actor = { type: 'owner', id: 'ana' as never } as const
void openIntent({ actor, ...ticket.request({ show: 'celestina', row: 'AA' }), idempotencyKey: 'k' })
// @ts-expect-error a show is named by text
ticket.request({ show: 7, row: 'AA' })
// @ts-expect-error the row is missing
ticket.request({ show: 'celestina' })

// What cannot be kept cannot be sent, whatever the schema would take; what it takes anything for, anything can be sent for that is kept.
const day = defineKind({
  name: 'day',
  payload: z.union([z.date(), z.string()]).transform(String),
  price: () => ok({ amount, item, details: {} }),
  fulfil: () => done,
})
day.request('2027-03-05')
// @ts-expect-error a date does not survive being stored
day.request(new Date())
const counted = defineKind({
  name: 'counted',
  payload: z.object({ seats: z.coerce.number() }),
  price: () => ok({ amount, item, details: {} }),
  fulfil: () => done,
})
counted.request({ seats: '7' })

// Built-in kinds are asked for as their catalogue reads: by a schema, or as it says itself, or in any way.
declare const unitOfWork: UnitOfWork
declare const schedules: Schedules
declare const untold: { readonly reservations: ReservationCatalogue; readonly consultations: ConsultationCatalogue }
const stays = typedCatalogue({
  payload: z.strictObject({ house: z.string(), guests: z.int().default(2) }),
  quote: ({ house, guests }) => {
    expectTypeOf(guests).toEqualTypeOf<number>()
    const slot = { resourceId: house as never, unit: 0, startsAt: 0 as never, endsAt: 1 as never }
    return ok({ amount, purpose: 'full', item, slot, details: {} })
  },
})
expectTypeOf(reservationKind({ catalogue: stays, unitOfWork })).toEqualTypeOf<
  TypedKind<{ house: string; guests?: number | undefined }>
>()
expectTypeOf(reservationKind({ catalogue: untold.reservations, unitOfWork })).toEqualTypeOf<TypedKind<Json>>()
const appointments = appointmentCatalogue({ schedules, price: () => ({ amount, item }) })
expectTypeOf(reservationKind({ catalogue: appointments, unitOfWork })).toEqualTypeOf<TypedKind<AppointmentRequest>>()
const chats = typedCatalogue({
  payload: z.strictObject({ doctor: z.string() }),
  quote: async ({ doctor }) => ok({ amount, item, resourceId: doctor as never }),
})
expectTypeOf(consultationKind({ catalogue: chats })).toEqualTypeOf<TypedKind<{ doctor: string }>>()
expectTypeOf(consultationKind({ catalogue: untold.consultations })).toEqualTypeOf<TypedKind<Json>>()
// @ts-expect-error a reservation is quoted with a slot
reservationKind({ catalogue: chats, unitOfWork })

const topUp = walletTopUpKind({ unitOfWork, limits: {}, item: () => item })
expectTypeOf(topUp).toEqualTypeOf<TypedKind<TopUpRequest>>()
topUp.request({ amount: '12.50', currency: 'EUR' })
topUp.request({ intent_id: 'int_1' })
// @ts-expect-error an amount is text: it is read to the last decimal
topUp.request({ amount: 12.5, currency: 'EUR' })
// @ts-expect-error an amount is in a currency
topUp.request({ amount: '12.50' })
