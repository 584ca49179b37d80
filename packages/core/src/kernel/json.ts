/** What survives a trip through JSON, amounts included. */
export type Json =
  | string
  | number
  | boolean
  | null
  | bigint
  | undefined
  | readonly Json[]
  | { readonly [key: string]: Json }

/**
 * JSON text that keeps bigints: `12n` becomes `{"$bigint":"12"}`. Read it back with {@link decodeJson}.
 *
 * A name that begins with `$` gets another one, so that nothing a stranger sends is taken for an amount.
 */
export const encodeJson = (value: unknown): string => JSON.stringify(needsTags(value) ? tagged(value) : value)

/** Reads what {@link encodeJson} wrote. The caller knows the shape: the text comes from our own store. */
export const decodeJson = <T>(text: string): T => {
  const value: unknown = JSON.parse(text)
  // Hardly any text has a name or a value that begins so: without one, nothing was tagged or renamed.
  return (text.includes('"$') ? untagged(value) : value) as T
}

/** Whether anything in it is written in another way than JSON's own. Little is, and looking costs less than writing it anew. */
const needsTags = (part: unknown): boolean => {
  if (typeof part === 'bigint') return true
  if (typeof part !== 'object' || part === null) return false
  if (Array.isArray(part)) return part.some(needsTags)
  const named = part as Readonly<Record<string, unknown>>
  for (const name of Object.keys(named)) if (name.startsWith('$') || needsTags(named[name])) return true
  return false
}

const tagged = (part: unknown): unknown =>
  typeof part === 'bigint'
    ? { $bigint: part.toString() }
    : rebuilt(part, tagged, (name) => (name.startsWith('$') ? `$${name}` : name))

const untagged = (part: unknown): unknown =>
  isTagged(part)
    ? BigInt(part.$bigint)
    : rebuilt(part, untagged, (name) => (name.startsWith('$$') ? name.slice(1) : name))

const isTagged = (part: unknown): part is { readonly $bigint: string } =>
  typeof part === 'object' && part !== null && '$bigint' in part && typeof part.$bigint === 'string'

/** The object or array with what is in it changed and its names too; itself where that changes nothing. */
const rebuilt = (whole: unknown, change: (part: unknown) => unknown, rename: (name: string) => string): unknown => {
  if (typeof whole !== 'object' || whole === null) return whole
  if (Array.isArray(whole)) {
    const parts = whole.map(change)
    return parts.every((part, at) => part === whole[at]) ? whole : parts
  }
  const entries = Object.entries(whole)
  let isSame = true
  for (const entry of entries) {
    const [name, part] = entry
    entry[0] = rename(name)
    entry[1] = change(part)
    isSame &&= entry[0] === name && entry[1] === part
  }
  return isSame ? whole : Object.fromEntries(entries)
}
