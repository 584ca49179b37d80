import { describe, expect, it } from 'vitest'
import {
  at,
  attemptId,
  cancelledReservation,
  intentId,
  openIntent,
  ownerId,
  paidReservation,
  paymentId,
  pendingPayment,
  slot,
} from '../src/contracts/samples.ts'
import { reservationKind } from '../src/fulfilment/reservation-kind.ts'
import { bug } from '../src/kernel/bug.ts'
import { after } from '../src/kernel/instant.ts'
import { money } from '../src/kernel/money.ts'
import { err, ok } from '../src/kernel/result.ts'
import { memoryUnitOfWork, sequentialIds } from '../src/memory/index.ts'
import type { Charge } from '../src/payment/attempt.ts'
import type { Quote } from '../src/pending-intent/pending-intent.ts'
import type { CollectedPayment } from '../src/payment/payment.ts'
import type { Reservation, Slot } from '../src/reservation/reservation.ts'

const nights = slot('casa', 0, 100, 200)
const balance = { amount: money(37_500, 'MXN'), dueAt: at(50), item: { name: 'Balance', description: 'Casa' } }
const quote: Quote & { readonly slot: Slot } = {
  amount: money(12_500, 'MXN'),
  purpose: 'deposit',
  item: { name: 'Deposit', description: 'Casa' },
  slot: nights,
  details: { guests: 2 },
}
const charge: Charge = { id: 'pi_1', amount: quote.amount, customerId: 'cus_1', paymentMethodId: 'pm_1' }
const payment = {
  ...pendingPayment('pay_deposit'),
  status: 'completed',
  completedAt: at(9),
  attemptId: attemptId('att_1'),
  refunded: 0n,
} as CollectedPayment

const house = (
  quoted: Awaited<ReturnType<Parameters<typeof reservationKind>[0]['catalogue']['quote']>> = ok(quote),
) => {
  const unitOfWork = memoryUnitOfWork()
  const kind = reservationKind({ unitOfWork, catalogue: { quote: async () => quoted } })
  const { available = () => bug('A reservation is not always available.') } = kind
  const { slot: _one, ...slotless } = quote
  return {
    unitOfWork,
    taken: (reservation: Reservation) => unitOfWork.run((tx) => tx.reservations.save(reservation, 0)),
    quote: () => kind.quote({}, { owner: ownerId('ana'), now: at(0) }),
    available: (wanted: Quote) => unitOfWork.read((tx) => available(tx, openIntent('int_1', { quote: wanted }))),
    fulfil: (wanted: Quote, paidBy: Charge = charge, now = at(10)) =>
      unitOfWork.run((tx) =>
        kind.fulfil({
          tx,
          ids: sequentialIds(),
          intent: openIntent('int_1', { quote: wanted }),
          payment,
          charge: paidBy,
          now,
        }),
      ),
    slotless,
  }
}

describe('a reservation that is quoted', () => {
  it('is free as long as nobody holds its unit in those nights', async () => {
    const { quote: ask, available, taken } = house()
    await taken(paidReservation('res_other_unit', slot('casa', 1, 100, 200)))
    await taken(paidReservation('res_before', slot('casa', 0, 50, 100)))
    await taken(paidReservation('res_elsewhere', slot('finca', 0, 100, 200)))
    await taken(cancelledReservation('res_cancelled', nights))
    expect(await ask()).toEqual(ok({ ...quote, payableUntil: nights.endsAt }))
    expect(await available(quote)).toBe(true)
    await taken(paidReservation('res_same', slot('casa', 0, 199, 300)))
    expect(await ask()).toEqual(err({ code: 'slot_taken' }))
    expect(await available(quote)).toBe(false)
  })

  it('of which there are several is free as long as any is free for all of those nights', async () => {
    const three = { ...quote, capacity: 3 }
    const { quote: ask, available, taken } = house(ok(three))
    await taken(paidReservation('res_0', nights))
    await taken(paidReservation('res_2', slot('casa', 2, 199, 300)))
    expect(await ask()).toEqual(ok({ ...three, payableUntil: nights.endsAt }))
    expect(await available(three)).toBe(true)
    await taken(paidReservation('res_1', slot('casa', 1, 50, 101)))
    expect(await ask()).toEqual(err({ code: 'slot_taken' }))
    expect(await available(three)).toBe(false)
    expect(await available({ ...quote, capacity: 4 })).toBe(true)
  })

  it('is found taken behind more than a thousand others', async () => {
    const { available, unitOfWork } = house()
    await unitOfWork.run(async (tx) => {
      for (let unit = 1; unit <= 1_001; unit += 1)
        await tx.reservations.save(paidReservation(`res_${unit}`, { ...nights, unit }), 0)
    })
    expect(await available(quote)).toBe(true)
    await unitOfWork.run((tx) => tx.reservations.save(paidReservation('res_last', nights), 0))
    expect(await available(quote)).toBe(false)
    expect(await available({ ...quote, capacity: 1_002 })).toBe(false)
    expect(await available({ ...quote, capacity: 1_003 })).toBe(true)
  })

  it('can be paid until its slot ends, or until its catalogue says', async () => {
    expect(await house().quote()).toMatchObject({ value: { payableUntil: nights.endsAt } })
    const early = ok({ ...quote, payableUntil: nights.startsAt })
    expect(await house(early).quote()).toEqual(early)
  })

  it.each([0, -1, 1.5, NaN])('for %s at a time is a bug', async (capacity) => {
    await expect(house(ok({ ...quote, capacity })).quote()).rejects.toThrow(
      `A reservation was quoted with a capacity of ${capacity}.`,
    )
  })

  it('is refused where the catalogue refuses it', async () => {
    const refusal = err({ code: 'unknown_resource' as const })
    expect(await house(refusal as never).quote()).toEqual(refusal)
  })

  it('is of the kind `reservation`, or of a name of its own where a host has several', () => {
    const of = { unitOfWork: memoryUnitOfWork(), catalogue: { quote: async () => ok(quote) } }
    expect(reservationKind(of).name).toBe('reservation')
    expect(reservationKind({ ...of, name: 'appointment' }).name).toBe('appointment')
  })

  it('names a slot; anything else is a bug', async () => {
    const { available, fulfil, slotless } = house()
    await expect(available(slotless)).rejects.toThrow('A reservation was quoted without a slot.')
    await expect(fulfil(slotless)).rejects.toThrow("Intent 'int_1' is a reservation without a slot.")
  })
})

describe('a reservation that is paid', () => {
  it('is made, with its balance on the card that the deposit left', async () => {
    const { fulfil, unitOfWork } = house()
    expect(await fulfil({ ...quote, balance })).toEqual({
      type: 'done',
      record: { type: 'reservation', id: 'res_0001' },
    })
    const stored = await unitOfWork.read(async (tx) => ({
      reservations: await tx.reservations.list({ limit: 9 }),
      balance: await tx.payments.find(paymentId('pay_0001')),
      story: await tx.timeline.list(paymentId('pay_0001'), 9),
      tasks: await tx.tasks.list({ status: 'waiting', limit: 9 }),
    }))
    expect(stored.reservations).toEqual([
      {
        id: 'res_0001',
        owner: 'ana',
        slot: nights,
        intentId: intentId('int_1'),
        paymentId: 'pay_deposit',
        details: { guests: 2 },
        createdAt: at(10),
        status: 'confirmed',
        balance: { paymentId: 'pay_0001', amount: balance.amount, dueAt: balance.dueAt },
      },
    ])
    expect(stored.balance?.value).toEqual({
      payment: {
        id: 'pay_0001',
        purpose: 'balance',
        owner: 'ana',
        subject: { type: 'reservation', id: 'res_0001' },
        amount: balance.amount,
        item: balance.item,
        metadata: { booking_id: 'res_0001' },
        saveCard: false,
        savedCard: { customerId: 'cus_1', paymentMethodId: 'pm_1' },
        createdAt: at(10),
        status: 'pending',
      },
      attempts: [],
      refunds: [],
    })
    expect(stored.story).toEqual([
      {
        paymentId: 'pay_0001',
        at: at(10),
        type: 'fact',
        about: { type: 'payment', id: 'pay_0001' },
        name: 'created',
        data: { depositPaymentId: 'pay_deposit', dueAt: balance.dueAt },
      },
    ])
    expect(stored.tasks.map(({ id, body, dueAt, createdAt }) => ({ id, body, dueAt, createdAt }))).toEqual([
      {
        id: 'charge_balance:res_0001',
        body: { type: 'charge_balance', reservationId: 'res_0001' },
        dueAt: balance.dueAt,
        createdAt: at(10),
      },
      {
        id: 'complete_reservation:res_0001',
        body: { type: 'complete_reservation', reservationId: 'res_0001' },
        dueAt: nights.endsAt,
        createdAt: at(10),
      },
    ])
  })

  it('has a balance without a card where the deposit left none, or no customer', async () => {
    for (const left of ['customerId', 'paymentMethodId'] as const) {
      const { fulfil, unitOfWork } = house()
      const { [left]: _kept, ...bare } = charge
      await fulfil({ ...quote, balance }, bare)
      const found = await unitOfWork.read((tx) => tx.payments.find(paymentId('pay_0001')))
      expect(Object.keys(found?.value.payment ?? {})).not.toContain('savedCard')
    }
  })

  it('is paid, with nothing to be charged later, where all of it was due at once', async () => {
    const { fulfil, unitOfWork } = house()
    await fulfil(quote)
    const { reservations, tasks } = await unitOfWork.read(async (tx) => ({
      reservations: await tx.reservations.list({ limit: 9 }),
      tasks: await tx.tasks.list({ status: 'waiting', limit: 9 }),
    }))
    expect(reservations).toMatchObject([{ status: 'paid' }])
    expect(Object.keys(reservations[0] ?? {})).not.toContain('balance')
    expect(Object.keys(reservations[0] ?? {})).not.toContain('capacity')
    expect(tasks.map(({ id }) => id)).toEqual(['complete_reservation:res_0001'])
    expect(await unitOfWork.read((tx) => tx.payments.find(paymentId('pay_0001')))).toBeUndefined()
  })

  it('is made on the lowest unit that is free for all of its nights, where there are several', async () => {
    const { fulfil, taken, unitOfWork } = house()
    await taken(paidReservation('res_first', slot('casa', 0, 150, 160)))
    await taken(paidReservation('res_third', slot('casa', 2, 199, 300)))
    await taken(paidReservation('res_before', slot('casa', 1, 50, 100)))
    await taken(cancelledReservation('res_cancelled', slot('casa', 1, 100, 200)))
    expect(await fulfil({ ...quote, slot: { ...nights, unit: 3 }, capacity: 4 })).toMatchObject({ type: 'done' })
    const made = await unitOfWork.read((tx) => tx.reservations.find('res_0001' as Reservation['id']))
    expect(made?.value).toMatchObject({ slot: { ...nights, unit: 1 }, capacity: 4 })
  })

  it('cannot be had where every unit is held, for a part of its nights or all of them', async () => {
    const { fulfil, taken } = house()
    await taken(paidReservation('res_first', slot('casa', 0, 100, 101)))
    await taken(paidReservation('res_second', slot('casa', 1, 199, 200)))
    expect(await fulfil({ ...quote, capacity: 2 })).toEqual({ type: 'unavailable', reason: 'slot_taken' })
    expect(await fulfil({ ...quote, capacity: 3 })).toMatchObject({ type: 'done' })
  })

  it('is made on the unit that its slot names, and on no other, where nothing is said of several', async () => {
    const { fulfil, taken, unitOfWork } = house()
    await taken(paidReservation('res_first', nights))
    expect(await fulfil({ ...quote, slot: slot('casa', 7, 100, 200) })).toMatchObject({ type: 'done' })
    const made = await unitOfWork.read((tx) => tx.reservations.find('res_0001' as Reservation['id']))
    expect(made?.value.slot.unit).toBe(7)
    expect(await fulfil({ ...quote, slot: slot('casa', 7, 199, 200) })).toMatchObject({ type: 'unavailable' })
  })

  it('is made as long as its slot has not ended, however late it was paid', async () => {
    const soon = { ...quote, payableUntil: nights.startsAt }
    for (const now of [nights.startsAt, after(nights.endsAt, -1)])
      expect(await house().fulfil(soon, charge, now)).toMatchObject({ type: 'done' })
  })

  it.each([0, 1])('cannot be had once its slot has ended (%i ms ago)', async (ago) => {
    const { fulfil, unitOfWork } = house()
    const over = await fulfil({ ...quote, balance }, charge, after(nights.endsAt, ago))
    expect(over).toEqual({ type: 'unavailable', reason: 'unavailable' })
    expect(await unitOfWork.read((tx) => tx.reservations.list({ limit: 9 }))).toEqual([])
    expect(await unitOfWork.read((tx) => tx.tasks.list({ status: 'waiting', limit: 9 }))).toEqual([])
  })

  it('cannot be had where somebody has paid for one of its nights first', async () => {
    const { fulfil, taken, unitOfWork } = house()
    await taken(paidReservation('res_first', slot('casa', 0, 150, 160)))
    expect(await fulfil(quote)).toEqual({ type: 'unavailable', reason: 'slot_taken' })
    expect(await unitOfWork.read((tx) => tx.reservations.list({ limit: 9 }))).toHaveLength(1)
  })
})
