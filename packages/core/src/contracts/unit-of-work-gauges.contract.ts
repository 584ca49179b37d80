import { expect } from 'vitest'
import { money } from '../kernel/money.ts'
import type { Attempt } from '../payment/attempt.ts'
import type { Payment } from '../payment/payment.ts'
import type { UnitOfWork } from '../ports/unit-of-work.ts'
import { promise, type ContractPromise } from './contract.ts'
import { everyOrder, orderId } from './sample-orders.ts'
import {
  at,
  attemptId,
  bareCase,
  declinesOf,
  everyIntent,
  expiredAttempt,
  openIntent,
  paidAttempt,
  paidReservation,
  paymentId,
  pendingPayment,
  requestedAttempt,
  slot,
  someConsultation,
} from './samples.ts'

/** A payment that counts this attempt. */
const paid = (id: string, counted: string): Payment => ({
  ...pendingPayment(id),
  status: 'completed',
  completedAt: at(5),
  attemptId: attemptId(counted),
  refunded: 0n,
})
const declines = (count: number) => (count === 0 ? {} : { declines: declinesOf(count) })
const read = (uow: UnitOfWork) => uow.read((tx) => tx.gauges.read())

/** What every count of how things stand promises. */
export const gaugePromises: readonly ContractPromise<UnitOfWork>[] = [
  promise('counts nothing where there is nothing', async (uow) => {
    expect(await read(uow)).toEqual({ failedPayments: 0, retries: 0, openIntents: 0, ghostRecords: 0 })
  }),
  promise('counts failed payments, retries of what can still be paid, and open intents', async (uow) => {
    const failed = {
      ...pendingPayment('f'),
      status: 'failed',
      failedAt: at(5),
      failure: { code: 'card_declined', retryable: true },
    } as const
    await uow.run(async (tx) => {
      const tried = [expiredAttempt('f', 'f1'), expiredAttempt('f', 'f2'), expiredAttempt('f', 'f3')]
      await tx.payments.save({ ...bareCase(failed), attempts: tried }, 0, at(5))
      const again = [expiredAttempt('p', 'p1'), requestedAttempt('p', 'p2')]
      await tx.payments.save({ ...bareCase(pendingPayment('p')), attempts: again }, 0, at(5))
      const second = [expiredAttempt('c', 'c1'), paidAttempt('c', 'c2')]
      await tx.payments.save({ ...bareCase(paid('c', 'c2')), attempts: second }, 0, at(5))
      for (const intent of everyIntent()) if (intent.status !== 'fulfilled') await tx.intents.save(intent, 0)
      await tx.intents.save(openIntent('other'), 0)
    })
    expect(await read(uow)).toEqual({ failedPayments: 1, retries: 3, openIntents: 2, ghostRecords: 0 })
  }),
  promise(
    'counts what was declined on pages: as failing while nobody has paid, and each further try as a retry',
    async (uow) => {
      const open = (payment: string, id: string, declined: number) =>
        requestedAttempt(payment, id, { status: 'open', url: 'u', expiresAt: at(9), ...declines(declined) })
      const processing = (payment: string, id: string, declined: number) =>
        requestedAttempt(payment, id, { status: 'processing', ...declines(declined) })
      const keep = (payment: Payment, ...attempts: readonly Attempt[]) =>
        uow.run((tx) => tx.payments.save({ ...bareCase(payment), attempts }, 0, at(5)))
      const counts = async () => {
        const { failedPayments, retries } = await read(uow)
        return { failedPayments, retries }
      }
      // Somebody only looked at it, and somebody tried once.
      await keep(pendingPayment('looked'), open('looked', 'l1', 0))
      expect(await counts()).toEqual({ failedPayments: 0, retries: 0 })
      await keep(pendingPayment('once'), open('once', 'o1', 1))
      expect(await counts()).toEqual({ failedPayments: 1, retries: 0 })
      await keep(pendingPayment('thrice'), open('thrice', 't1', 3))
      expect(await counts()).toEqual({ failedPayments: 2, retries: 2 })
      // The page that declined somebody made room for another, on which nobody has tried yet.
      await keep(pendingPayment('anew'), { ...expiredAttempt('anew', 'n1'), ...declines(2) }, open('anew', 'n2', 0))
      expect(await counts()).toEqual({ failedPayments: 2, retries: 4 })
      // After a decline the money is on its way, by a second try.
      await keep({ ...pendingPayment('coming'), status: 'processing' }, processing('coming', 'c1', 1))
      expect(await counts()).toEqual({ failedPayments: 2, retries: 5 })
      // What is paid is past caring.
      await keep(paid('done', 'd1'), { ...paidAttempt('done', 'd1'), ...declines(4) })
      expect(await counts()).toEqual({ failedPayments: 2, retries: 5 })
    },
  ),
  promise('counts records without a succeeded charge of their payment’s amount and currency', async (uow) => {
    const record = (name: string, payment: string) =>
      uow.run(async (tx) => {
        const made = paidReservation(name, slot(name, 0, 10, 20))
        await tx.reservations.save({ ...made, paymentId: paymentId(payment) }, 0)
      })
    await uow.run(async (tx) => {
      const attempts = [paidAttempt('c', 'c1')]
      await tx.payments.save({ ...bareCase(paid('c', 'c1')), attempts }, 0, at(5))
      await tx.payments.save(bareCase(pendingPayment('p')), 0, at(5))
      const wrong = { ...paidAttempt('w', 'w1'), charge: { id: 'pi_w', amount: money(1, 'MXN') } }
      await tx.payments.save({ ...bareCase(paid('w', 'w1')), attempts: [wrong] }, 0, at(5))
    })
    await record('right', 'c')
    expect((await read(uow)).ghostRecords).toBe(0)
    await record('unpaid', 'p')
    await record('wrong', 'w')
    await record('of-nothing', 'none')
    expect((await read(uow)).ghostRecords).toBe(3)
    await uow.run((tx) => tx.consultations.save(someConsultation('right', { paymentId: paymentId('c') }), 0))
    expect((await read(uow)).ghostRecords).toBe(3)
    await uow.run((tx) => tx.consultations.save(someConsultation('unpaid', { paymentId: paymentId('p') }), 0))
    expect((await read(uow)).ghostRecords).toBe(4)
    const [fulfilled] = everyIntent().filter(({ status }) => status === 'fulfilled')
    if (fulfilled === undefined) throw new Error('No sample of a fulfilled intent.')
    await uow.run((tx) => tx.intents.save({ ...fulfilled, paymentId: paymentId('p') }, 0))
    expect((await read(uow)).ghostRecords).toBe(5)
    for (const order of everyOrder())
      await uow.run((tx) => tx.orders.save({ ...order, id: orderId(`of_p_${order.id}`), paymentId: paymentId('p') }, 0))
    const paidFor = everyOrder().filter(({ status }) => status !== 'pending' && status !== 'cancelled')
    expect((await read(uow)).ghostRecords).toBe(5 + paidFor.length)
    for (const order of paidFor)
      await uow.run((tx) => tx.orders.save({ ...order, id: orderId(`of_c_${order.id}`), paymentId: paymentId('c') }, 0))
    expect((await read(uow)).ghostRecords).toBe(5 + paidFor.length)
  }),
]
