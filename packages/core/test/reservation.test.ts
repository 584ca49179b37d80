import { describe, expect, it } from 'vitest'
import { at, everyReservation, paidReservation, paymentId, slot } from '../src/contracts/samples.ts'
import { accept } from '../src/kernel/decision.ts'
import { money } from '../src/kernel/money.ts'
import {
  decideReservation,
  evolveReservation,
  makeReservation,
  overlap,
  type Reservation,
  type ReservationCommand,
  type ReservationEvent,
} from '../src/reservation/reservation.ts'
import { answersOf } from './every-status.ts'

const balance = { paymentId: paymentId('pay_balance'), amount: money(37_500, 'MXN'), dueAt: at(1_000) }
const stay = slot('casa', 0, 10, 20)
const states = everyReservation().map((reservation): Reservation => ({ ...reservation, slot: stay, balance }))
const answers = answersOf<Reservation, ReservationCommand, ReservationEvent>({
  states,
  decide: decideReservation,
  evolve: evolveReservation,
})

describe('what a reservation answers in every status', () => {
  it('to its balance falling due', () => {
    expect(answers({ type: 'start_balance' })).toEqual({
      'balance_fell_due → balance_due': ['confirmed'],
      unchanged: ['balance_due'],
      balance_already_paid: ['paid', 'completed'],
      reservation_cancelled: ['cancelled'],
    })
  })

  it('to a balance falling due of which it has none', () => {
    const { balance: _none, ...paid } = paidReservation('res_1', stay)
    expect(decideReservation(paid, { type: 'start_balance' })).toEqual({
      ok: false,
      refusal: { code: 'balance_not_owed' },
    })
  })

  it('to its balance being paid', () => {
    expect(answers({ type: 'note_balance_paid' })).toEqual({
      'balance_paid → paid': ['confirmed', 'balance_due'],
      unchanged: ['paid', 'completed'],
      reservation_cancelled: ['cancelled'],
    })
  })

  it('to the end of the stay, its balance due or waived, and to a moment before it', () => {
    const others = { unchanged: ['completed'], reservation_cancelled: ['cancelled'] }
    expect(answers({ type: 'complete', at: at(20), balance: 'due' })).toEqual({
      'completed → completed': ['paid'],
      reservation_not_paid: ['confirmed', 'balance_due'],
      ...others,
    })
    expect(answers({ type: 'complete', at: at(20), balance: 'waived' })).toEqual({
      'completed → completed': ['confirmed', 'balance_due', 'paid'],
      ...others,
    })
    for (const owed of ['due', 'waived'] as const)
      expect(answers({ type: 'complete', at: at(19), balance: owed })).toEqual({
        reservation_not_over: ['confirmed', 'balance_due', 'paid'],
        ...others,
      })
    expect(decideReservation(paidReservation('res_1', stay), { type: 'complete', at: at(19), balance: 'due' })).toEqual(
      {
        ok: false,
        refusal: { code: 'reservation_not_over', endsAt: at(20) },
      },
    )
  })

  it('to being cancelled', () => {
    expect(answers({ type: 'cancel', at: at(5), by: 'staff' })).toEqual({
      'cancelled → cancelled': ['confirmed', 'balance_due', 'paid'],
      unchanged: ['cancelled'],
      reservation_completed: ['completed'],
    })
  })
})

describe('a reservation after an event', () => {
  const { status: _paid, ...base } = paidReservation('res_1', stay, { balance })

  it('keeps what was booked, and of the status it left only what is still so', () => {
    const confirmed: Reservation = { ...base, status: 'confirmed' }
    expect(evolveReservation(confirmed, { type: 'balance_fell_due' })).toStrictEqual({ ...base, status: 'balance_due' })
    const paid = evolveReservation(confirmed, { type: 'balance_paid' })
    expect(paid).toStrictEqual({ ...base, status: 'paid' })
    expect(evolveReservation(paid, { type: 'completed', at: at(21) })).toStrictEqual({
      ...base,
      status: 'completed',
      completedAt: at(21),
    })
    expect(evolveReservation(paid, { type: 'cancelled', at: at(5), by: 'staff' })).toStrictEqual({
      ...base,
      status: 'cancelled',
      cancelledAt: at(5),
      cancelledBy: 'staff',
    })
  })

  it('has no balance where none was owed', () => {
    const cancelled = evolveReservation(paidReservation('res_1', stay), { type: 'cancelled', at: at(5), by: 'owner' })
    expect(Object.keys(cancelled)).not.toContain('balance')
  })

  it('says in its facts when, and by whom', () => {
    const paid = paidReservation('res_1', stay)
    expect(decideReservation(paid, { type: 'complete', at: at(21), balance: 'due' })).toEqual(
      accept([{ type: 'completed', at: at(21) }]),
    )
    expect(decideReservation(paid, { type: 'cancel', at: at(5), by: 'staff' })).toEqual(
      accept([{ type: 'cancelled', at: at(5), by: 'staff' }]),
    )
  })
})

it('makes a reservation that is confirmed while a balance is owed, and paid when none is', () => {
  const { status: _paid, ...base } = paidReservation('res_1', stay)
  expect(makeReservation(base)).toStrictEqual({ ...base, status: 'paid' })
  expect(makeReservation({ ...base, balance })).toStrictEqual({ ...base, balance, status: 'confirmed' })
})

describe('two slots', () => {
  it('overlap when they want the same unit at the same time, each end being free again', () => {
    expect(overlap(stay, slot('casa', 0, 19, 30))).toBe(true)
    expect(overlap(stay, slot('casa', 0, 0, 11))).toBe(true)
    expect(overlap(stay, slot('casa', 0, 12, 13))).toBe(true)
    expect(overlap(stay, slot('casa', 0, 0, 30))).toBe(true)
    expect(overlap(stay, slot('casa', 0, 20, 30))).toBe(false)
    expect(overlap(stay, slot('casa', 0, 0, 10))).toBe(false)
    expect(overlap(stay, slot('casa', 1, 10, 20))).toBe(false)
    expect(overlap(stay, slot('finca', 0, 10, 20))).toBe(false)
  })
})
