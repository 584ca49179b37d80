import { InvalidArgumentError } from '@commander-js/extra-typings'
import { parseId, parseIsoTime, type Instant, type PaymentId } from '@holdfast/core'

/** Reads a number above zero, no larger than `most`. @throws InvalidArgumentError that gives an example. */
export const positiveNumber =
  ({ most, of, example }: { readonly most: number; readonly of: string; readonly example: string }) =>
  (text: string): number => {
    const number = Number(text)
    if (/^\d+(\.\d+)?$/.test(text) && number > 0 && number <= most) return number
    throw new InvalidArgumentError(`Give a positive number of ${of}, such as ${example}.`)
  }

/** A length of time in seconds, no more than a day: longer than anybody waits. */
export const positiveSeconds = positiveNumber({ most: 86_400, of: 'seconds, at most a day', example: '60 or 0.5' })

/** Reads a whole number of 1 or more. */
export const positiveCount = (text: string): number => {
  const count = Number(text)
  if (/^\d+$/.test(text) && count > 0 && Number.isSafeInteger(count)) return count
  throw new InvalidArgumentError('Give a whole number of 1 or more.')
}

/** Reads what can be the id of a payment. */
export const paymentId = (text: string): PaymentId => {
  const id = parseId<'payment'>(text)
  if (id !== undefined) return id
  throw new InvalidArgumentError('A payment is known by an id such as pay_fjk20mtg3nhbmsvcpyg8mxbvx9.')
}

/** Reads what can be an id of anything, here or at the provider. */
export const anyId = (text: string): string => {
  const id = parseId(text)
  if (id !== undefined) return id
  throw new InvalidArgumentError('Give an id such as pay_fjk20mtg3nhbmsvcpyg8mxbvx9, ord_… or cs_….')
}

/** Reads what can be an e-mail address. Whose it is, only the host knows. */
export const email = (text: string): string => {
  if (/^[^\s@]+@[^\s@]+$/.test(text)) return text
  throw new InvalidArgumentError('Give an address such as ana@example.com.')
}

/** Reads a moment: a day, which is its first in UTC, or a time that says how far it is from UTC. */
export const moment = (text: string): Instant => {
  const at = parseIsoTime(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00Z` : text)
  if (at !== undefined) return at
  throw new InvalidArgumentError('Give a day such as 2026-11-20, or a time such as 2026-11-20T10:00Z.')
}

/** Reads a port to listen on; 0 takes a free one. */
export const portNumber = (text: string): number => {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('Give a port from 0 to 65535, such as 12111.')
}

/** Reads an address of the web. */
export const httpUrl = (text: string): string => {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text
  throw new InvalidArgumentError('Give an address such as http://127.0.0.1:3000/webhooks.')
}

/** Reads any text but none. */
export const nonEmpty = (text: string): string => {
  if (text !== '') return text
  throw new InvalidArgumentError('It is empty.')
}

/** For an option that may be given more than once: reads each by itself. */
export const each =
  <T>(read: (text: string) => T) =>
  (text: string, before: readonly T[] | undefined): readonly T[] => [...(before ?? []), read(text)]
