import { expect } from 'vitest'
import type { Attempt } from '../payment/attempt.ts'
import type { PaymentCase } from '../payment/payment-case.ts'
import type { Transaction, UnitOfWork } from '../ports/unit-of-work.ts'
import { promise, type ContractPromise } from './contract.ts'
import {
  at,
  attemptId,
  bareCase,
  everyRefund,
  expiredAttempt,
  ownerId,
  paidAttempt,
  paymentId,
  pendingPayment,
  requestedAttempt,
  requestedRefund,
} from './samples.ts'

/** What every store of payments promises of its lists. */
export const paymentListPromises: readonly ContractPromise<UnitOfWork>[] = [
  promise('lists attempts that may be alive and are due for a look, longest due first', async (uow) => {
    const looks: readonly (readonly [string, object])[] = [
      ['c', { lookAt: at(30) }],
      ['a', { lookAt: at(20), status: 'open', url: 'u', expiresAt: at(99), providerId: 'cs_a' }],
      ['b', { lookAt: at(20), status: 'processing', closing: 'requested' }],
      ['d', { lookAt: at(31) }],
    ]
    for (const [name, change] of looks) await saveAttempts(uow, name, requestedAttempt(name, name, change))
    await saveAttempts(uow, 'e', expiredAttempt('e', 'e'), paidAttempt('e', 'e2'))
    const due = (ms: number, limit: number) => uow.read((tx) => tx.payments.listDueAttempts(at(ms), limit))
    expect(await due(19, 9)).toEqual([])
    const abc = ['a', 'b', 'c'].map((name) => ({ paymentId: paymentId(name), attemptId: attemptId(name) }))
    expect(await due(30, 9)).toEqual(abc)
    expect(await due(30, 2)).toEqual(abc.slice(0, 2))
    await uow.run((tx) => tx.payments.save(caseOf('a', expiredAttempt('a', 'a')), 1, at(40)))
    expect(await due(30, 9)).toEqual(abc.slice(1))
  }),
  promise('lists attempts whose charge is due for a look, longest due first', async (uow) => {
    const looks: readonly (readonly [string, number])[] = [
      ['c', 30],
      ['a', 20],
      ['b', 20],
      ['d', 31],
    ]
    for (const [name, lookAt] of looks)
      await saveAttempts(uow, name, { ...paidAttempt(name, name), lookAt: at(lookAt) })
    await saveAttempts(uow, 'e', expiredAttempt('e', 'e'), requestedAttempt('e', 'e2', { lookAt: at(1) }))
    const due = (ms: number, limit: number) => uow.read((tx) => tx.payments.listDueCharges(at(ms), limit))
    expect(await due(19, 9)).toEqual([])
    const abc = ['a', 'b', 'c'].map((name) => ({ paymentId: paymentId(name), attemptId: attemptId(name) }))
    expect(await due(30, 9)).toEqual(abc)
    expect(await due(30, 2)).toEqual(abc.slice(0, 2))
    const looked: Attempt = { ...paidAttempt('a', 'a'), lookAt: at(99), looks: 1 }
    await uow.run((tx) => tx.payments.save(caseOf('a', looked), 1, at(40)))
    expect(await due(30, 9)).toEqual(abc.slice(1))
  }),
  promise(
    'lists refunds that the provider has not settled and that are due for a look, longest due first',
    async (uow) => {
      const refunds = [
        requestedRefund('p', 'r3', { lookAt: at(30) }),
        requestedRefund('p', 'r1', { lookAt: at(20), status: 'pending', providerId: 're_1' }),
        requestedRefund('p', 'r2', { lookAt: at(20) }),
        requestedRefund('p', 'r4', { lookAt: at(31) }),
        ...everyRefund('p').slice(2),
      ]
      await uow.run((tx) => tx.payments.save({ ...caseOf('p', paidAttempt('p', 'p_a1')), refunds }, 0, at(0)))
      const due = (ms: number, limit: number) => uow.read((tx) => tx.payments.listDueRefunds(at(ms), limit))
      const ids = ['r1', 'r2', 'r3'].map((id) => ({ paymentId: paymentId('p'), refundId: id }))
      expect(await due(19, 9)).toEqual([])
      expect(await due(30, 9)).toEqual(ids)
      expect(await due(30, 1)).toEqual(ids.slice(0, 1))
    },
  ),
  promise('lists payments newest first, page by page, missing none and repeating none', async (uow) => {
    const created = [3, 1, 2, 2, 2, 5, 4]
    for (const [n, ms] of created.entries())
      await uow.run((tx) =>
        tx.payments.save(
          bareCase(pendingPayment(`p${n}`, { createdAt: at(ms), owner: ownerId(n % 2 === 0 ? 'ana' : 'eve') })),
          0,
          at(100 + n),
        ),
      )
    const everyId = ['p5', 'p6', 'p0', 'p4', 'p3', 'p2', 'p1'].map(paymentId)
    expect((await uow.read((tx) => tx.payments.list({ limit: 99 }))).map(({ payment }) => payment.id)).toEqual(everyId)
    for (const limit of [1, 2, 3]) expect(await everyPage(uow, limit)).toEqual(everyId)
    await uow.run((tx) =>
      tx.payments.save(
        bareCase({
          ...pendingPayment('p2', { createdAt: at(2) }),
          status: 'cancelled',
          cancelledAt: at(9),
          reason: 'abandoned',
        }),
        1,
        at(200),
      ),
    )
    const listed = (filter: Parameters<Transaction['payments']['list']>[0]) =>
      uow.read(async (tx) => (await tx.payments.list(filter)).map(({ payment }) => String(payment.id)))
    expect(await listed({ owner: ownerId('ana'), limit: 9 })).toEqual(['p6', 'p0', 'p4', 'p2'])
    expect(await listed({ status: 'cancelled', limit: 9 })).toEqual(['p2'])
    expect(await listed({ owner: ownerId('ana'), status: 'pending', limit: 2, after: paymentId('p6') })).toEqual([
      'p0',
      'p4',
    ])
    expect(await listed({ owner: ownerId('nobody'), limit: 9 })).toEqual([])
    expect(await listed({ limit: 9, after: paymentId('nobody') })).toEqual([])
    expect((await uow.read((tx) => tx.payments.list({ status: 'cancelled', limit: 1 })))[0]?.updatedAt).toBe(at(200))
  }),
]

const caseOf = (name: string, ...attempts: readonly Attempt[]): PaymentCase => ({
  ...bareCase(pendingPayment(name)),
  attempts,
})

const saveAttempts = (uow: UnitOfWork, name: string, ...attempts: readonly Attempt[]): Promise<void> =>
  uow.run((tx) => tx.payments.save(caseOf(name, ...attempts), 0, at(0)))

const everyPage = async (uow: UnitOfWork, limit: number): Promise<readonly string[]> => {
  const seen: string[] = []
  for (;;) {
    const after = seen.at(-1)
    const next = await uow.read((tx) =>
      tx.payments.list({ limit, ...(after === undefined ? {} : { after: paymentId(after) }) }),
    )
    if (next.length === 0) return seen
    seen.push(...next.map(({ payment }) => payment.id))
  }
}
