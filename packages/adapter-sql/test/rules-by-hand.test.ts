import { currency, type TransferId } from '@holdfast/core'
import { rules, samples } from '@holdfast/core/contracts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { everyKind, openTestDatabase, type TestDatabase } from './databases.ts'
import { ledgerOf } from './ledger.ts'

const {
  at,
  bareCase,
  cancelledReservation,
  everyOrder,
  expiredAttempt,
  ownerId,
  paidReservation,
  paymentId,
  pendingPayment,
  requestedAttempt,
  slot,
  someCoupon,
  someStock,
} = samples

/** What either database says over a rule of its tables, and not over a statement that it cannot read. */
const byARule = /violates .* constraint|constraint failed|hold that has ended|holds_ended/

// Whoever types SQL at three in the morning is held to the rules as well.
describe.each(everyKind)('statements typed by hand, on %s', (kind) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openTestDatabase(kind)
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    await database.empty()
    await database.unitOfWork.run(async (tx) => {
      const attempts = [expiredAttempt('p', 'dead'), requestedAttempt('p', 'alive')]
      await tx.payments.save({ ...bareCase(pendingPayment('p')), attempts }, 0, at(0))
      await tx.reservations.save(paidReservation('held', slot('casa', 0, 10, 20)), 0)
      await tx.reservations.save(paidReservation('next', slot('casa', 0, 20, 30)), 0)
      await tx.reservations.save(paidReservation('door', slot('casa', 1, 10, 20)), 0)
      await tx.reservations.save(cancelledReservation('gone', slot('casa', 0, 10, 20)), 0)
      for (const order of everyOrder()) await tx.orders.save(order, 0)
      await tx.stock.save(someStock('mug', { held: 4 }), 0)
      await tx.coupons.save(someCoupon('SPRING', { limit: 5, used: 2, held: 3 }), 0)
      await tx.coupons.save(someCoupon('FOR-EVER', { used: 2, held: 1 }), 0)
    })
  })

  const byHand = (sql: string) => database.knex.raw(sql)
  const copyOf = async (table: string, id: string, change: object) =>
    database.knex(table).insert({ ...(await database.knex(table).where({ id }).first()), ...change })

  it.each(['requested', 'open', 'processing'])("cannot make a second attempt '%s'", async (status) => {
    await expect(copyOf('holdfast_attempts', 'alive', { id: 'second', status })).rejects.toThrow()
  })
  it('cannot bring an attempt back to life beside another', async () => {
    await expect(
      byHand("UPDATE holdfast_attempts SET status = 'open', look_at = 1 WHERE id = 'dead'"),
    ).rejects.toThrow()
  })
  it('cannot leave a live attempt without a time to look at it', async () => {
    await expect(byHand("UPDATE holdfast_attempts SET look_at = NULL WHERE id = 'alive'")).rejects.toThrow()
  })
  it('cannot take more from a wallet than there is, nor give two of its entries one place', async () => {
    const entry = { owner: ownerId('ana'), currency: currency('MXN'), type: 'top_up', against: 'provider' } as const
    const more = { paymentId: paymentId('p'), at: at(0), position: 1, change: 5n, balance: 5n }
    await database.unitOfWork.run((tx) => tx.wallets.post({ ...entry, ...more, id: 'top_up:p' as TransferId }, 0))
    await expect(byHand('UPDATE holdfast_wallets SET balance_minor = balance_minor - 6')).rejects.toThrow()
    const line = await database.knex('holdfast_ledger').where({ account: 'wallet' }).first()
    await expect(database.knex('holdfast_ledger').insert({ ...line, transfer_id: 'other' })).rejects.toThrow()
    await expect(database.knex('holdfast_ledger').insert({ ...line, position: 2 })).rejects.toThrow()
    const lines = await ledgerOf(database)
    expect(lines.map(({ account, change }) => [account, change]).toSorted()).toEqual([
      ['provider', -5n],
      ['wallet', 5n],
    ])
    expect(rules.brokenLedger(lines)).toEqual([])
  })
  it('does not keep one side of a movement without being noticed', async () => {
    const entry = { owner: ownerId('ana'), currency: currency('MXN'), type: 'top_up', against: 'provider' } as const
    const more = { paymentId: paymentId('p'), at: at(0), position: 1, change: 5n, balance: 5n }
    await database.unitOfWork.run((tx) => tx.wallets.post({ ...entry, ...more, id: 'top_up:p' as TransferId }, 0))
    await byHand("DELETE FROM holdfast_ledger WHERE account = 'provider'")
    expect(rules.brokenLedger(await ledgerOf(database))).toEqual([
      '8: top_up:p has 1 lines, 1 of a wallet, which make 5 MXN',
    ])
  })
  it('cannot make a status that there is not', async () => {
    for (const table of ['attempts', 'payments', 'reservations', 'orders', 'order_holds'])
      await expect(byHand(`UPDATE holdfast_${table} SET status = 'cancelled_perhaps'`)).rejects.toThrow()
    await expect(
      byHand("UPDATE holdfast_orders SET cancel_reason = 'bored' WHERE id = 'ord_expired'"),
    ).rejects.toThrow()
  })
  it.each([
    'held = -1',
    'held = 11',
    'held = held + 7',
    'on_hand = 3',
    'on_hand = -1, held = 0',
    'on_hand = 9007199254740992',
    'held = NULL',
  ])('cannot hold what is not there: %s', async (change) => {
    await expect(byHand(`UPDATE holdfast_stock SET ${change}`)).rejects.toThrow(byARule)
    await byHand('UPDATE holdfast_stock SET on_hand = 4')
    await byHand('UPDATE holdfast_stock SET on_hand = 9007199254740991, held = 9007199254740991')
  })
  it.each([
    'used = 3',
    'held = 4',
    'use_limit = 4',
    'used = 0, held = 6',
    'used = -1',
    'held = -1',
    'used = 6, held = -1',
    'used = NULL',
    'minimum_minor = 1',
    "minimum_currency = 'MXN'",
  ])('cannot use a coupon more often than its limit: %s', async (change) => {
    await expect(byHand(`UPDATE holdfast_coupons SET ${change} WHERE code = 'SPRING'`)).rejects.toThrow(byARule)
    await byHand("UPDATE holdfast_coupons SET used = 3, held = 2 WHERE code = 'SPRING'")
    await byHand("UPDATE holdfast_coupons SET used = 5, held = 0, use_limit = NULL WHERE code = 'SPRING'")
    await byHand("UPDATE holdfast_coupons SET used = 99, held = 99 WHERE code = 'FOR-EVER'")
  })
  it.each([
    ['ord_pending', 'completed_at = 1'],
    ['ord_pending', 'shipped_at = 1'],
    ['ord_pending', "tracking = 'MX 1'"],
    ['ord_pending', 'delivered_at = 1'],
    ['ord_pending', 'cancelled_at = 1'],
    ['ord_pending', "cancel_reason = 'expired'"],
    ['ord_pending', "status = 'completed'"],
    ['ord_pending', "status = 'cancelled'"],
    ['ord_pending', "status = 'cancelled', cancelled_at = 1"],
    ['ord_pending', "status = 'cancelled', cancelled_at = 1, cancel_reason = 'recalled'"],
    ['ord_pending', 'total_minor = -1'],
    ['ord_completed', 'completed_at = NULL'],
    ['ord_completed', "status = 'pending'"],
    ['ord_completed', "status = 'shipped'"],
    ['ord_completed', "status = 'cancelled', cancelled_at = 1, cancel_reason = 'requested'"],
    ['ord_shipped', "status = 'completed'"],
    ['ord_shipped', 'shipped_at = NULL'],
    ['ord_shipped', "status = 'delivered'"],
    ['ord_delivered', 'delivered_at = NULL'],
    ['ord_delivered', "status = 'shipped'"],
    ['ord_expired', 'cancelled_at = NULL'],
    ['ord_expired', 'cancel_reason = NULL'],
    ['ord_expired', 'completed_at = 1'],
    ['ord_expired', "cancel_reason = 'recalled'"],
    ['ord_expired', "status = 'pending'"],
    ['ord_recalled', 'completed_at = NULL'],
    ['ord_recalled', "cancel_reason = 'expired'"],
  ])('cannot give an order of one status what belongs to another: %s, %s', async (id, change) => {
    await expect(byHand(`UPDATE holdfast_orders SET ${change} WHERE id = '${id}'`)).rejects.toThrow(byARule)
  })
  it.each([
    "SET of = 'coupon'",
    'SET article_id = NULL',
    "SET coupon_code = 'SPRING'",
    'SET quantity = 0',
    'SET quantity = -2',
    'SET quantity = 9007199254740992',
    "SET order_id = 'nobody'",
  ])('cannot hold nothing in particular: %s', async (change) => {
    await expect(byHand(`UPDATE holdfast_order_holds ${change} WHERE order_id = 'ord_pending'`)).rejects.toThrow(
      byARule,
    )
  })
  it('cannot hold two uses of a coupon at once', async () => {
    const coupon = "WHERE order_id = 'ord_cheaper' AND coupon_code = 'SPRING'"
    await expect(byHand(`UPDATE holdfast_order_holds SET quantity = 2 ${coupon}`)).rejects.toThrow(byARule)
  })
  it.each(['ord_completed', 'ord_expired'])('cannot change a hold that has ended, as of %s', async (id) => {
    const ended = () => database.knex('holdfast_order_holds').where({ order_id: id })
    const before = await ended()
    expect(before).toHaveLength(1)
    for (const change of [
      "status = 'held'",
      "status = 'consumed'",
      "status = 'released'",
      'quantity = 1',
      "owner = 'eve'",
      "article_id = 'pot'",
      'position = 9',
      "order_id = 'ord_pending', position = 9",
    ])
      await expect(byHand(`UPDATE holdfast_order_holds SET ${change} WHERE order_id = '${id}'`)).rejects.toThrow(
        byARule,
      )
    await expect(byHand("UPDATE holdfast_order_holds SET status = 'released'")).rejects.toThrow(byARule)
    const [row] = before
    await expect(
      database
        .knex('holdfast_order_holds')
        .insert({ ...row, status: 'held' })
        .onConflict(['order_id', 'position'])
        .merge(),
    ).rejects.toThrow(byARule)
    expect(await ended()).toEqual(before)
  })
  it('cannot put a hold in the place of one that has ended', async () => {
    const ended = () => database.knex('holdfast_order_holds').where({ order_id: 'ord_expired' })
    const before = await ended()
    const move = "holdfast_order_holds SET order_id = 'ord_expired' WHERE order_id = 'ord_pending'"
    const insert = `INTO holdfast_order_holds SELECT 'ord_expired', position, of, article_id, coupon_code, quantity, owner, status
      FROM holdfast_order_holds WHERE order_id = 'ord_pending'`
    const ways =
      kind === 'postgres'
        ? [`UPDATE ${move}`, `INSERT ${insert}`, `INSERT ${insert} ON CONFLICT DO NOTHING`]
        : [
            `UPDATE OR REPLACE ${move}`,
            `INSERT OR REPLACE ${insert}`,
            `REPLACE ${insert}`,
            `INSERT OR IGNORE ${insert}`,
          ]
    for (const way of ways) {
      // Some are refused, and some do nothing: both are right.
      await Promise.allSettled([byHand(way)])
      expect(await ended()).toEqual(before)
    }
  })
  it('cannot book a slot that is held, not even in part', async () => {
    for (const [starts, ends] of [
      [10, 20],
      [0, 11],
      [19, 40],
      [12, 13],
    ] as const)
      await expect(
        copyOf('holdfast_reservations', 'held', { id: 'thief', starts_at: at(starts), ends_at: at(ends) }),
      ).rejects.toThrow()
  })
  it('cannot move a reservation to a slot that is held', async () => {
    for (const change of [`starts_at = ${at(19)}`, `starts_at = ${at(0)}, ends_at = ${at(99)}`])
      await expect(byHand(`UPDATE holdfast_reservations SET ${change} WHERE id = 'next'`)).rejects.toThrow()
    await expect(byHand("UPDATE holdfast_reservations SET unit = 0 WHERE id = 'door'")).rejects.toThrow()
    await expect(
      byHand("UPDATE holdfast_reservations SET unit = 0, id = 'renamed' WHERE id = 'door'"),
    ).rejects.toThrow()
  })
  it('cannot book a unit that there is none of', async () => {
    for (const change of [{ unit: -1 }, { unit: 7, capacity: 1 }])
      await expect(copyOf('holdfast_reservations', 'held', { id: 'thief', ...change })).rejects.toThrow(/constraint/i)
  })
  it('cannot bring a cancelled reservation back to a slot that is held', async () => {
    await expect(byHand("UPDATE holdfast_reservations SET status = 'paid' WHERE id = 'gone'")).rejects.toThrow()
  })
  it('cannot replace one reservation by another that takes a third one’s slot', async () => {
    const [row] = [await database.knex('holdfast_reservations').where({ id: 'next' }).first()]
    await expect(
      database
        .knex('holdfast_reservations')
        .insert({ ...row, starts_at: at(15) })
        .onConflict('id')
        .merge(),
    ).rejects.toThrow()
  })
  it('can do what harms nobody', async () => {
    await byHand(`UPDATE holdfast_reservations SET ends_at = ${at(15)} WHERE id = 'held'`)
    await copyOf('holdfast_reservations', 'held', { id: 'after', starts_at: at(15), ends_at: at(20) })
    await copyOf('holdfast_attempts', 'dead', { id: 'dead too' })
    await byHand("UPDATE holdfast_order_holds SET status = 'released' WHERE order_id = 'ord_pending'")
    await byHand("UPDATE holdfast_order_holds SET status = 'consumed' WHERE order_id = 'ord_cheaper'")
    await copyOf('holdfast_orders', 'ord_recalled', { id: 'ord_recalled_too' })
    expect(await database.knex('holdfast_reservations').where({ status: 'paid' })).toHaveLength(4)
  })
})
