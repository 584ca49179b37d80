import { z } from 'zod'
import type { Catalogue } from '../language/catalogue.ts'
import type { FieldError } from '../problem/refusal.ts'
import { wordsFor } from '../wire/worded.ts'

/** What is taken where nothing is: no field at all. */
export const nothing = z.strictObject({})

/** A schema's complaints, each under the field it is about. A field that is not known is named itself. */
export const fieldErrors = (error: z.ZodError, words: Catalogue): readonly FieldError[] =>
  error.issues.slice(0, mostErrors).flatMap((issue): readonly FieldError[] => {
    const { path } = issue
    const text = wordsFor(issue.message, words)
    const said = text === undefined ? issue : { code: issue.message, message: text }
    const fields = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path]
    return fields.slice(0, mostErrors).map((field) => ({
      field: field.map(String).join('.').slice(0, 200) || 'body',
      code: said.code,
      message: said.message,
    }))
  })

/** The query of a request's URL. A name that comes twice is kept as a list, which no schema takes. */
export const readQuery = (request: Request): Readonly<Record<string, unknown>> => {
  const { searchParams } = new URL(request.url)
  return Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => {
      const [first, ...more] = searchParams.getAll(name)
      return [name, more.length === 0 ? first : [first, ...more]]
    }),
  )
}

const mostErrors = 20
