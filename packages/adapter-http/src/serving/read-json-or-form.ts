import { err, ok, type Result } from '@holdfast/core'
import type { RefusalWith } from '../problem/refusal.ts'
import { parseJson, type JsonRefusal } from '../security/parse-json.ts'
import { mediaType, readBytes } from '../security/read-body.ts'

/** Why a body was not taken. */
export type BodyRefusal = RefusalWith<'body_too_large'> | RefusalWith<'unsupported_media_type'> | JsonRefusal

/** A body as it came: JSON, the fields of a plain HTML form, or nothing at all. */
export interface ReadBody {
  readonly json?: unknown
  readonly form?: Readonly<Record<string, string>>
}

/**
 * Reads JSON, or a plain form where that is taken too. An empty body is nothing, whatever type it was given.
 *
 * Refuses, first match wins: `body_too_large`, `unsupported_media_type`, `invalid_json`, `json_too_deep`.
 */
export const readJsonOrForm = async (
  request: Request,
  { limitBytes, formToo }: { readonly limitBytes: number; readonly formToo: boolean },
): Promise<Result<ReadBody, BodyRefusal>> => {
  const bytes = await readBytes(request, limitBytes)
  if (!bytes.ok) return bytes
  if (bytes.value.byteLength === 0) return ok({})
  if (formToo) return ok({ form: Object.fromEntries(new URLSearchParams(new TextDecoder().decode(bytes.value))) })
  if (mediaType(request) !== 'application/json') return err({ code: 'unsupported_media_type' })
  const parsed = parseJson(bytes.value)
  return parsed.ok ? ok({ json: parsed.value }) : parsed
}
