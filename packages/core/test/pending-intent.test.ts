import { describe, expect, it } from 'vitest'
import { at, everyIntent, openIntent } from '../src/contracts/samples.ts'
import { accept } from '../src/kernel/decision.ts'
import {
  decideIntent,
  evolveIntent,
  type IntentCommand,
  type IntentEvent,
  type PendingIntent,
} from '../src/pending-intent/pending-intent.ts'
import { answersOf } from './every-status.ts'

const states = everyIntent()
const answers = answersOf<PendingIntent, IntentCommand, IntentEvent>({
  states,
  decide: decideIntent,
  evolve: evolveIntent,
})
/** What the samples say of the intent that is fulfilled. */
const record = { type: 'reservation', id: 'res_1' }

describe('what an intent answers in every status', () => {
  it('to being paid', () => {
    expect(answers({ type: 'note_paid', at: at(5) })).toEqual({
      'paid → paid': ['open', 'abandoned'],
      unchanged: ['paid', 'fulfilled', 'refunded'],
    })
  })

  it('to becoming its record, or another', () => {
    const refusals = { intent_not_paid: ['open', 'abandoned'], intent_refunded: ['refunded'] }
    expect(answers({ type: 'fulfil', at: at(5), record })).toEqual({
      'fulfilled → fulfilled': ['paid'],
      unchanged: ['fulfilled'],
      ...refusals,
    })
    for (const other of [
      { ...record, id: 'res_2' },
      { ...record, type: 'ticket' },
    ])
      expect(answers({ type: 'fulfil', at: at(5), record: other })).toEqual({
        'fulfilled → fulfilled': ['paid'],
        intent_already_fulfilled: ['fulfilled'],
        ...refusals,
      })
  })

  it('to its money going back', () => {
    expect(answers({ type: 'give_back', at: at(5), reason: 'slot_taken' })).toEqual({
      'refunded → refunded': ['paid'],
      intent_already_fulfilled: ['fulfilled'],
      unchanged: ['refunded'],
      intent_not_paid: ['open', 'abandoned'],
    })
  })

  it('to being let go', () => {
    expect(answers({ type: 'abandon', at: at(5) })).toEqual({
      'abandoned → abandoned': ['open'],
      unchanged: ['abandoned'],
      intent_already_paid: ['paid', 'fulfilled', 'refunded'],
    })
  })
})

describe('the facts of an intent', () => {
  it('say when, what it became and why its money went back', () => {
    const paid = evolveIntent(openIntent('int_1'), { type: 'paid', at: at(4) })
    expect(decideIntent(openIntent('int_1'), { type: 'note_paid', at: at(5) })).toEqual(
      accept([{ type: 'paid', at: at(5) }]),
    )
    expect(decideIntent(paid, { type: 'fulfil', at: at(5), record })).toEqual(
      accept([{ type: 'fulfilled', at: at(5), record }]),
    )
    expect(decideIntent(paid, { type: 'give_back', at: at(5), reason: 'slot_taken' })).toEqual(
      accept([{ type: 'refunded', at: at(5), reason: 'slot_taken' }]),
    )
    expect(decideIntent(openIntent('int_1'), { type: 'abandon', at: at(5) })).toEqual(
      accept([{ type: 'abandoned', at: at(5) }]),
    )
  })
})

describe('an intent after an event', () => {
  const { status: _open, ...base } = openIntent('int_1')

  it('keeps what was wanted, and of the status it left only what is still so', () => {
    const paid = evolveIntent({ ...base, status: 'abandoned', abandonedAt: at(4) }, { type: 'paid', at: at(5) })
    expect(paid).toStrictEqual({ ...base, status: 'paid', paidAt: at(5) })
    expect(evolveIntent(paid, { type: 'fulfilled', at: at(6), record })).toStrictEqual({
      ...base,
      status: 'fulfilled',
      fulfilledAt: at(6),
      record,
    })
    expect(evolveIntent(paid, { type: 'refunded', at: at(6), reason: 'slot_taken' })).toStrictEqual({
      ...base,
      status: 'refunded',
      refundedAt: at(6),
      reason: 'slot_taken',
    })
    expect(evolveIntent({ ...base, status: 'open' }, { type: 'abandoned', at: at(6) })).toStrictEqual({
      ...base,
      status: 'abandoned',
      abandonedAt: at(6),
    })
  })
})
