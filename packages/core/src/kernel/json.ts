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

/** JSON text that keeps bigints: `12n` becomes `{"$bigint":"12"}`. Read it back with {@link decodeJson}. */
export const encodeJson = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? { $bigint: part.toString() } : part))

/** Reads what {@link encodeJson} wrote. The caller knows the shape: the text comes from our own store. */
export const decodeJson = <T>(text: string): T =>
  JSON.parse(text, (_key, part: unknown) => (isTagged(part) ? BigInt(part.$bigint) : part)) as T

const isTagged = (part: unknown): part is { readonly $bigint: string } =>
  typeof part === 'object' &&
  part !== null &&
  typeof (part as { $bigint?: unknown }).$bigint === 'string' &&
  Object.keys(part).length === 1
