import { instant, money, type Json, type PaymentId } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { showKept } from '../src/wire/kept.ts'
import { bookedReservation, deliver, openIntent, staff, world, type AnyJson, type World } from './world.ts'

const story = async (here: World, paymentId: string): Promise<readonly AnyJson[]> => {
  const { json } = await here.call('GET', `/api/payments/${paymentId}/timeline/`, { as: staff })
  return json['timeline'] as readonly AnyJson[]
}

/** Names that are not snake_case, and numbers that look like a moment, anywhere in it. */
const strangers = (value: unknown, path = ''): readonly string[] =>
  typeof value === 'number' && value > 1_000_000_000
    ? [path]
    : typeof value !== 'object' || value === null
      ? []
      : Object.entries(value).flatMap(([name, part]) => [
          ...(/^(?:[a-z][a-z0-9_]*|\d+)$/.test(name) ? [] : [`${path}.${name}`]),
          ...strangers(part, `${path}.${name}`),
        ])

describe('what machines keep, on the wire', () => {
  it('has snake_case, decimal sums and ISO times in the story of a payment', async () => {
    const here = world()
    const { paymentId } = await bookedReservation(here)
    await here.call('POST', `/api/payments/${paymentId}/refunds/`, { as: staff, body: { amount: '25.5' } })
    const told = await story(here, paymentId)
    expect(strangers(told)).toEqual([])
    const dataOf = (name: string, type: string) =>
      told.find((entry) => entry['name'] === name && (entry['about'] as { type: string }).type === type)?.['data']
    expect(dataOf('requested', 'attempt')).toEqual({ kind: 'hosted', amount: '100.00', currency: 'MXN' })
    expect(dataOf('opened', 'attempt')).toMatchObject({
      at: '2027-01-01T00:00:00.000Z',
      provider_id: 'cs_1',
      expires_at: expect.stringMatching(/^2027-01-0\dT.*Z$/),
    })
    expect(dataOf('captured', 'attempt')).toMatchObject({ charge: { amount: '100.00', currency: 'MXN' } })
    expect(dataOf('refund_payment', 'payment')).toMatchObject({ amount: '25.50', currency: 'MXN', full: false })
    expect(dataOf('refunded_in_part', 'payment')).toEqual({ refunded: '25.50', currency: 'MXN' })
  })

  it('has the currency that an attempt was made in, after another was asked for', async () => {
    const here = world()
    const { intentId, paymentId } = await openIntent(here)
    await here.call('POST', `/api/intents/${intentId}/pay/`, { as: staff })
    const body = { amount: '8000', currency: 'JPY' }
    await here.call('POST', `/api/payments/${paymentId}/amount/`, { as: staff, body })
    const told = await story(here, paymentId)
    const data = (name: string) => told.find((entry) => entry['name'] === name)?.['data']
    expect(data('requested')).toMatchObject({ amount: '100.00', currency: 'MXN' })
    expect(data('change_amount')).toEqual({ amount: '8000', currency: 'JPY' })
    expect(data('amount_changed')).toMatchObject({ amount: '8000', currency: 'JPY' })
  })

  it('has them in work, and leaves what the host wrote', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    const now = here.clock.now()
    const details = { roomKey: 'A', startsAt: 5, deposit: { minorUnits: 5n, currency: 'MXN' } }
    const money = { minorUnits: 5000n, currency: 'MXN' as never }
    const to = { id: 'm1', to: 'ana' as never, paymentId: paymentId as PaymentId, reason: 'slot_taken' }
    await here.unitOfWork.run(async (tx) => {
      const message = {
        ...to,
        template: 'refunded_unavailable',
        amount: money,
        destination: 'wallet',
        details,
      } as const
      const effect = { type: 'send_message', paymentId: paymentId as PaymentId, message } as const
      await tx.outbox.append([{ id: 'send_message:m1', body: effect, dueAt: now }], now)
      await tx.tasks.append([{ id: 'sweep', body: { type: 'sweep', eventsUntil: instant(0) }, dueAt: now }], now)
    })
    const bodies = async (queue: string) => {
      const { json } = await here.call('GET', `/api/staff/${queue}/`, { as: staff })
      return (json['items'] as readonly AnyJson[]).map((item) => item['body'])
    }
    expect(await bodies('tasks')).toContainEqual({ type: 'sweep', events_until: '1970-01-01T00:00:00.000Z' })
    expect(await bodies('outbox')).toEqual([
      {
        type: 'send_message',
        payment_id: paymentId,
        message: {
          id: 'm1',
          to: 'ana',
          payment_id: paymentId,
          reason: 'slot_taken',
          template: 'refunded_unavailable',
          amount: '50.00',
          currency: 'MXN',
          destination: 'wallet',
          details: { roomKey: 'A', startsAt: 5, deposit: { minorUnits: '5', currency: 'MXN' } },
        },
      },
    ])
  })

  it('has them in events that came', async () => {
    const here = world()
    await bookedReservation(here)
    const { json } = await here.call('GET', '/api/staff/inbox/?status=done', { as: staff })
    expect(strangers(json)).toEqual([])
    expect(json['items']).toMatchObject([
      {
        body: {
          occurred_at: '2027-01-01T00:00:00.000Z',
          news: { report: { state: { charge: { amount: '100.00', currency: 'MXN' } } } },
        },
      },
    ])
  })

  it('has them in what needs a human', async () => {
    const here = world()
    const { paymentId } = await bookedReservation(here)
    const [attempt] = here.provider.truth.attempts()
    const chargeId = attempt?.state.type === 'captured' ? attempt.state.charge.id : ''
    here.provider.bank.dispute(chargeId, 'opened', money(40_00, 'MXN'))
    await deliver(here.holdfast, here.provider.events())
    const data = { expected: '24300 MXN', reported: '200 JPY', chargeId: 'ch_x' }
    const mismatch = { id: 'x', code: 'amount_mismatch', at: here.clock.now(), data } as const
    await here.unitOfWork.run((tx) => tx.attention.raise([{ ...mismatch, paymentId: paymentId as PaymentId }]))
    const { json } = await here.call('GET', '/api/staff/attention/', { as: staff })
    const known = (json['items'] as readonly AnyJson[]).map((item) => [item['code'], item['data']])
    expect(Object.fromEntries(known)).toMatchObject({
      dispute_opened: {
        status: 'open',
        amount: '40.00',
        currency: 'MXN',
        charged: { amount: '100.00', currency: 'MXN' },
        charge_id: expect.any(String),
      },
      amount_mismatch: {
        expected: { amount: '243.00', currency: 'MXN' },
        reported: { amount: '200', currency: 'JPY' },
        charge_id: 'ch_x',
      },
    })
  })
})

describe('a value that machines keep', () => {
  it.each<[string, Readonly<Record<string, Json>>, unknown]>([
    ['a sum that went out', { minorUnits: -5n }, { amount: '-0.05', currency: 'EUR' }],
    ['a sum with its currency', { missing: 500n, currency: 'JPY' }, { missing: '500', currency: 'JPY' }],
    [
      'a list',
      { refunds: [{ amount: { minorUnits: 5n, currency: 'KWD' } }] },
      { refunds: [{ amount: '0.005', currency: 'KWD' }] },
    ],
    ['a length of time', { retryAfterMs: 5 }, { retry_after_ms: 5 }],
    ['a text that is no sum', { expected: 'nothing' }, { expected: 'nothing' }],
    ['a moment that is none', { at: 1.5, dueAt: 'soon' }, { at: 1.5, due_at: 'soon' }],
    ['nothing', { a: null }, { a: null }],
  ])('is told as %s', (_what, data, told) => {
    expect(showKept(data, 'EUR' as never)).toEqual(told)
  })

  it('stays in minor units where no currency is known', () => {
    expect(showKept({ minorUnits: 5n })).toEqual({ minor_units: '5' })
  })
})
