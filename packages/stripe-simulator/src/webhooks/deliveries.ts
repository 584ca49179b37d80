import type Stripe from 'stripe'
import type { Delivery, DeliveryAttempt } from '../engine/tables.ts'
import type { World } from '../engine/world.ts'

/** What is done with webhooks instead of delivering each once and at once. */
export const webhookModes = ['normal', 'paused', 'drop', 'duplicate', 'reorder', 'delay'] as const

/** One of {@link webhookModes}. */
export type WebhookMode = (typeof webhookModes)[number]

/** The mode in force, with how many copies `duplicate` sends and how long `delay` and `reorder` hold back. */
export interface WebhookSettings {
  readonly mode: WebhookMode
  readonly copies: number
  readonly ms: number
}

/** The settings in force. */
export const webhookSettings = (world: World): WebhookSettings => ({
  mode: webhookModes.find((mode) => mode === world.find('setting', 'webhook_mode')?.value) ?? 'normal',
  copies: numberSetting(world, 'webhook_copies') ?? 2,
  ms: numberSetting(world, 'webhook_ms') ?? 0,
})

/** Changes the mode for events to come. Back in `normal`, what was held while paused becomes due. */
export const setWebhookMode = (world: World, { mode, copies, ms }: WebhookSettings): void => {
  world.put('setting', 'webhook_mode', { name: 'webhook_mode', value: mode })
  world.put('setting', 'webhook_copies', { name: 'webhook_copies', value: copies })
  world.put('setting', 'webhook_ms', { name: 'webhook_ms', value: ms })
  if (mode !== 'paused') releaseHeld(world)
}

/** Makes everything that waits due now, whatever it waits for. Answers how many deliveries that were. */
export const flushWebhooks = (world: World): number => {
  const waiting = listWaiting(world)
  for (const delivery of waiting) {
    save(world, { ...delivery, status: 'pending', dueMs: Math.min(delivery.dueMs, world.nowMs()) })
  }
  return waiting.length
}

/**
 * Queues an event for every endpoint that wants it, as the mode in force says. Answers how many endpoints that were.
 */
export const scheduleDeliveries = (world: World, event: Stripe.Event): number => {
  const endpoints = [...world.rows('webhook_endpoint')].filter((endpoint) => wants(world, endpoint, event))
  const settings = webhookSettings(world)
  for (const endpoint of endpoints) {
    const copies = settings.mode === 'duplicate' ? settings.copies : 1
    for (let copy = 0; copy < copies; copy += 1) queue(world, event, endpoint, settings)
  }
  return endpoints.length
}

/** Queues one more delivery of an event to every enabled endpoint, due now and whatever the mode: a re-send by hand. */
export const resendEvent = (world: World, event: Stripe.Event): readonly Delivery[] =>
  [...world.rows('webhook_endpoint')]
    .filter((endpoint) => endpoint.status === 'enabled' && hearsMode(world, endpoint, event))
    .map((endpoint) => queue(world, event, endpoint, { mode: 'normal', copies: 1, ms: 0 }))

/** What is due now, in the order in which it should be sent. */
export const listDueDeliveries = (world: World): readonly Delivery[] => {
  const nowMs = world.nowMs()
  return listWaiting(world)
    .filter(({ status, dueMs }) => status === 'pending' && dueMs <= nowMs)
    .sort((left, right) => left.dueMs - right.dueMs)
}

/** When the next attempt of any delivery is due, but for those in `except`. Undefined when none waits. */
export const nextDeliveryDueMs = (world: World, except: ReadonlySet<string> = new Set()): number | undefined => {
  const due = listWaiting(world).flatMap(({ id, status, dueMs }) =>
    status === 'pending' && !except.has(id) ? [dueMs] : [],
  )
  return due.length === 0 ? undefined : Math.min(...due)
}

/** Gives a delivery up for good: its event or its endpoint is gone. */
export const dropDelivery = (world: World, delivery: Delivery): void => {
  world.transaction(() => save(world, { ...delivery, status: 'dropped' }))
}

/** Writes down how an attempt went: 2xx ends it; anything else is tried again later, until it has been long enough. */
export const recordAttempt = (world: World, id: string, attempt: DeliveryAttempt): Delivery | undefined =>
  world.transaction(() => {
    const delivery = world.find('delivery', id)
    if (delivery === undefined) return undefined
    const attempts = [...delivery.attempts, attempt]
    if (attempt.status !== null && attempt.status >= 200 && attempt.status < 300) {
      noteDelivered(world, delivery)
      return save(world, { ...delivery, attempts, status: 'delivered' })
    }
    const { webhookFirstRetryMs, webhookLongestRetryMs, webhookGivesUpAfterMs } = world.behaviour
    const waitMs = Math.min(webhookFirstRetryMs * 4 ** (attempts.length - 1), webhookLongestRetryMs)
    const dueMs = world.nowMs() + waitMs
    const givenUp = dueMs > delivery.createdMs + webhookGivesUpAfterMs
    return save(world, { ...delivery, attempts, dueMs, status: givenUp ? 'failed' : 'pending' })
  })

const queue = (
  world: World,
  event: Stripe.Event,
  endpoint: Stripe.WebhookEndpoint,
  { mode, ms }: WebhookSettings,
): Delivery => {
  const nowMs = world.nowMs()
  const id = world.newId('whd')
  return save(world, {
    id,
    event: event.id,
    eventType: event.type,
    endpoint: endpoint.id,
    url: endpoint.url,
    status: mode === 'drop' ? 'dropped' : mode === 'paused' ? 'held' : 'pending',
    createdMs: nowMs,
    // Reordered events change places because each waits a different while, up to a second unless told otherwise.
    dueMs: nowMs + (mode === 'delay' ? ms : mode === 'reorder' ? world.random(ms > 0 ? ms : 1000) : 0),
    attempts: [],
  })
}

const wants = (world: World, endpoint: Stripe.WebhookEndpoint, event: Stripe.Event): boolean =>
  endpoint.status === 'enabled' &&
  hearsMode(world, endpoint, event) &&
  endpoint.enabled_events.some((type) => type === '*' || type === event.type)

const hearsMode = (world: World, { id, livemode }: Stripe.WebhookEndpoint, event: Stripe.Event): boolean =>
  livemode === event.livemode || world.find('endpoint_secret', id)?.bothModes === true

const releaseHeld = (world: World): void => {
  for (const delivery of listWaiting(world)) {
    if (delivery.status === 'held') save(world, { ...delivery, status: 'pending' })
  }
}

const listWaiting = (world: World): readonly Delivery[] =>
  [...world.rows('delivery_queue')].flatMap(({ id }) => world.find('delivery', id) ?? [])

const save = (world: World, delivery: Delivery): Delivery => {
  const { id, status, dueMs } = delivery
  if (status === 'pending' || status === 'held') world.put('delivery_queue', id, { id, dueMs })
  else world.remove('delivery_queue', id)
  return world.put('delivery', id, delivery)
}

const noteDelivered = (world: World, delivery: Delivery): void => {
  const event = world.find('event', delivery.event)
  if (event === undefined || delivery.status === 'delivered') return
  const pending_webhooks = Math.max(0, event.pending_webhooks - 1)
  world.put('event', event.id, { ...event, pending_webhooks })
}

const numberSetting = (world: World, name: string): number | undefined => {
  const value = world.find('setting', name)?.value
  return typeof value === 'number' ? value : undefined
}
