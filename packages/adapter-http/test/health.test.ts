import { StoreUnavailable } from '@holdfast/core'
import { Container } from 'inversify'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { refused, reply, route, type HttpAdapter } from '../src/index.ts'
import { httpModule } from '../src/inversify.ts'
import { ana, world } from './world.ts'

describe('health', () => {
  it.each(['/healthz', '/api/healthz', '/api/healthz/'])('is told at %s, to anyone', async (path) => {
    const { status, json } = await world().call('GET', path)
    expect([status, json]).toEqual([200, { status: 'ok' }])
  })

  it('is ready when everything it needs answers', async () => {
    const here = world({ healthChecks: [{ name: 'redis', check: async () => {} }] })
    const { status, json } = await here.call('GET', '/readyz')
    expect([status, json]).toEqual([200, { status: 'ready', checks: { database: 'ok', redis: 'ok' } }])
  })

  it('is not ready when something does not, and says only what', async () => {
    const here = world({
      healthChecks: [{ name: 'redis', check: () => Promise.reject(new Error('no route to 10.0.0.5')) }],
    })
    const { status, json } = await here.call('GET', '/api/readyz')
    expect([status, json]).toEqual([503, { status: 'not_ready', checks: { database: 'ok', redis: 'failed' } }])
    expect(here.logged).toContainEqual(expect.objectContaining({ event: 'health_check_failed' }))
  })

  it('is not ready while a check hangs', async () => {
    const here = world({ healthChecks: [{ name: 'redis', check: () => new Promise(() => {}) }] })
    expect((await here.call('GET', '/readyz')).json['checks']).toEqual({ database: 'ok', redis: 'failed' })
  })
})

describe('metrics', () => {
  const counted = { contentType: 'text/plain; version=0.0.4; charset=utf-8', body: 'holdfast_ghost_records 0\n' }

  it.each(['/metrics', '/metrics/', '/api/metrics', '/api/metrics/'])('are told at %s, as they are', async (path) => {
    const { status, headers, text } = await world({ metrics: async () => counted }).call('GET', path)
    expect([status, headers.get('content-type'), text]).toEqual([200, counted.contentType, counted.body])
    expect(headers.get('cache-control')).toBe('no-store')
  })

  it('are not there where the host has given none', async () => {
    const { status, json } = await world().call('GET', '/metrics')
    expect([status, json['code']]).toEqual([404, 'not_found'])
  })

  it('that cannot be counted just now are a problem, and not half an answer', async () => {
    const here = world({ metrics: () => Promise.reject(new StoreUnavailable('gone')) })
    const { status, json } = await here.call('GET', '/metrics')
    expect([status, json['code']]).toEqual([503, 'store_unavailable'])
  })

  it('stand in the document as text, and not as JSON', () => {
    expect(world().adapter.openapi()).toHaveProperty(['paths', '/metrics/', 'get', 'responses', '200', 'content'], {
      'text/plain': { schema: { type: 'string' } },
    })
  })
})

describe('routes of the host’s own', () => {
  const greet = route({
    name: 'greet',
    method: 'post',
    path: '/greet',
    tag: 'Host',
    summary: 'Greets.',
    who: 'owner',
    body: z.strictObject({ name: z.string() }),
    answers: { 200: z.object({ greeting: z.string() }) },
    refusals: ['slot_taken'],
    developersOnly: true,
    handle: async ({ actor, body }) =>
      body.name === 'nobody'
        ? refused({ code: 'slot_taken' })
        : reply(200, { greeting: `${body.name} from ${actor.id}` }),
  })

  it('have the same guards and stand in the same document', async () => {
    const here = world({ moreRoutes: [greet], production: false })
    expect((await here.call('POST', '/api/greet', { as: ana, body: { name: 'x' } })).json).toEqual({
      greeting: 'x from ana',
    })
    expect((await here.call('POST', '/api/greet', { as: ana, body: { name: 'nobody' } })).status).toBe(409)
    expect((await here.call('POST', '/api/greet', { as: ana, body: {} })).status).toBe(400)
    expect((await here.call('POST', '/api/greet', { body: {} })).status).toBe(401)
    expect(here.adapter.openapi()).toHaveProperty(['paths', '/greet/', 'post', 'operationId'], 'greet')
  })

  it('are left out in production where they are for developers', async () => {
    const here = world({ moreRoutes: [greet], production: true })
    expect((await here.call('POST', '/api/greet', { as: ana, body: { name: 'x' } })).status).toBe(404)
  })
})

describe('the container module', () => {
  it('binds one adapter from what the other modules bind', async () => {
    const { options, logged } = world()
    const { holdfast, unitOfWork, webhookVerifier, clock, authenticator, logger, ...rest } = options
    const container = new Container()
    const services = { holdfast, unitOfWork, webhookVerifier, clock, authenticator, logger }
    for (const [name, service] of Object.entries(services)) container.bind(name).toConstantValue(service)
    container.load(httpModule(rest))
    const adapter = container.get<HttpAdapter>('httpAdapter')
    expect(container.get('httpAdapter')).toBe(adapter)
    const response = await adapter.fetch(new Request('https://host.example/healthz'))
    expect(response.status).toBe(200)
    expect(logged).toHaveLength(1)
  })
})
