import type Stripe from 'stripe'
import type { World } from '../engine/world.ts'
import { listObjects, paging } from '../wire/lists.ts'
import { mergeMetadata, metadata } from '../wire/metadata.ts'
import { address, emptyable, flag, list, required, text, unmodelled } from '../wire/params.ts'
import { route, type Route } from '../wire/routes.ts'
import { getObject } from './references.ts'

/** The calls on webhook endpoints. */
export const webhookEndpointRoutes: readonly Route[] = [
  route(
    'POST',
    '/v1/webhook_endpoints',
    {
      enabled_events: required(list(text())),
      url: required(address()),
      api_version: text(),
      connect: unmodelled(),
      description: emptyable(text()),
      metadata: metadata(),
    },
    (world, params) => {
      const secret = `whsec_${world.newId('x', 32).slice(2)}`
      const endpoint = addEndpoint(world, {
        url: params.url,
        secret,
        events: params.enabled_events,
        apiVersion: params.api_version ?? null,
        description: params.description ?? null,
        metadata: mergeMetadata({}, params.metadata),
        livemode: world.request()?.livemode ?? false,
        bothModes: false,
      })
      return { ...endpoint, secret }
    },
  ),
  route('GET', '/v1/webhook_endpoints/{id}', {}, (world, _, { id = '' }) => getObject(world, 'webhook_endpoint', id)),
  route('GET', '/v1/webhook_endpoints', paging, (world, params) =>
    listObjects(world, { table: 'webhook_endpoint', url: '/v1/webhook_endpoints', params }),
  ),
  route(
    'POST',
    '/v1/webhook_endpoints/{id}',
    {
      description: emptyable(text()),
      disabled: flag(),
      enabled_events: list(text()),
      metadata: metadata(),
      url: address(),
    },
    (world, params, { id = '' }) => {
      const before = getObject(world, 'webhook_endpoint', id)
      return world.put('webhook_endpoint', id, {
        ...before,
        ...(params.description !== undefined && { description: params.description }),
        ...(params.disabled !== undefined && { status: params.disabled ? 'disabled' : 'enabled' }),
        ...(params.enabled_events !== undefined && { enabled_events: [...params.enabled_events] }),
        ...(params.url !== undefined && { url: params.url }),
        metadata: mergeMetadata(before.metadata, params.metadata),
      })
    },
  ),
  route('DELETE', '/v1/webhook_endpoints/{id}', {}, (world, _, { id = '' }) => {
    getObject(world, 'webhook_endpoint', id)
    world.remove('webhook_endpoint', id)
    world.remove('endpoint_secret', id)
    return { id, object: 'webhook_endpoint', deleted: true }
  }),
]

/** What an endpoint is made of. */
export interface NewEndpoint {
  readonly url: string
  readonly secret: string
  /** Event types, or `*` for all. */
  readonly events: readonly string[]
  readonly apiVersion: string | null
  readonly description: string | null
  readonly metadata: Stripe.Metadata
  readonly livemode: boolean
  readonly bothModes: boolean
}

/** Registers an endpoint; events from now on are delivered to it. */
export const addEndpoint = (world: World, given: NewEndpoint): Stripe.WebhookEndpoint => {
  const id = world.newId('we')
  world.put('endpoint_secret', id, { endpoint: id, secret: given.secret, bothModes: given.bothModes })
  return world.put('webhook_endpoint', id, {
    id,
    object: 'webhook_endpoint',
    api_version: given.apiVersion,
    application: null,
    created: world.now(),
    description: given.description,
    enabled_events: [...given.events],
    livemode: given.livemode,
    metadata: given.metadata,
    status: 'enabled',
    url: given.url,
  }) as Stripe.WebhookEndpoint
}
