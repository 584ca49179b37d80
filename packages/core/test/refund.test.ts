import { describe, expect, it } from 'vitest'
import { at, attemptId, paymentId, refundId } from '../src/contracts/samples.ts'
import { accept, unchanged } from '../src/kernel/decision.ts'
import { after, day, hour, minute } from '../src/kernel/instant.ts'
import { money } from '../src/kernel/money.ts'
import {
  decideRefund,
  evolveRefund,
  isUnsettled,
  requestRefund,
  type Refund,
  type RefundCommand,
  type RefundEvent,
  type RefundState,
} from '../src/payment/refund.ts'
import { answersOf } from './every-status.ts'

const amount = money(500, 'MXN')
const base = {
  id: refundId('rf_1'),
  idempotencyKey: 'rf_1',
  paymentId: paymentId('pay_1'),
  attemptId: attemptId('att_1'),
  amount,
  destination: 'provider',
  reason: 'duplicate',
  requestedAt: at(70),
} as const
const named = { ...base, providerId: 're_1' }
const waiting = { lookAt: at(100), looks: 0 }
const inStatus = {
  requested: { ...base, ...waiting, status: 'requested' },
  pending: { ...named, ...waiting, status: 'pending' },
  succeeded: { ...named, status: 'succeeded', succeededAt: at(80) },
  failed: { ...named, status: 'failed', failedAt: at(81), detail: 'The account is closed.' },
} satisfies { readonly [Status in Refund['status']]: Refund }
const answers = answersOf<Refund, RefundCommand, RefundEvent>({
  states: Object.values<Refund>(inStatus),
  decide: decideRefund,
  evolve: evolveRefund,
})
const says = (state: RefundState, providerId?: string): RefundCommand => ({
  type: 'observe',
  at: at(5),
  state,
  ...(providerId === undefined ? {} : { providerId }),
})
const failed: RefundState = { type: 'failed', detail: 'no' }

describe('what a refund answers in every status', () => {
  it('to being on its way', () => {
    expect(answers(says({ type: 'pending' }, 're_1'))).toEqual({
      'accepted → pending': ['requested'],
      unchanged: ['pending', 'succeeded', 'failed'],
    })
    expect(answers(says({ type: 'pending' }))).toEqual({ unchanged: ['requested', 'pending', 'succeeded', 'failed'] })
  })

  it('to having arrived', () => {
    expect(answers(says({ type: 'succeeded' }, 're_1'))).toEqual({
      'succeeded → succeeded': ['requested', 'pending'],
      unchanged: ['succeeded', 'failed'],
    })
    expect(answers(says({ type: 'succeeded' }))).toEqual({
      unchanged: ['requested', 'succeeded', 'failed'],
      'succeeded → succeeded': ['pending'],
    })
  })

  it('to having failed, even after it had succeeded', () => {
    expect(answers(says(failed))).toEqual({
      'failed → failed': ['requested', 'pending', 'succeeded'],
      unchanged: ['failed'],
    })
  })

  it('to a look that brought nothing', () => {
    expect(answers({ type: 'note_look', at: at(5) })).toEqual({
      'looked → requested': ['requested'],
      'looked → pending': ['pending'],
      unchanged: ['succeeded', 'failed'],
    })
  })

  it('to the end of asking, once for each key', () => {
    expect(answers({ type: 'end_asking', at: at(5) })).toEqual({
      'asking_ended → requested': ['requested'],
      unchanged: ['pending', 'succeeded', 'failed'],
    })
    const sought = evolveRefund(inStatus.requested, { type: 'asking_ended', at: at(5) })
    expect(sought).toStrictEqual({ ...inStatus.requested, askingEndedAt: at(5) })
    expect(decideRefund(sought, { type: 'end_asking', at: at(6) })).toEqual(unchanged)
    expect(evolveRefund(sought, { type: 'looked', at: at(7) })).toMatchObject({ askingEndedAt: at(5) })
    expect(evolveRefund(sought, { type: 'key_rotated', idempotencyKey: 'rf_1~2' })).toStrictEqual({
      ...inStatus.requested,
      idempotencyKey: 'rf_1~2',
    })
    expect(evolveRefund(sought, { type: 'accepted', at: at(7), providerId: 're_1' })).not.toHaveProperty(
      'askingEndedAt',
    )
  })

  it('to a key that is used up: the one in use is replaced, and another is not', () => {
    expect(answers({ type: 'rotate_key', used: 'rf_1' })).toEqual({
      'key_rotated → requested': ['requested'],
      unchanged: ['pending', 'succeeded', 'failed'],
    })
    expect(answers({ type: 'rotate_key', used: 'rf_1~2' })).toEqual({
      unchanged: ['requested', 'pending', 'succeeded', 'failed'],
    })
  })
})

describe('the facts of a refund', () => {
  it('say when, and what the provider calls it', () => {
    const heard = { at: at(5), providerId: 're_1' }
    expect(decideRefund(inStatus.requested, says({ type: 'pending' }, 're_1'))).toStrictEqual(
      accept([{ type: 'accepted', ...heard }]),
    )
    expect(decideRefund(inStatus.requested, says({ type: 'succeeded' }, 're_1'))).toStrictEqual(
      accept([{ type: 'succeeded', ...heard }]),
    )
    expect(decideRefund(inStatus.requested, says(failed, 're_1'))).toStrictEqual(
      accept([{ type: 'failed', ...heard, detail: 'no' }]),
    )
    expect(decideRefund(inStatus.requested, says(failed))).toStrictEqual(
      accept([{ type: 'failed', at: at(5), detail: 'no' }]),
    )
    expect(decideRefund(inStatus.pending, says({ type: 'succeeded' }))).toStrictEqual(
      accept([{ type: 'succeeded', ...heard }]),
    )
    expect(decideRefund(inStatus.pending, { type: 'note_look', at: at(5) })).toStrictEqual(
      accept([{ type: 'looked', at: at(5) }]),
    )
  })

  it('name a next key that follows from the last, so that two who rotate agree', () => {
    const rotated = (idempotencyKey: string) =>
      decideRefund({ ...inStatus.requested, idempotencyKey }, { type: 'rotate_key', used: idempotencyKey })
    expect(rotated('rf_1')).toEqual(accept([{ type: 'key_rotated', idempotencyKey: 'rf_1~2' }]))
    expect(rotated('rf_1~2')).toEqual(accept([{ type: 'key_rotated', idempotencyKey: 'rf_1~3' }]))
    expect(rotated('rf_1~9')).toEqual(accept([{ type: 'key_rotated', idempotencyKey: 'rf_1~10' }]))
    expect(decideRefund(inStatus.requested, { type: 'rotate_key', used: 'other' })).toEqual(unchanged)
  })
})

describe('a refund after an event', () => {
  it('keeps what it is, and of the status it left only what is still so', () => {
    expect(evolveRefund(inStatus.requested, { type: 'accepted', at: at(5), providerId: 're_1' })).toStrictEqual({
      ...named,
      status: 'pending',
      lookAt: after(at(5), hour),
      looks: 0,
    })
    expect(evolveRefund(inStatus.pending, { type: 'succeeded', at: at(5), providerId: 're_2' })).toStrictEqual({
      ...named,
      status: 'succeeded',
      succeededAt: at(5),
    })
    expect(evolveRefund(inStatus.succeeded, { type: 'failed', at: at(5), detail: 'no' })).toStrictEqual({
      ...named,
      status: 'failed',
      failedAt: at(5),
      detail: 'no',
    })
    expect(evolveRefund(inStatus.requested, { type: 'failed', at: at(5), detail: 'no' })).toStrictEqual({
      ...base,
      status: 'failed',
      failedAt: at(5),
      detail: 'no',
    })
    expect(evolveRefund(inStatus.requested, { type: 'key_rotated', idempotencyKey: 'rf_1~2' })).toStrictEqual({
      ...inStatus.requested,
      idempotencyKey: 'rf_1~2',
    })
  })

  it('is asked about later each time, and at least once a day', () => {
    const waits = [0, 1, 2, 6, 7, 8, 11, 400].map((looks) => {
      const next = evolveRefund({ ...inStatus.pending, looks }, { type: 'looked', at: at(5) })
      return isUnsettled(next) ? [next.looks, (next.lookAt - at(5)) / minute] : []
    })
    expect(waits).toEqual([
      [1, 10],
      [2, 20],
      [3, 40],
      [7, 640],
      [8, 1280],
      [9, 1440],
      [12, 1440],
      [401, 1440],
    ])
    expect(1440 * minute).toBe(day)
  })
})

it('asks for a refund under a key of its own, and about it after ten minutes', () => {
  const { id, paymentId, attemptId, reason } = base
  expect(requestRefund({ id, paymentId, attemptId, amount, reason, at: at(70) })).toStrictEqual({
    ...base,
    status: 'requested',
    lookAt: after(at(70), 10 * minute),
    looks: 0,
  })
  expect(
    Object.values<Refund>(inStatus)
      .filter(isUnsettled)
      .map(({ status }) => status),
  ).toEqual(['requested', 'pending'])
})
