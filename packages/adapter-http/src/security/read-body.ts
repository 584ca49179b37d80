import { err, ok, type Result } from '@holdfast/core'
import type { RefusalWith } from '../problem/refusal.ts'

/**
 * Reads a request's body, up to a number of bytes. What is announced as larger is not read at all, what turns out
 * larger is read no further.
 */
export const readBytes = async (
  request: Request,
  limitBytes: number,
): Promise<Result<Uint8Array<ArrayBuffer>, RefusalWith<'body_too_large'>>> => {
  const tooLarge = err({ code: 'body_too_large', limitBytes } as const)
  if (Number(request.headers.get('content-length') ?? 0) > limitBytes) return tooLarge
  if (request.body === null) return ok(new Uint8Array())
  const reader = request.body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.byteLength
    if (length > limitBytes) {
      await reader.cancel()
      return tooLarge
    }
    chunks.push(value)
  }
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return ok(bytes)
}

/** The media type of a body, in small letters and without parameters; empty when none is given. */
export const mediaType = (request: Request): string =>
  (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
