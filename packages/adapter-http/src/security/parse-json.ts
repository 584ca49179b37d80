import { err, ok, type Result } from '@holdfast/core'
import type { RefusalWith } from '../problem/refusal.ts'

/**
 * How deep arrays and objects may be nested: deeper than anything asked for here, and shallow enough for every store.
 */
export const deepestJson = 32

/** Why a text was not taken as JSON. */
export type JsonRefusal = RefusalWith<'invalid_json'> | RefusalWith<'json_too_deep'>

/**
 * Parses JSON from a stranger.
 *
 * Refuses, first match wins: `invalid_json` for bytes that are not UTF-8, `json_too_deep` (told before parsing, by
 * counting brackets), `invalid_json` for what is no JSON and for what no store or program downstream is safe with: keys
 * that reach for a prototype, NUL characters, half surrogate pairs, and numbers beyond every number.
 */
export const parseJson = (bytes: Uint8Array): Result<unknown, JsonRefusal> => {
  const text = decode(bytes)
  if (text === undefined) return err({ code: 'invalid_json' })
  if (depthOf(text) > deepestJson) return err({ code: 'json_too_deep', limit: deepestJson })
  try {
    const value: unknown = JSON.parse(text)
    return isSafe(value) ? ok(value) : err({ code: 'invalid_json' })
  } catch {
    return err({ code: 'invalid_json' })
  }
}

const decode = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** How deep brackets are nested in JSON text, those in strings left out. */
const depthOf = (text: string): number => {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]
    if (inString) {
      if (character === '\\') index += 1
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '[' || character === '{') {
      depth += 1
      deepest = Math.max(deepest, depth)
    } else if (character === ']' || character === '}') depth -= 1
  }
  return deepest
}

const isSafe = (value: unknown): boolean => {
  if (typeof value === 'string') return isSafeText(value)
  if (typeof value === 'number') return Number.isFinite(value)
  if (Array.isArray(value)) return value.every(isSafe)
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, part]) => isSafeText(key) && !reachesPrototype(key, part) && isSafe(part))
}

const reachesPrototype = (key: string, part: unknown): boolean =>
  key === '__proto__' ||
  (key === 'constructor' && typeof part === 'object' && part !== null && Object.hasOwn(part, 'prototype'))

// With the u flag, a surrogate is matched only where its other half is missing.
const halfPair = /[\uD800-\uDFFF]/u
const isSafeText = (text: string): boolean => !text.includes('\0') && !halfPair.test(text)
