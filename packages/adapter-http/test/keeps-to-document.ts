import { expect } from 'vitest'
import { z } from 'zod'
import type { HttpAdapter } from '../src/index.ts'

/**
 * Checks one answer against the adapter's own table and document: the status is documented for the route, the body has
 * exactly the documented fields, and a refusal is a problem with its headers.
 */
export const keepsToDocument = (
  { routes, openapi }: HttpAdapter,
  answer: {
    readonly method: string
    readonly path: string
    readonly status: number
    readonly headers: Headers
    readonly text: string
    readonly json: { readonly code?: unknown }
  },
): void => {
  const { status, headers, json } = answer
  expect(headers.get('x-request-id')).toMatch(/^[\w.:@-]{1,128}$/)
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  if (headers.get('content-type') === 'application/problem+json') problem.parse(json)

  const path = new URL(answer.path, 'https://host.example').pathname.replace(/^\/api/, '').replace(/(.)\/$/, '$1')
  const route = routes.find(
    (each) =>
      each.method === answer.method.toLowerCase() && new RegExp(`^${each.path.replace('{id}', '[^/]+')}$`).test(path),
  )
  if (route === undefined || json.code === 'not_found') return
  const { paths } = openapi() as { readonly paths: Record<string, Record<string, { readonly responses: object }>> }
  const documented = paths[`${route.path}/`]?.[route.method]?.responses ?? {}
  expect(Object.keys(documented), `${route.name} answered ${status}: ${JSON.stringify(json)}`).toContain(String(status))
  const schema = route.answers[status]
  const body = route.plain === true ? answer.text : json
  if (schema !== undefined) expect(schema.parse(body)).toEqual(body)
}

const problem = z.object({
  type: z.string().startsWith('urn:holdfast:problem:'),
  title: z.string().min(1),
  status: z.int(),
  detail: z.string().min(1),
  code: z.string(),
  retryable: z.boolean(),
  request_id: z.string(),
})
