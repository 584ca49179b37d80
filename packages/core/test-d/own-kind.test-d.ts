import {
  defineKind,
  money,
  ok,
  type FulfilmentKind,
  type Json,
  type PayloadFault,
  type QuoteRefusal,
  type StandardSchema,
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
).toEqualTypeOf<FulfilmentKind>()

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
