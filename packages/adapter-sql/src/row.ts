import { bug, decodeJson, encodeJson, instant, money, type Instant, type Money, type OnlySought } from '@holdfast/core'
import type { Row } from './session.ts'

/** Text that must be there. */
export const text = (row: Row, column: string): string => {
  const value = row[column]
  return typeof value === 'string' ? value : bad(row, column)
}

/** Text, or nothing. */
export const maybeText = (row: Row, column: string): string | undefined => {
  const value = row[column]
  return value === null ? undefined : typeof value === 'string' ? value : bad(row, column)
}

/** A count or a version: it fits a double. */
export const count = (row: Row, column: string): number => {
  const value = Number(row[column] ?? bad(row, column))
  return Number.isSafeInteger(value) ? value : bad(row, column)
}

/** A count, or nothing. */
export const maybeCount = (row: Row, column: string): number | undefined =>
  row[column] === null ? undefined : count(row, column)

/** A moment that must be there. */
export const moment = (row: Row, column: string): Instant => instant(count(row, column))

/** A moment, or nothing. */
export const maybeMoment = (row: Row, column: string): Instant | undefined =>
  row[column] === null ? undefined : moment(row, column)

/** Since when it is only looked for, where it is. */
export const readOnlySought = (row: Row): OnlySought => {
  const askingEndedAt = maybeMoment(row, 'asking_ended_at')
  return askingEndedAt === undefined ? {} : { askingEndedAt }
}

/** 64 bits without loss: the column has to be selected with {@link exactly}. */
export const minorUnits = (row: Row, column: string): bigint => BigInt(text(row, column))

/** An amount and its currency. */
export const amount = (row: Row, prefix: string): Money =>
  money(minorUnits(row, `${prefix}_minor`), text(row, `${prefix}_currency`))

/** Yes or no. */
export const flag = (row: Row, column: string): boolean => count(row, column) === 1

/** What {@link jsonText} wrote. */
export const json = <T>(row: Row, column: string): T => {
  const written = text(row, column)
  const value = decodeJson<T>(written)
  if (typeof value === 'object' && value !== null) texts.set(value, written)
  return value
}

/** As JSON. What was read and never changed is not written anew: it goes back as the text that it came from. */
export const jsonText = (value: unknown): string =>
  (typeof value === 'object' && value !== null ? texts.get(value) : undefined) ?? encodeJson(value)

const texts = new WeakMap<object, string>()

/** The columns of a SELECT, money among them as text: a driver's numbers are doubles. */
export const exactly = (columns: readonly string[], table?: string): string =>
  columns
    .map((column) => {
      const name = table === undefined ? column : `${table}.${column}`
      return column.endsWith('_minor') ? `CAST(${name} AS text) AS ${column}` : name
    })
    .join(', ')

/** A row that no version of this package has written. */
export const bad = (row: Row, column: string): never =>
  bug(`Column '${column}' holds ${JSON.stringify(String(row[column]))}, which cannot be (row '${String(row['id'])}').`)
