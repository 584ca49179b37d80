import type { Delivery } from '../engine/tables.ts'
import { faultKinds } from '../engine/tables.ts'
import type { World } from '../engine/world.ts'
import { addFault, clearFaults } from '../faults/faults.ts'
import { closeDispute, disputeOutcomes, isClosed, openDispute } from '../resources/disputes.ts'
import { authenticatePayment, settlePayment } from '../resources/payment-flow.ts'
import { getObject, idOf } from '../resources/references.ts'
import { refundStatuses, setRefundStatus } from '../resources/refunds.ts'
import { changeTotal } from '../resources/session-total.ts'
import { authenticateSetup } from '../resources/setup-intents.ts'
import { decodeJson, type RawObject } from '../wire/form.ts'
import { currency, integer, oneOf, readParameters, required, text, type ReadShape, type Shape } from '../wire/params.ts'
import { invalidParameter, refusedByState, StripeError } from '../wire/stripe-error.ts'
import { flushWebhooks, resendEvent, setWebhookMode, webhookModes, webhookSettings } from '../webhooks/deliveries.ts'
import type { Pump } from '../server/pump.ts'
import { jsonAnswer } from '../server/outcome.ts'
import { readLedger } from './ledger.ts'

/** What the control calls work on. */
export interface ControlOptions {
  readonly world: World
  readonly pump: Pump
  readonly catchUp: () => void
  readonly reset: () => void
}

/**
 * Answers `/_simulator/…`: what Stripe does not have and a test wants. No key is needed; bodies and answers are JSON.
 */
export const createControl = ({ world, pump, catchUp, reset }: ControlOptions) => {
  const calls = controlCalls({ world, pump, reset })
  return async (request: Request, url: URL): Promise<Response> => {
    const body = await request.text()
    catchUp()
    try {
      const found = calls
        .map((call) => ({ call, id: idIn(call, request.method, url.pathname) }))
        .find(({ id }) => id !== undefined)
      if (found === undefined) throw noSuchCall(request.method, url.pathname, calls)
      const answer = await found.call.run(decodeJson(body), found.id ?? '')
      pump.kick()
      return jsonAnswer(200, answer)
    } catch (error) {
      if (error instanceof StripeError) return jsonAnswer(error.status, { error: error.body })
      throw error
    }
  }
}

interface ControlCall {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** The path after `/_simulator`, with `{id}` for a variable segment. */
  readonly path: string
  readonly run: (raw: RawObject, id: string) => unknown
}

const controlCalls = ({ world, pump, reset }: Omit<ControlOptions, 'catchUp'>): readonly ControlCall[] => {
  // Changes made by hand are one transaction each, like calls.
  const call = <S extends Shape>(
    method: ControlCall['method'],
    path: string,
    shape: S,
    run: (params: ReadShape<S>, id: string) => unknown,
  ): ControlCall => ({ method, path, run: (raw, id) => run(readParameters(shape, raw), id) })
  const clock = () => ({ now_ms: world.nowMs(), now: new Date(world.nowMs()).toISOString() })

  return [
    call('GET', '/ledger', {}, () => readLedger(world)),
    call('GET', '/faults', {}, () => ({ faults: [...world.rows('fault')] })),
    call(
      'POST',
      '/faults',
      {
        match: required(text()),
        kind: required(oneOf(faultKinds)),
        times: integer({ min: 1 }),
        after: integer({ min: 0 }),
        ms: integer({ min: 0, max: 600_000 }),
        retry_after: integer({ min: 0 }),
      },
      ({ match, kind, times, after, ms, retry_after }) => {
        if (!/^(\*|[A-Z]+) (\/|\*)/.test(match)) {
          throw invalidParameter(
            'match',
            'Invalid match: expected "METHOD /path", such as "POST /v1/refunds" or "* /v1/*".',
          )
        }
        return addFault(world, {
          match,
          kind,
          ...(times !== undefined && { times }),
          ...(after !== undefined && { after }),
          ...(ms !== undefined && { ms }),
          ...(retry_after !== undefined && { retryAfterS: retry_after }),
        })
      },
    ),
    call('DELETE', '/faults', {}, () => ({ cleared: clearFaults(world) })),
    call('GET', '/webhooks', {}, () => webhookSettings(world)),
    call(
      'POST',
      '/webhooks',
      { mode: required(oneOf(webhookModes)), copies: integer({ min: 1, max: 100 }), ms: integer({ min: 0 }) },
      ({ mode, copies = 2, ms = 0 }) => {
        world.transaction(() => setWebhookMode(world, { mode, copies, ms }))
        return webhookSettings(world)
      },
    ),
    call('POST', '/webhooks/flush', {}, async () => {
      const flushed = world.transaction(() => flushWebhooks(world))
      await pump.settle()
      return { flushed }
    }),
    call('POST', '/events/{id}/deliver', {}, async (_, id) => {
      const event = world.find('event', id)
      if (event === undefined) throw invalidParameter('id', `No such event: '${id}'`, 'resource_missing')
      const queued = world.transaction(() => resendEvent(world, event))
      const sent: Delivery[] = []
      for (const delivery of queued) sent.push((await pump.deliver(delivery.id)) ?? delivery)
      return { deliveries: sent }
    }),
    call('GET', '/clock', {}, clock),
    call('POST', '/clock', { advance_s: required(integer({ min: 0 })) }, async ({ advance_s }) => {
      await pump.advance(advance_s * 1000)
      return clock()
    }),
    call(
      'POST',
      '/disputes',
      {
        payment_intent: required(text()),
        outcome: oneOf(disputeOutcomes),
        reason: text(),
        amount: integer({ min: 1 }),
      },
      (params) =>
        world.transaction(() => {
          const intent = getObject(world, 'payment_intent', params.payment_intent, 'payment_intent')
          const open = [...world.rows('dispute')].find(
            (each) => idOf(each.payment_intent) === intent.id && !isClosed(each),
          )
          const charge = world.find('charge', idOf(intent.latest_charge) ?? '')
          if (charge === undefined) throw refusedByState(`The PaymentIntent ${intent.id} has no charge to dispute.`)
          const { reason, amount } = params
          const dispute =
            open ??
            openDispute(world, charge, {
              ...(reason === undefined ? {} : { reason }),
              ...(amount === undefined ? {} : { amount }),
            })
          return params.outcome === undefined ? dispute : closeDispute(world, dispute, params.outcome)
        }),
    ),
    call('POST', '/refunds/{id}', { status: required(oneOf(refundStatuses)) }, ({ status }, id) =>
      world.transaction(() => setRefundStatus(world, getObject(world, 'refund', id), status)),
    ),
    call('POST', '/sessions/{id}/settle', { outcome: required(oneOf(['succeeded', 'failed'])) }, ({ outcome }, id) =>
      world.transaction(() => {
        const session = getObject(world, 'checkout.session', id)
        settle(idOf(session.payment_intent), outcome)
        return getObject(world, 'checkout.session', id)
      }),
    ),
    call(
      'POST',
      '/sessions/{id}/total',
      { amount: required(integer({ min: 1 })), currency: currency() },
      ({ amount, currency: to }, id) =>
        world.transaction(() =>
          changeTotal(world, getObject(world, 'checkout.session', id), {
            amount,
            ...(to === undefined ? {} : { currency: to }),
          }),
        ),
    ),
    call(
      'POST',
      '/payment_intents/{id}/settle',
      { outcome: required(oneOf(['succeeded', 'failed'])) },
      ({ outcome }, id) => world.transaction(() => settle(getObject(world, 'payment_intent', id).id, outcome)),
    ),
    call(
      'POST',
      '/payment_intents/{id}/authenticate',
      { outcome: required(oneOf(['succeeded', 'failed'])) },
      ({ outcome }, id) => world.transaction(() => authenticatePayment(world, id, outcome).intent),
    ),
    call(
      'POST',
      '/setup_intents/{id}/authenticate',
      { outcome: required(oneOf(['succeeded', 'failed'])) },
      ({ outcome }, id) =>
        world.transaction(() => authenticateSetup(world, getObject(world, 'setup_intent', id), outcome).setup),
    ),
    call('POST', '/reset', {}, () => {
      reset()
      return { reset: true, ...clock() }
    }),
  ]

  function settle(intent: string | null, outcome: 'succeeded' | 'failed') {
    const before = world.find('payment_intent', intent ?? '')
    if (before?.status !== 'processing') {
      throw refusedByState(`There is no bank debit under way: the payment has a status of ${before?.status ?? 'none'}.`)
    }
    return settlePayment(world, before.id, outcome)
  }
}

const idIn = ({ method, path }: ControlCall, givenMethod: string, givenPath: string): string | undefined => {
  if (method !== givenMethod) return undefined
  const pattern = new RegExp(`^/_simulator${path.replace('{id}', '([^/]+)')}/?$`)
  const match = pattern.exec(givenPath)
  return match === null ? undefined : (match[1] ?? '')
}

const noSuchCall = (method: string, path: string, calls: readonly ControlCall[]): StripeError =>
  new StripeError(
    404,
    {
      message:
        `There is no control call ${method} ${path}. There are: ` +
        `${calls.map((each) => `${each.method} /_simulator${each.path}`).join(', ')}.`,
      type: 'invalid_request_error',
    },
    'not_executed',
  )
