import { instant } from '@holdfast/core'
import { memoryClock } from '@holdfast/core/memory'
import { describe, expect, it } from 'vitest'
import { catalogues, cookieSessions, routes } from '../src/index.ts'
import { ana, secret, world } from './world.ts'

interface Operation {
  readonly operationId: string
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[]
  readonly requestBody?: object
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: object }>>
  readonly security: readonly object[]
  readonly tags: readonly string[]
}
interface OpenApi {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string }
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: Readonly<Record<string, Readonly<Record<string, object>>>>
}

const document = (change = {}) => world(change).adapter.openapi() as OpenApi

describe('the OpenAPI document', () => {
  it('is served as it is built', async () => {
    const { adapter, call } = world()
    for (const path of ['/api/openapi.json', '/api/openapi.json/'])
      expect((await call('GET', path)).json).toEqual(JSON.parse(JSON.stringify(adapter.openapi())))
  })

  it('is an OpenAPI 3.1 document', () => {
    const { openapi, info, paths, servers } = document()
    expect(openapi).toBe('3.1.0')
    expect(info).toMatchObject({ title: 'Holdfast', version: '1' })
    expect(servers).toEqual([{ url: '/api' }])
    const operations = Object.values(paths).flatMap((path) => Object.values(path))
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
    for (const [path, methods] of Object.entries(paths))
      for (const { parameters = [], responses } of Object.values(methods)) {
        const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
        expect(parameters.filter((each) => each.in === 'path').map(({ name }) => name)).toEqual(named)
        expect(parameters.filter((each) => each.in === 'path').every(({ required }) => required === true)).toBe(true)
        for (const [status, { description }] of Object.entries(responses)) {
          expect(status).toMatch(/^[2345]\d\d$/)
          expect(description).not.toBe('')
        }
      }
  })

  it('refers to nothing that it does not hold', () => {
    const all = document()
    const references = [...JSON.stringify(all).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name]) => name,
    )
    expect(references.length).toBeGreaterThan(20)
    for (const name of references) expect(Object.keys(all.components['schemas'] ?? {})).toContain(name)
  })

  it.each(routes.map((route) => [route.name, route] as const))('has %s, with all that it answers', (_name, route) => {
    const { [route.method]: operation } = document().paths[`${route.path}/`] ?? {}
    expect(operation).toMatchObject({ operationId: route.name, tags: [route.tag] })
    const { responses, security, requestBody, parameters = [] } = operation as Operation
    const described = Object.values(responses).map(({ description }) => description)
    for (const code of route.refusals) expect(described.join()).toContain(`\`${code}\``)
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(Object.keys(route.answers)))
    expect(security).toHaveLength(route.who === 'anyone' ? 0 : 1)
    expect(requestBody !== undefined).toBe(route.body !== undefined)
    expect(parameters.some(({ name }) => name === 'Idempotency-Key')).toBe(route.keyed === true)
    expect('303' in responses).toBe(route.leadsOn === true)
  })

  describe('names the cookie that signs callers in', () => {
    const nameOf = (change = {}) => document(change).components['securitySchemes']?.['session']
    const secrets = [secret] as const
    const sessions = (more: object) => cookieSessions({ secrets, clock: memoryClock(instant(0)), ...more })

    it.each([
      ['without HTTPS', { secure: false }, 'holdfast_session'],
      ['with it', {}, '__Host-holdfast_session'],
      ["by the host's own name", { name: 'shop' }, '__Host-shop'],
    ])('%s', (_how, more, name) => {
      expect(nameOf({ authenticator: sessions(more) })).toMatchObject({ in: 'cookie', name })
    })

    it.each([
      [false, 'holdfast_session'],
      [true, '__Host-holdfast_session'],
    ])('as its own cookies are, where the authenticator names none (secure: %s)', (secure, name) => {
      expect(nameOf({ cookies: { secrets, secure } })).toMatchObject({ name })
    })
  })

  it('has nothing that is not in the table', () => {
    const calls = Object.entries(document().paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((each) => `${each} ${path}`),
    )
    expect(calls.toSorted()).toEqual(routes.map(({ method, path }) => `${method} ${path}/`).toSorted())
  })

  it('says where the webhook is when it is elsewhere', () => {
    expect(document({ webhooksPath: '/hooks' }).paths['/hooks/']?.['post']).toMatchObject({ servers: [{ url: '/' }] })
  })
})

describe('the problem in the document', () => {
  it('lists every reason for which a built-in kind does not take a part of a payload', () => {
    const { components } = document() as unknown as { readonly components: { readonly schemas: { Problem: object } } }
    const problem = JSON.stringify(components.schemas.Problem)
    for (const code of Object.keys(catalogues.en.payloadReasons)) expect(problem).toContain(`\`${code}\``)
  })
})

describe('the documentation page', () => {
  it('is made of files of our own and lets in no others', async () => {
    const { call } = world()
    const page = await call('GET', '/api/docs/')
    expect(page.status).toBe(200)
    expect(page.text).not.toMatch(/https?:\/\//)
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self';/)
    const files = [...page.text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path ?? '')
    expect(files).toHaveLength(3)
    for (const file of files) {
      const { status, text, headers } = await call('GET', file)
      expect([status, text.length > 50]).toEqual([200, true])
      expect(headers.get('content-type')).toMatch(/css|javascript/)
    }
  })

  it('serves no other file', async () => {
    for (const path of ['/api/docs/package.json', '/api/docs/..%2fpackage.json', '/api/docs/index.html'])
      expect((await world().call('GET', path)).status).toBe(404)
  })

  it('may be left out', async () => {
    const { call } = world({ docs: false })
    expect((await call('GET', '/api/docs')).status).toBe(404)
    expect((await call('GET', '/api/openapi.json', { as: ana })).status).toBe(200)
  })
})
