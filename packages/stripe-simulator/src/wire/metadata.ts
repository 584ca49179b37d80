import type Stripe from 'stripe'
import type { Reader } from './params.ts'
import { invalidParameter } from './stripe-error.ts'

/**
 * Metadata as given: a text per key, where an empty text deletes the key; null deletes them all.
 *
 * Refuses more than 50 keys, keys over 40 characters, values over 500 characters, and nested values.
 */
export const metadata = (): Reader<Readonly<Record<string, string>> | null | undefined> => ({
  read: (raw, name) => {
    if (raw === undefined) return undefined
    if (raw === '') return null
    if (typeof raw === 'string') throw invalidParameter(name, 'Invalid object')
    const entries = Object.entries(raw).map(([key, value]): [string, string] => {
      const at = `${name}[${key}]`
      if (typeof value !== 'string') {
        throw invalidParameter(at, 'Metadata values must be strings, but you passed in a value of type hash.')
      }
      if (key.length > 40) {
        throw invalidParameter(
          at,
          `Metadata keys can have up to 40 characters, but you passed in a key that is ${key.length} ` +
            `characters. Invalid key: ${key}`,
        )
      }
      if (value.length > 500) {
        throw invalidParameter(
          at,
          `Metadata values can have up to 500 characters, but you passed in a value that is ${value.length} ` +
            `characters. Invalid value: ${value}`,
        )
      }
      return [key, value]
    })
    if (entries.length > mostKeys) throw tooMany(name, entries.length)
    return toObject(entries)
  },
  findUnknown: () => undefined,
})

/** What an object's metadata becomes when `change` is applied to it. */
export const mergeMetadata = (
  before: Stripe.Metadata | null,
  change: Readonly<Record<string, string>> | null | undefined,
): Stripe.Metadata => {
  if (change === undefined) return before ?? {}
  if (change === null) return {}
  const merged = Object.entries({ ...before, ...change }).filter(([, value]) => value !== '')
  if (merged.length > mostKeys) throw tooMany('metadata', merged.length)
  return toObject(merged)
}

const mostKeys = 50

const tooMany = (name: string, count: number) =>
  invalidParameter(name, `You may only specify up to ${mostKeys} keys in metadata, but you passed in ${count}.`)

// Own properties only, so that a key called `__proto__` stays a key.
const toObject = (entries: readonly (readonly [string, string])[]): Stripe.Metadata => {
  const object: Stripe.Metadata = {}
  for (const [key, value] of entries) {
    Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true })
  }
  return object
}
