import type { Json } from '../kernel/json.ts'
import { ok, type Result } from '../kernel/result.ts'
import type { QuoteRefusal } from '../ports/fulfilment.ts'
import { invalidPayload } from './invalid-payload.ts'

/** What was sent, where it is an object; anything else is refused with the `shape` that is wanted. */
export const readObject = (sent: Json, shape: string): Result<Readonly<Record<string, Json>>, QuoteRefusal> =>
  isObject(sent) ? ok(sent) : invalidPayload('', { code: 'not_an_object', shape })

const isObject = (value: Json): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
