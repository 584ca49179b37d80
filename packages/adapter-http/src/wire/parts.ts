import {
  decimalString,
  instant,
  isoTime,
  maxIdLength,
  parseId,
  type Instant,
  type Json,
  type Money,
} from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import { worded } from './worded.ts'

/** An id, of ours or of the host's. */
export const id = z
  .string()
  .refine((text) => parseId(text) !== undefined)
  .openapi({ pattern: '^[A-Za-z0-9_.:@-]+$', minLength: 1, maxLength: maxIdLength })

/** A moment, as ISO 8601 in UTC. */
export const time = z.iso.datetime().openapi({ example: '2027-05-02T12:00:00.000Z' })

/** A moment as Stripe writes it, in whole seconds since 1970. */
export const epochSeconds = z.int().openapi({ description: 'Seconds since 1970-01-01T00:00:00Z.', example: 1704115200 })

/** A moment as whoever asks writes it: ISO 8601 with an offset or `Z`. */
export const askedTime = z.iso
  .datetime({ offset: true, ...worded('not_a_time') })
  .openapi({ example: '2027-05-02T09:00:00-06:00' })

/** As {@link askedTime}, or a day, which is its first moment in UTC. */
export const askedDayOrTime = z.union([askedTime, z.iso.date()], worded('not_a_day_or_time')).openapi({
  type: 'string',
  description: 'A time with its offset, or a day: its first moment in UTC.',
  example: '2027-05-02',
})

/** The moment that {@link askedTime} or {@link askedDayOrTime} has let through. */
export const momentOf = (text: string): Instant => instant(Date.parse(text))

/** An amount as people write it, with the currency's decimals. */
export const amount = z.string().openapi({ description: 'A decimal amount.', example: '100.00' })

/** An amount that is asked for: digits with at most three decimals, above zero. Never a JSON number. */
export const askedAmount = z
  .string(worded('not_an_amount'))
  .regex(/^(?=.*[1-9])\d{1,15}(\.\d{1,3})?$/, worded('not_an_amount'))
  .openapi({ description: "A decimal amount above zero, with at most the currency's decimals.", example: '25.50' })

/** A currency as ISO 4217 has it. */
export const currency = z
  .string(worded('not_a_currency'))
  .regex(/^[A-Z]{3}$/, worded('not_a_currency'))
  .openapi({ example: 'MXN' })

/** A text that the catalogue of the reader's language gives. */
export const words = z.string().openapi({ description: "In the reader's language, by Accept-Language." })

/** A text of somebody's own, of at most `longest` characters: line breaks and tabs, but nothing else that cannot be seen. */
export const shortText = (longest: number) =>
  z
    .string()
    .max(longest)
    .refine((text) => !/[^\P{Cc}\t\n\r]/u.test(text))
    .openapi({ maxLength: longest })

/** What a host keeps in a shape of its own. */
export const free = z.record(z.string(), z.unknown())

/** Where one page of a list ends and the next begins. */
export const nextCursor = z
  .string()
  .nullable()
  .openapi({ description: 'Send as `after` for the next page; null when there is none.' })

/** The query that every list takes. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: id.optional().openapi({ description: 'The `next_cursor` of the page before.' }),
} as const

/** One page out of `limit + 1` rows: a row too many says that there is another page. */
export const pageOf = <Row>(
  rows: readonly Row[],
  limit: number,
  idOf: (row: Row) => string,
): { readonly rows: readonly Row[]; readonly next_cursor: string | null } => {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { rows: shown, next_cursor: rows.length > limit && last !== undefined ? idOf(last) : null }
}

/** Money as two fields. */
export const moneyFields = (money: Money): { readonly amount: string; readonly currency: string } => ({
  amount: decimalString(money),
  currency: money.currency,
})

/** Seconds since 1970, rounded down, as Stripe writes times. */
export const epochSecondsOf = (moment: Instant): number => Math.floor(moment / 1000)

/** A moment that may be absent. */
export const timeOrNull = (moment: Instant | undefined): string | null =>
  moment === undefined ? null : isoTime(moment)

/** A status as it stands on the wire of payments: in capitals. */
export const capitals = <Status extends string>(status: Status): Uppercase<Status> =>
  status.toUpperCase() as Uppercase<Status>

/** What a host keeps, as JSON that any reader takes: big integers become text. */
export const plain = (value: Json): unknown => {
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value as Readonly<Record<string, Json>>).map(([key, part]) => [key, plain(part)]),
  )
}

/** As {@link plain}, for what is known to be an object. */
export const plainObject = (value: Readonly<Record<string, Json>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]))
