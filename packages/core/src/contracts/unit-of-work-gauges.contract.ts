import { expect } from 'vitest'
import { money } from '../kernel/money.ts'
import type { Payment } from '../payment/payment.ts'
import type { UnitOfWork } from '../ports/unit-of-work.ts'
import { promise, type ContractPromise } from './contract.ts'
import { everyOrder, orderId } from './sample-orders.ts'
import {
  at,
  attemptId,
  bareCase,
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
