import { invalidParameter } from './stripe-error.ts'

/**
 * A decoded body: every leaf is a text, arrays are objects with the keys `0`, `1`, … No prototype, so any key is
 * safe.
 */
export type Raw = string | RawObject

/** The branches of {@link Raw}. */
export interface RawObject {
  readonly [key: string]: Raw
}

const deepestNesting = 12

/**
 * Decodes `a[b][0]=c` into nested objects, the way Stripe reads bodies and query strings.
 *
 * `a[]=x` appends. A name given twice keeps the last value. Refuses nesting deeper than anything Stripe has, and a name
 * used both as a value and as a branch.
 */
export const decodeForm = (text: string): RawObject => {
  const root = emptyObject()
  for (const [name, value] of new URLSearchParams(text)) insert(root, keysOf(name), value, name)
  return root
}

/** Reads a JSON object as {@link decodeForm} reads a form: numbers and booleans become texts, null an empty text. */
export const decodeJson = (text: string): RawObject => {
  const parsed = parse(text)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw invalidParameter(undefined, 'Invalid request body: a JSON object is expected.')
  }
  return fromJson(parsed, 0) as RawObject
}

/** A text in which equal parameters are equal, whatever order they were sent in. */
export const canonical = (raw: Raw): string =>
  typeof raw === 'string'
    ? JSON.stringify(raw)
    : `{${Object.keys(raw)
        .sort()
        .map((key) => `${JSON.stringify(key)}:${canonical(raw[key] ?? '')}`)
        .join(',')}}`

interface MutableObject {
  [key: string]: string | MutableObject
}

const emptyObject = (): MutableObject => Object.create(null) as MutableObject

const keysOf = (name: string): readonly string[] => {
  const open = name.indexOf('[')
  if (open <= 0 || !name.endsWith(']')) return [name]
  return [name.slice(0, open), ...name.slice(open + 1, -1).split('][')]
}

const insert = (root: MutableObject, keys: readonly string[], value: string, name: string): void => {
  if (keys.length > deepestNesting) throw invalidParameter(name, `Invalid parameter: ${name} is nested too deeply.`)
  let node = root
  keys.forEach((given, index) => {
    const key = given === '' && index > 0 ? String(Object.keys(node).length) : given
    const existing = node[key]
    if (index === keys.length - 1) {
      if (typeof existing === 'object') throw mixed(name)
      node[key] = value
      return
    }
    if (typeof existing === 'string') throw mixed(name)
    node = existing ?? (node[key] = emptyObject())
  })
}

const mixed = (name: string) => invalidParameter(name, `Invalid ${name}: it is used both as a value and as a hash.`)

const parse = (text: string): unknown => {
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw invalidParameter(undefined, 'Invalid request body: it is not valid JSON.')
  }
}

const fromJson = (value: unknown, depth: number): Raw => {
  if (depth > deepestNesting) throw invalidParameter(undefined, 'Invalid request body: it is nested too deeply.')
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (typeof value !== 'object') return JSON.stringify(value)
  const object = emptyObject()
  for (const [key, item] of Object.entries(value)) object[key] = fromJson(item, depth + 1) as string | MutableObject
  return object
}
