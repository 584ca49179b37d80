import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mountInExpress } from './mounting/express.ts'
import { mountInFastify } from './mounting/fastify.ts'
import { mountInHono } from './mounting/hono.ts'
import { here as nextWorld } from './mounting/next/holdfast.ts'
import * as nextRoute from './mounting/next/route.ts'
import { mountInNext } from './mounting/next.ts'
import { mountInNode } from './mounting/node-http.ts'
import type { Mounted } from './mounting/served.ts'
import { mounting } from './mounting/world.ts'
import { ana, type AnyJson } from './world.ts'

/** The ways of the README to mount the adapter. What has no routes beside it is alone. */
const ways = [
  { name: 'Hono', here: mounting(), mount: mountInHono, alone: false },
  { name: 'node:http', here: mounting(), mount: mountInNode, alone: true },
  { name: 'Express', here: mounting(), mount: mountInExpress, alone: false },
  { name: 'Fastify', here: mounting(), mount: mountInFastify, alone: false },
  { name: 'Next.js', here: nextWorld, mount: mountInNext, alone: true },
]

describe.each(ways)('mounted in $name', ({ here, mount }) => {
  let mounted: Mounted
  beforeAll(async () => void (mounted = await mount(here.adapter)))
  afterAll(() => mounted.close())
  const post = (path: string, body: string, headers: Readonly<Record<string, string>> = {}) =>
    mounted.ask(path, {
      method: 'POST',
      headers: { authorization: ana, 'content-type': 'application/json', ...headers },
      body,
    })
  const json = async (response: Response): Promise<AnyJson> => (await response.json()) as AnyJson
  let day = 0
  const open = async (): Promise<Response> => {
    day += 1
    return post('/api/intents/', JSON.stringify({ kind: 'reservation', payload: { house: 'casa', day } }))
  }

  it('it reads and writes, with and without the slash at the end', async () => {
    const { payment_id } = await json(await open())
    for (const path of [`/api/payments/${String(payment_id)}/status/`, `/api/payments/${String(payment_id)}/status`]) {
      const read = await mounted.ask(path, { headers: { authorization: ana } })
      expect([read.status, await json(read)]).toMatchObject([200, { payment_id, payment_status: 'PENDING' }])
    }
  })

  it('it gets a webhook as it was sent, byte for byte', async () => {
    const sent = ' {"id" : "evt_1",\r\n "name":"Café ☕"}\n'
    const answer = await post('/api/webhooks/stripe', sent, { 'stripe-signature': 't=1,v1=x' })
    expect([answer.status, here.webhooks.at(-1)]).toEqual([200, sent])
  })

  it('it sets its cookie, and leads a browser on', async () => {
    const opened = await open()
    expect(opened.headers.getSetCookie()).toEqual([expect.stringContaining('holdfast_intent=')])
    const { intent_id } = await json(opened)
    const led = await mounted.ask(`/api/intents/${String(intent_id)}/pay/`, {
      method: 'POST',
      headers: { authorization: ana, accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
      body: '',
    })
    expect([led.status, led.headers.get('location')]).toEqual([303, expect.stringContaining('https://pay.example/')])
  })

  it('it refuses a body that is too large, and what is not JSON', async () => {
    const large = await post('/api/intents/', ' '.repeat(1_048_577))
    expect([large.status, (await json(large))['code']]).toEqual([413, 'body_too_large'])
    const text = await post('/api/intents/', '{}', { 'content-type': 'text/plain' })
    expect([text.status, (await json(text))['code']]).toEqual([415, 'unsupported_media_type'])
    expect((await post('/api/intents/', '{')).status).toBe(400)
  })

  it('it answers HEAD and preflights, and says what it does not have', async () => {
    const head = await mounted.ask('/api/payments/', { method: 'HEAD', headers: { authorization: ana } })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const preflight = await mounted.ask('/api/intents/', {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' },
    })
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([
      204,
      'https://shop.example',
    ])
    const missing = await mounted.ask('/api/nothing')
    expect([missing.status, missing.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
  })
})

it.each(ways.filter(({ alone }) => !alone))(
  'leaves a host in $name its own routes, and their bodies to whoever parses them',
  async ({ here, mount }) => {
    const mounted = await mount(here.adapter)
    const headers = { 'content-type': 'application/json' }
    const answer = await mounted.ask('/own', { method: 'POST', headers, body: '{"a":1}' })
    expect(await answer.json()).toEqual({ host: { a: 1 } })
    await mounted.close()
  },
)

it('exports from a Next.js route file nothing but methods that Next.js knows', () => {
  expect(Object.keys(nextRoute).toSorted()).toEqual(['GET', 'HEAD', 'OPTIONS', 'POST'])
})
