import Stripe from 'stripe'
import { scheduleDeliveries } from '../webhooks/deliveries.ts'
import type { World } from './world.ts'

/** The API version whose shapes the simulator speaks: that of the SDK it is built against. */
export const apiVersion: string = Stripe.API_VERSION

/** An object that can be the subject of an event. */
export interface EventSubject {
  readonly id: string
  readonly object: string
}

/**
 * Records that something happened to `subject`, as it is now, and queues the webhooks about it.
 *
 * `previous` holds the former values of the fields that changed; Stripe gives it on `*.updated` events only.
 */
export const emit = (
  world: World,
  type: Stripe.Event.Type,
  subject: EventSubject,
  previous?: Readonly<Record<string, unknown>>,
): Stripe.Event => {
  const request = world.request()
  // Every event type has its own interface in the SDK; which one this is follows from `type` at run time only.
  const event = {
    id: world.newId('evt'),
    object: 'event',
    api_version: apiVersion,
    created: world.now(),
    data: { object: subject, ...(previous !== undefined && { previous_attributes: previous }) },
    livemode: livemodeOf(world, subject),
    pending_webhooks: 0,
    request: { id: request?.id ?? null, idempotency_key: request?.idempotencyKey ?? null },
    type,
  } as unknown as Stripe.Event
  const waiting = scheduleDeliveries(world, event)
  const stored: Stripe.Event = { ...event, pending_webhooks: waiting }
  return world.put('event', stored.id, stored)
}

const livemodeOf = (world: World, subject: EventSubject): boolean => {
  if ('livemode' in subject && typeof subject.livemode === 'boolean') return subject.livemode
  if ('charge' in subject && typeof subject.charge === 'string') {
    return world.find('charge', subject.charge)?.livemode ?? false
  }
  return world.request()?.livemode ?? world.behaviour.livemode ?? false
}
