import { EventEmitter, once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Stripe from 'stripe'
import { afterEach, describe, expect, it } from 'vitest'
import { serveSimulator, UnreadableStateFile, type ServeOptions, type SimulatorServer } from '../src/index.ts'
import { failure, ownStateFile, sessionParams } from './harness.ts'

const open: { close: () => unknown }[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

const serve = async (options: ServeOptions = {}): Promise<SimulatorServer> => {
  const server = await serveSimulator({ port: 0, seed: 'http', ...options })
  open.push(server)
  return server
}

const sdk = ({ host, port }: SimulatorServer): Stripe =>
  new Stripe('sk_test_http', { host, port, protocol: 'http', telemetry: false, maxNetworkRetries: 0 })

const control = async (server: SimulatorServer, path: string, body: unknown): Promise<unknown> =>
  (await fetch(`${server.url}/_simulator${path}`, { method: 'POST', body: JSON.stringify(body) })).json()

it('talks to the official SDK by host, port and protocol', async () => {
  const server = await serve()
  const stripe = sdk(server)
  const session = await stripe.checkout.sessions.create(sessionParams())
  expect(session.url).toBe(`${server.url}/c/pay/${session.id}`)
  await fetch(`${server.url}/v1/payment_pages/${session.id}/confirm`, {
    method: 'POST',
    body: 'payment_method=pm_card_visa',
  })
  expect((await stripe.checkout.sessions.retrieve(session.id)).payment_status).toBe('paid')
})

it('delivers signed webhooks by itself', async () => {
  const events: Stripe.Event[] = []
  const receiver = await receive((body, signature) => {
    events.push(new Stripe('sk_test_http', { telemetry: false }).webhooks.constructEvent(body, signature, 'whsec_http'))
  })
  const server = await serve({ webhooks: [{ url: receiver, secret: 'whsec_http' }] })
  const customer = await sdk(server).customers.create({ email: 'ana@example.com' })
  await expect.poll(() => events.map(({ type }) => type)).toEqual(['customer.created'])
  expect(events[0]?.data.object).toMatchObject({ id: customer.id })
})

it.each(['timeout_before_effect', 'timeout_after_effect', 'reset_after_headers'])(
  'drops the connection on %s',
  async (kind) => {
    const server = await serve()
    const stripe = sdk(server)
    await control(server, '/faults', { match: 'POST /v1/customers', kind, ms: 5, times: 2 })
    const error = await failure(stripe.customers.create({ email: 'ana@example.com' }, { idempotencyKey: 'k1' }))
    expect(error).toBeInstanceOf(Stripe.errors.StripeConnectionError)
    // With no retries the SDK still tries a closed socket once more, which is why the fault strikes twice.
    await fetch(`${server.url}/_simulator/faults`, { method: 'DELETE' })
    await stripe.customers.create({ email: 'ana@example.com' }, { idempotencyKey: 'k1' })
    expect((await stripe.customers.list()).data).toHaveLength(1)
  },
)

it('says clearly that its port is taken', async () => {
  const first = await serve()
  await expect(serveSimulator({ port: first.port })).rejects.toThrow(/EADDRINUSE/)
})

describe('with a state file', () => {
  const own = ownStateFile()

  it('leaves it alone where its port is taken: it may belong to whoever has it', async () => {
    const first = await serve({ stateFile: own.path })
    await expect(serveSimulator({ port: first.port, stateFile: own.path })).rejects.toThrow(/EADDRINUSE/)
    await sdk(first).customers.create({ email: 'ana@example.com' })
    await first.close()
    const second = await serve({ stateFile: own.path })
    expect((await sdk(second).customers.list()).data).toMatchObject([{ email: 'ana@example.com' }])
  })

  it('gives its port back where the file cannot be read', async () => {
    const { port, close } = await serve()
    await close()
    writeFileSync(own.path, 'no journal\n')
    await expect(serveSimulator({ port, stateFile: own.path })).rejects.toThrow(UnreadableStateFile)
    await serve({ port })
  })

  it('closes while a webhook is under way, and sends that one again when it starts again', async () => {
    const receiver = new EventEmitter()
    const [arrived, answered] = [once(receiver, 'arrived'), once(receiver, 'answered')]
    const webhooks = [{ url: 'http://127.0.0.1:9/hooks', secret: 'whsec_http' }]
    const deliver = async (): Promise<Response> => {
      receiver.emit('arrived')
      await answered
      return new Response(null, { status: 200 })
    }
    const first = await serve({ stateFile: own.path, webhooks, deliver })
    await sdk(first).customers.create({ email: 'ana@example.com' })
    await arrived
    await first.close()
    receiver.emit('answered')
    const second = await serve({
      stateFile: own.path,
      webhooks,
      deliver: async () => new Response(null, { status: 200 }),
    })
    await expect.poll(() => second.simulator.ledger().deliveries).toMatchObject([{ status: 'delivered' }])
  })
})

it('refuses a call without a key, and control calls need none', async () => {
  const server = await serve()
  const refused = await fetch(`${server.url}/v1/customers`)
  expect(refused.status).toBe(401)
  expect(await refused.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
  expect((await fetch(`${server.url}/_simulator/clock`)).status).toBe(200)
})

const receive = async (onWebhook: (body: Buffer, signature: string) => void): Promise<string> => {
  const receiver: Server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      onWebhook(Buffer.concat(parts), String(request.headers['stripe-signature']))
      response.end()
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  open.push(receiver)
  return `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/webhooks`
}
