import { OpenAPIHono, z, type RouteConfig } from '@hono/zod-openapi'
import { payloadReasonCodes } from '../problem/payload-error.ts'
import { problemKinds } from '../problem/problem-kinds.ts'
import type { RefusalCode } from '../problem/refusal.ts'
import type { Route } from '../routes/route.ts'
import { csrfHeader } from '../security/csrf.ts'
import type { Paths } from '../serving/mount-points.ts'
import { alternativesOffered } from '../wire/alternative.ts'
import { id } from '../wire/parts.ts'

/**
 * The OpenAPI 3.1 document of a table of routes. Paths are written below the base path and with the slash at their end;
 * the server takes them without it too. `sessionCookieName`: of the cookie that signs callers in, on the wire.
 */
export const openApiDocument = (
  table: readonly Route[],
  { basePath, webhooksPath }: Paths,
  sessionCookieName: string,
): object => {
  const app = new OpenAPIHono()
  const { openAPIRegistry: registry } = app
  registry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: sessionCookieName,
    description:
      `With it, whatever changes something must bring the session's token in ${csrfHeader}. ` +
      'A host may sign callers in by other means.',
  })
  for (const each of table) registry.registerPath(describe(each, { basePath, webhooksPath }))
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Holdfast',
      version: '1',
      description:
        'Payments, orders, intents, reservations, consultations and what staff need to see of them. ' +
        'Errors are application/problem+json with a stable `code`.',
    },
    servers: [{ url: basePath === '' ? '/' : basePath }],
  })
}

const describe = (route: Route, { basePath, webhooksPath }: Paths): RouteConfig => {
  const { name, method, mount, tag, summary, who, query, body } = route
  const elsewhere = mount === 'webhooks'
  const inside = elsewhere && webhooksPath.startsWith(`${basePath}/`)
  const path = elsewhere ? webhooksPath.slice(inside ? basePath.length : 0) : route.path
  return {
    method,
    path: `${path}/`,
    operationId: name,
    tags: [tag],
    summary,
    description: [...(route.description === undefined ? [] : [route.description]), `For ${audiences[who]}.`].join(' '),
    ...(elsewhere && !inside ? { servers: [{ url: '/' }] } : {}),
    security: who === 'anyone' ? [] : [{ session: [] }],
    request: {
      ...(route.id === undefined ? {} : { params: z.object({ id }) }),
      ...(query === undefined ? {} : { query: query as never }),
      headers: headersOf(route),
      ...(body === undefined ? {} : { body: { content: { 'application/json': { schema: body } } } }),
    },
    responses: { ...answersOf(route), ...problemsOf(route) },
  }
}

const audiences = {
  anyone: 'anyone',
  owner: 'owners',
  staff: 'staff',
  owner_or_staff: 'owners, each for what is theirs, and staff',
} as const

const headersOf = ({ method, keyed, who }: Route) =>
  z.object({
    ...(keyed === true
      ? {
          'Idempotency-Key': z
            .string()
            .optional()
            .openapi({ description: 'The same key and request get the same answer.', maxLength: 255 }),
        }
      : {}),
    ...(method === 'get' || who === 'anyone'
      ? {}
      : {
          'X-CSRF-Token': z
            .string()
            .optional()
            .openapi({ description: 'The token of the session, wanted where a cookie signs the caller in.' }),
        }),
  })

const answersOf = ({ answers, leadsOn, plain }: Route): RouteConfig['responses'] => ({
  ...Object.fromEntries(
    Object.entries(answers).map(([status, schema]) => [
      status,
      {
        description: descriptions[status] ?? 'Done.',
        content: { [plain === true ? 'text/plain' : 'application/json']: { schema } },
      },
    ]),
  ),
  ...(leadsOn === true
    ? { 303: { description: "A person's browser (Accept: text/html) is led on to the page.", headers: location } }
    : {}),
})

const descriptions: Readonly<Record<string, string>> = { 201: 'Made.', 202: 'Not yet: look again.', 503: 'Not now.' }

const location = { Location: { schema: { type: 'string' as const } } }

/** The problems of a route by status, each with the codes it may have there. */
const problemsOf = (route: Route): RouteConfig['responses'] => {
  const codes = [...new Set([...guardRefusals(route), ...route.refusals])]
  const statuses = [...new Set(codes.map((code) => problemKinds[code].status))]
  return Object.fromEntries(
    statuses
      .filter((status) => route.answers[status] === undefined)
      .map((status) => [
        status,
        {
          description: codes
            .filter((code) => problemKinds[code].status === status)
            .map((code) => `\`${code}\``)
            .join(', '),
          content: { 'application/problem+json': { schema: problem } },
        },
      ]),
  )
}

/** What the guards may refuse before a handler is asked, by what the route takes. */
const guardRefusals = ({ who, method, mount, limited, keyed, query, body }: Route): readonly RefusalCode[] => {
  const takesBody = method !== 'get' && mount !== 'webhooks'
  return [
    ...(who === 'anyone' ? [] : (['unauthenticated', 'forbidden'] as const)),
    ...(takesBody ? (['csrf_failed'] as const) : []),
    ...(limited === true ? (['rate_limited'] as const) : []),
    ...(keyed === true ? (['invalid_idempotency_key'] as const) : []),
    ...(query !== undefined || body !== undefined || takesBody ? (['invalid_request'] as const) : []),
    ...(takesBody ? (['body_too_large', 'unsupported_media_type', 'invalid_json', 'json_too_deep'] as const) : []),
    ...(mount === 'root_and_base' ? [] : (['contention', 'store_unavailable'] as const)),
    'internal_error',
  ]
}

const fieldCodes =
  'What is wrong, in a word that never changes. In an `invalid_payload`, the reason of the kind or the cart: of a built-in one ' +
  `${payloadReasonCodes.map((code) => `\`${code}\``).join(', ')}; ` +
  "of a host's own, a word with a colon in it; `invalid_payload` where there is only a message."

const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().openapi({ description: "In the reader's language, by Accept-Language." }),
    code: z.enum(Object.keys(problemKinds) as [RefusalCode, ...RefusalCode[]]),
    retryable: z.boolean().openapi({ description: 'The very same request may succeed later.' }),
    request_id: z.string(),
    field: z.string().optional().openapi({
      description: 'The part of the request it is about, where it is one alone: `coupon`, `lines.0.quantity`.',
    }),
    errors: z
      .array(
        z.object({
          field: z.string(),
          code: z.string().openapi({ description: fieldCodes, examples: [...payloadReasonCodes] }),
          message: z.string().openapi({
            description: "In the reader's language; from a kind of the host's own, in the host's.",
          }),
          facts: z.record(z.string(), z.unknown()).optional().openapi({
            description:
              'What there is to act on: `notice_minutes`, `least` or `most` with `currency`, `taken`, `sold`.',
          }),
        }),
      )
      .optional()
      .openapi({ description: 'The parts of the request that will not do.' }),
    alternatives: alternativesOffered.optional(),
  })
  .catchall(z.unknown())
  .openapi('Problem')
