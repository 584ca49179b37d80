import { isSupportedCurrency } from '../resources/currencies.ts'
import type { Raw, RawObject } from './form.ts'
import { invalidParameter, notModelled } from './stripe-error.ts'

/**
 * Reads one parameter: knows what Stripe accepts there, and refuses the rest with Stripe's message and code.
 *
 * `name` is the parameter's full name, such as `line_items[0][quantity]`.
 */
export interface Reader<T> {
  readonly read: (raw: Raw | undefined, name: string) => T
  /** The full name of the first parameter inside that Stripe does not know. */
  readonly findUnknown: (raw: Raw, name: string) => string | undefined
}

/** What a reader gives. */
export type Read<R> = R extends Reader<infer T> ? T : never

/** The parameters of a call by name. */
export type Shape = Readonly<Record<string, Reader<unknown>>>

/** What a shape gives. */
export type ReadShape<S extends Shape> = { readonly [K in keyof S]: Read<S[K]> }

/**
 * Reads all parameters of a call.
 *
 * Refuses, first match wins: a parameter unknown to Stripe (`parameter_unknown`), then whatever the readers refuse, in
 * the order of the shape.
 */
export const readParameters = <S extends Shape>(shape: S, raw: RawObject): ReadShape<S> => {
  const reader = hash(shape)
  const unknown = reader.findUnknown(raw, '')
  if (unknown !== undefined) throw unknownParameter(unknown)
  return reader.read(raw, '') as ReadShape<S>
}

/** Makes a parameter mandatory. */
export const required = <T>(reader: Reader<T | undefined>): Reader<T> => ({
  ...reader,
  read: (raw, name) => {
    const value = raw === undefined ? undefined : reader.read(raw, name)
    if (value === undefined) throw invalidParameter(name, `Missing required param: ${name}.`, 'parameter_missing')
    return value
  },
})

/** Lets an empty text through as null, which is how a value is unset. */
export const emptyable = <T>(reader: Reader<T | undefined>): Reader<T | null | undefined> => ({
  ...reader,
  read: (raw, name) => (raw === '' ? null : reader.read(raw, name)),
})

/** A text. */
export const text = (limits: { readonly maxLength?: number } = {}): Reader<string | undefined> =>
  leaf((raw, name) => {
    const { maxLength = 5000 } = limits
    if (raw.length > maxLength) {
      throw invalidParameter(
        name,
        `Invalid string: ${raw.slice(0, 20)}...${raw.slice(-4)}; must be at most ${maxLength} characters`,
        'parameter_invalid_string_length',
      )
    }
    return raw
  })

/** An absolute http or https address. */
export const address = (): Reader<string | undefined> =>
  leaf((raw, name) => {
    const candidate = raw.replaceAll('{CHECKOUT_SESSION_ID}', 'x')
    if (!URL.canParse(candidate) || !/^https?:$/.test(new URL(candidate).protocol)) {
      throw invalidParameter(name, 'Not a valid URL', 'url_invalid')
    }
    return raw
  })

/** A whole number. */
export const integer = (limits: { readonly min?: number; readonly max?: number } = {}): Reader<number | undefined> =>
  leaf((raw, name) => {
    const value = Number(raw)
    if (!/^-?\d+$/.test(raw) || !Number.isSafeInteger(value)) {
      throw invalidParameter(name, `Invalid integer: ${raw}`, 'parameter_invalid_integer')
    }
    if (limits.min !== undefined && value < limits.min) {
      throw invalidParameter(name, tooSmall(limits.min), 'parameter_invalid_integer')
    }
    if (limits.max !== undefined && value > limits.max) {
      throw invalidParameter(
        name,
        `This value must be less than or equal to ${limits.max}.`,
        'parameter_invalid_integer',
      )
    }
    return value
  })

/** `true` or `false`. */
export const flag = (): Reader<boolean | undefined> =>
  leaf((raw, name) => {
    if (raw !== 'true' && raw !== 'false') throw invalidParameter(name, `Invalid boolean: ${raw}`)
    return raw === 'true'
  })

/** One of a closed list of words. */
export const oneOf = <const W extends string>(words: readonly W[]): Reader<W | undefined> =>
  leaf((raw, name) => {
    const found = words.find((word) => word === raw)
    if (found === undefined) throw invalidParameter(name, `Invalid ${name}: must be one of ${enumerate(words)}`)
    return found
  })

/** A three-letter currency, given in any case and read in lower case. */
export const currency = (): Reader<string | undefined> =>
  leaf((raw, name) => {
    const lower = raw.toLowerCase()
    if (!isSupportedCurrency(lower)) {
      throw invalidParameter(name, `Invalid currency: ${raw}. Stripe does not support this currency.`)
    }
    return lower
  })

/** A list, in the order of its indexes. */
export const list = <T>(
  item: Reader<T | undefined>,
  limits: { readonly maxItems?: number } = {},
): Reader<readonly T[] | undefined> => ({
  read: (raw, name) => {
    if (raw === undefined) return undefined
    if (typeof raw === 'string') throw invalidParameter(name, 'Invalid array')
    const entries = Object.entries(raw).sort(([left], [right]) => Number(left) - Number(right))
    if (limits.maxItems !== undefined && entries.length > limits.maxItems) {
      throw invalidParameter(name, `Array too long: ${name} can have at most ${limits.maxItems} items.`)
    }
    return entries.flatMap(([index, value]) => item.read(value, `${name}[${index}]`) ?? [])
  },
  findUnknown: (raw, name) =>
    typeof raw === 'string'
      ? undefined
      : first(Object.entries(raw), ([key, value]) => item.findUnknown(value, `${name}[${key}]`)),
})

/** A nested hash of parameters. */
export const hash = <S extends Shape>(shape: S): Reader<ReadShape<S> | undefined> => ({
  read: (raw, name) => {
    if (raw === undefined) return undefined
    if (typeof raw === 'string') throw invalidParameter(name, 'Invalid object')
    const values: Record<string, unknown> = {}
    for (const [key, reader] of Object.entries(shape)) values[key] = reader.read(raw[key], join(name, key))
    return values as ReadShape<S>
  },
  findUnknown: (raw, name) =>
    typeof raw === 'string'
      ? undefined
      : first(Object.entries(raw), ([key, value]) => {
          const reader = Object.hasOwn(shape, key) ? shape[key] : undefined
          return reader === undefined ? join(name, key) : reader.findUnknown(value, join(name, key))
        }),
})

/** Whichever of two readers the shape of the value calls for: a plain value or a hash. */
export const either = <A, B>(plain: Reader<A>, nested: Reader<B>): Reader<A | B> => ({
  read: (raw, name) => (typeof raw === 'object' ? nested : plain).read(raw, name),
  findUnknown: (raw, name) => (typeof raw === 'object' ? nested : plain).findUnknown(raw, name),
})

/** Known to Stripe and without any bearing on what the simulator does: accepted and ignored. */
export const inert = (): Reader<undefined> => ({ read: () => undefined, findUnknown: () => undefined })

/** Known to Stripe and not modelled here: refused, because ignoring it would change what happens. */
export const unmodelled = (): Reader<undefined> => ({
  read: (raw, name) => {
    if (raw !== undefined && raw !== '') throw notModelled(name)
    return undefined
  },
  findUnknown: () => undefined,
})

/** The refusal of a parameter that Stripe does not know. */
export const unknownParameter = (name: string) =>
  invalidParameter(name, `Received unknown parameter: ${name}`, 'parameter_unknown')

const leaf = <T>(read: (raw: string, name: string) => T): Reader<T | undefined> => ({
  read: (raw, name) => {
    if (raw === undefined) return undefined
    if (typeof raw !== 'string') throw invalidParameter(name, `Invalid value for ${name}: a hash is not expected here.`)
    if (raw === '') throw emptyValue(name)
    return read(raw, name)
  },
  findUnknown: (raw, name) => (typeof raw === 'string' ? undefined : first(Object.keys(raw), (key) => join(name, key))),
})

const emptyValue = (name: string) =>
  invalidParameter(
    name,
    `You passed an empty string for '${name}'. We assume empty values are an attempt to unset a parameter; however ` +
      `'${name}' cannot be unset. You should remove '${name}' from your request or supply a non-empty value.`,
    'parameter_invalid_empty',
  )

const tooSmall = (min: number): string =>
  min === 1 ? 'This value must be greater than or equal to 1.' : `This value must be greater than or equal to ${min}.`

const enumerate = (words: readonly string[]): string =>
  words.length < 3 ? words.join(' or ') : `${words.slice(0, -1).join(', ')}, or ${words.at(-1)}`

const join = (name: string, key: string): string => (name === '' ? key : `${name}[${key}]`)

const first = <I, O>(items: readonly I[], pick: (item: I) => O | undefined): O | undefined => {
  for (const item of items) {
    const picked = pick(item)
    if (picked !== undefined) return picked
  }
  return undefined
}
