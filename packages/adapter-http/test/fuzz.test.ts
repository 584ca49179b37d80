import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ana,
  bookedReservation,
  openIntent,
  ordered,
  paidConsultation,
  paidOrder,
  staff,
  stocked,
  world,
  type World,
} from './world.ts'

interface JsonSchema {
  readonly $ref?: string
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly example?: unknown
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
}
interface Operation {
  readonly path: string
  readonly method: string
  readonly query: readonly string[]
  readonly body: JsonSchema | undefined
}
interface Document {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly parameters?: readonly { readonly name: string; readonly in: string }[]
            readonly requestBody?: {
              readonly content: { readonly 'application/json': { readonly schema: JsonSchema } }
            }
          }
        >
      >
    >
  >
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> }
}

const rateLimiter = { take: async () => ({ ok: true }) as const }
const document = world().adapter.openapi() as Document

const deref = (schema: JsonSchema): JsonSchema => {
  const name = schema.$ref?.split('/').at(-1)
  return name === undefined ? schema : (document.components.schemas[name] ?? {})
}

const operations: readonly Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { parameters = [], requestBody }]) => {
    const schema = requestBody?.content['application/json'].schema
    return {
      path,
      method: method.toUpperCase(),
      query: parameters.filter((each) => each.in === 'query').map(({ name }) => name),
      body: schema === undefined ? undefined : deref(schema),
    }
  }),
)

/** A value that a schema takes: its example, or the plainest of its type. */
const valid = (given: JsonSchema): unknown => {
  const schema = deref(given)
  if (schema.example !== undefined) return schema.example
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.properties === undefined) return schema.type === 'string' ? 'reservation' : {}
  return Object.fromEntries(Object.entries(schema.properties).map(([name, part]) => [name, valid(part)]))
}

/** Bodies that a schema of an object does not take, each wrong in one place. */
const invalid = (schema: JsonSchema): fc.Arbitrary<unknown> => {
  const right = valid(schema) as Record<string, unknown>
  const parts = Object.entries(schema.properties ?? {})
  const without = (schema.required ?? []).map((name) => {
    const { [name]: _gone, ...rest } = right
    return fc.constant(rest)
  })
  // What is free to have any shape, such as an intent's payload, is the host's to refuse.
  const wrong = parts
    .filter(([, part]) => part.type !== 'object' || part.properties !== undefined)
    .map(([name, part]) => notOf(deref(part)).map((value) => ({ ...right, [name]: value })))
  const unknown = fc
    .tuple(fc.string({ minLength: 1 }), fc.jsonValue())
    .filter(([name]) => !parts.some(([known]) => known === name))
    .map(([name, value]) => ({ ...right, [name]: value }))
  return fc.oneof(unknown, notAnObject, ...without, ...wrong)
}

const notAnObject = fc.oneof(
  fc.constant(null),
  fc.string(),
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.array(fc.jsonValue()),
)

const notOf = (schema: JsonSchema): fc.Arbitrary<unknown> => {
  const others = [
    ...(schema.type === 'integer' ? [fc.string()] : [fc.integer()]),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.jsonValue(), { maxLength: 2 }),
    ...(schema.type === 'object' ? [] : [fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 2 })]),
  ]
  return schema.enum === undefined
    ? fc.oneof(...others)
    : fc.oneof(
        ...others,
        fc.string().filter((text) => !(schema.enum ?? []).includes(text)),
      )
}

/** One world for many requests: whatever came before, no request may break it. */
const populated = async (): Promise<{ readonly here: World; readonly ids: readonly string[] }> => {
  const here = world({ rateLimiter })
  const booked = await bookedReservation(here)
  const asked = await paidConsultation(here)
  const open = await openIntent(here, { day: 2 })
  await stocked(here)
  const bought = await paidOrder(here)
  const { orderId, paymentId } = await ordered(here)
  const ids = [booked, asked, open].flatMap((each) => Object.values<string>(each))
  return { here, ids: [...ids, bought.orderId, bought.paymentId, orderId, paymentId] }
}

const anyone = fc.constantFrom(undefined, ana, staff)
const runs = { numRuns: 300 }

describe('whatever is sent', () => {
  it('is never answered with a fault of ours', async () => {
    const { here, ids } = await populated()
    const path = fc.oneof(fc.constantFrom(...ids), fc.string(), fc.string({ unit: 'grapheme' }))
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...operations),
        path,
        fc.array(fc.tuple(fc.oneof(fc.string(), fc.constantFrom('limit', 'after', 'status')), fc.string()), {
          maxLength: 3,
        }),
        fc.oneof(
          fc.jsonValue().map((value) => JSON.stringify(value)),
          fc.string({ unit: 'binary' }),
        ),
        fc.option(fc.stringMatching(/^[\x20-\x7e]{0,40}$/), { nil: undefined }),
        anyone,
        async ({ path: template, method }, id, query, body, key, as) => {
          const search = new URLSearchParams(query).toString()
          const { status, text } = await here.call(
            method,
            `/api${template.replace('{id}', encodeURIComponent(id))}?${search}`,
            {
              ...(as === undefined ? {} : { as }),
              headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': key }) },
              ...(method === 'GET' ? {} : { body }),
            },
          )
          expect(status, text).toBeLessThan(500)
        },
      ),
      runs,
    )
  })

  it.each(operations.filter(({ body }) => body !== undefined).map((each) => [each.path, each] as const))(
    'to %s is taken when it is as the document says, and refused with 400 when it is wrong in one place',
    async (template, { method, body = {} }) => {
      const { here, ids } = await populated()
      const path = `/api${template.replace('{id}', ids.find((id) => id.startsWith('pay_')) ?? '')}`
      const as = /^\/(intents|wallet|checkout)|\/pay-with-saved-card/.test(template) ? ana : staff
      const right = await here.call(method, path, { as, body: valid(body) })
      expect(right.json['code'], right.text).not.toBe('invalid_request')
      await fc.assert(
        fc.asyncProperty(invalid(body), async (wrong) => {
          const { status, text } = await here.call(method, path, {
            as,
            body: JSON.stringify(wrong),
            headers: { 'content-type': 'application/json' },
          })
          expect(status, `${JSON.stringify(wrong)} → ${text}`).toBe(400)
        }),
        { numRuns: 100 },
      )
    },
  )

  it.each(operations.filter(({ query }) => query.length > 0).map((each) => [each.path, each] as const))(
    'in the query of %s is refused with 400 when the document does not name it',
    async (template, { query }) => {
      const { here } = await populated()
      await fc.assert(
        fc.asyncProperty(
          fc.string({ minLength: 1 }).filter((name) => !query.includes(name)),
          fc.string(),
          async (name, value) => {
            const search = new URLSearchParams([[name, value]]).toString()
            expect(
              (
                await here.call('GET', `/api${template}?${search}`, {
                  as: template.startsWith('/wallet') ? ana : staff,
                })
              ).status,
            ).toBe(400)
          },
        ),
        { numRuns: 50 },
      )
    },
  )
})
