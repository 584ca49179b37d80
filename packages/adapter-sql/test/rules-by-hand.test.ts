import { currency, type TransferId } from '@holdfast/core'
import { samples } from '@holdfast/core/contracts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { everyKind, openTestDatabase, type TestDatabase } from './databases.ts'

const {
  at,
  bareCase,
  cancelledReservation,
  expiredAttempt,
  ownerId,
  paidReservation,
  paymentId,
  pendingPayment,
  requestedAttempt,
  slot,
} = samples

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
    const sum = await database.knex('holdfast_ledger').sum({ minor: 'change_minor' }).first()
    expect(Number(sum?.['minor'])).toBe(0)
  })
  it('cannot make a status that there is not', async () => {
    for (const table of ['attempts', 'payments', 'reservations'])
      await expect(byHand(`UPDATE holdfast_${table} SET status = 'cancelled_perhaps'`)).rejects.toThrow()
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
    expect(await database.knex('holdfast_reservations').where({ status: 'paid' })).toHaveLength(4)
  })
})
