import type { OwnerId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { QuoteRefusal } from '../ports/fulfilment.ts'
import { fieldOf, type StandardSchema, type StandardSchemaIssue } from './standard-schema.ts'

/** A catalogue that reads what is sent by a schema. */
export interface TypedCatalogue<Sent, Terms> {
  /** What it reads by. It types how the kind is asked for. */
  readonly payload: StandardSchema<unknown, Sent>
  quote(
    payload: Json,
    context: { readonly owner: OwnerId; readonly now: Instant },
  ): Promise<Result<Terms, QuoteRefusal>>
}

/**
 * A catalogue for a built-in kind, typed by a schema from what is sent to what `quote` is handed: zod, Valibot, ArkType or any
 * that keeps to Standard Schema. What is wrong with what was sent is refused as `invalid_payload`, each issue by its field.
 */
export const typedCatalogue = <Payload, Sent, Terms>({
  payload: schema,
  quote,
}: {
  readonly payload: StandardSchema<Payload, Sent>
  readonly quote: (
    payload: Payload,
    context: { readonly owner: OwnerId; readonly now: Instant },
  ) => Result<Terms, QuoteRefusal> | Promise<Result<Terms, QuoteRefusal>>
}): TypedCatalogue<Sent, Terms> => ({
  payload: schema,
  async quote(sent, context) {
    const read = await readBy(schema, sent)
    return read.ok ? quote(read.value, context) : read
  },
})

/** What a schema makes of what was sent, or all that is wrong with it. */
export const readBy = async <Payload>(
  schema: StandardSchema<Payload>,
  sent: Json,
): Promise<Result<Payload, QuoteRefusal>> => {
  const read = await schema['~standard'].validate(sent)
  return read.issues === undefined ? ok(read.value) : err(invalid(read.issues))
}

const invalid = (issues: readonly StandardSchemaIssue[]): QuoteRefusal => {
  const [first, ...also] = issues.map((issue) => ({ field: fieldOf(issue), message: issue.message }))
  return {
    code: 'invalid_payload',
    ...(first ?? { field: '', message: 'It cannot be read.' }),
    ...(also.length === 0 ? {} : { also }),
  }
}
