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
export const encodeJson = (value: unknown): string =>
  JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'bigint' ? { $bigint: part.toString() } : renamed(part, '$', (name) => `$${name}`),
  )

/** Reads what {@link encodeJson} wrote. The caller knows the shape: the text comes from our own store. */
export const decodeJson = <T>(text: string): T =>
  JSON.parse(text, (_name, part: unknown) =>
    isTagged(part) ? BigInt(part.$bigint) : renamed(part, '$$', (name) => name.slice(1)),
  ) as T

const isTagged = (part: unknown): part is { readonly $bigint: string } =>
  typeof part === 'object' && part !== null && '$bigint' in part && typeof part.$bigint === 'string'

/** The object with its names changed that begin with `prefix`; anything else as it is. */
const renamed = (part: unknown, prefix: string, rename: (name: string) => string): unknown =>
  typeof part !== 'object' ||
  part === null ||
  Array.isArray(part) ||
  !Object.keys(part).some((name) => name.startsWith(prefix))
    ? part
    : Object.fromEntries(
        Object.entries(part).map(([name, value]) => [name.startsWith(prefix) ? rename(name) : name, value]),
      )
