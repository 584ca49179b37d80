import { expect } from 'vitest'
import { money } from '../kernel/money.ts'
import type { Attempt } from '../payment/attempt.ts'
import type { FailureCode } from '../payment/failure.ts'
import type { PageDecline } from '../payment/page-decline.ts'
import type { Payment } from '../payment/payment.ts'
import type { UnitOfWork } from '../ports/unit-of-work.ts'
import { promise, type ContractPromise } from './contract.ts'
import {
  at,
  attemptId,
  bareCase,
  beyondDoubles,
  expiredAttempt,
  mostIn64Bits,
  paidAttempt,
  pendingPayment,
  requestedAttempt,
} from './samples.ts'

/** What every store of payments promises of its counts. */
export const paymentStatsPromises: readonly ContractPromise<UnitOfWork>[] = [
  promise('counts payments of a time by status and currency, in the order of their names', async (uow) => {
    const most = money(mostIn64Bits, 'KWD')
    const collected = { completedAt: at(9), attemptId: attemptId('a') }
    const payments: readonly Payment[] = [
      pendingPayment('early', { createdAt: at(9) }),
      pendingPayment('first', { createdAt: at(10) }),
      pendingPayment('euro', { createdAt: at(15), amount: money(7, 'EUR') }),
      pendingPayment('last', { createdAt: at(19), amount: money(beyondDoubles, 'MXN') }),
      pendingPayment('late', { createdAt: at(20) }),
      ...['one', 'other', 'third'].map((name): Payment => {
        const paid = { ...pendingPayment(name, { createdAt: at(11) }), ...collected, amount: most }
        return { ...paid, status: 'partially_refunded', refunded: mostIn64Bits - 1n }
      }),
      { ...pendingPayment('paid', { createdAt: at(12) }), ...collected, status: 'completed', refunded: 0n },
    ]
    for (const payment of payments) await uow.run((tx) => tx.payments.save(bareCase(payment), 0, at(30)))
    const stats = (from: number, to: number) => uow.read((tx) => tx.payments.stats({ from: at(from), to: at(to) }))
    expect(await stats(10, 20)).toEqual({
      payments: [
        { status: 'completed', currency: 'MXN', count: 1, due: 12_500n, refunded: 0n },
        {
          status: 'partially_refunded',
          currency: 'KWD',
          count: 3,
          due: 3n * mostIn64Bits,
          refunded: 3n * mostIn64Bits - 3n,
        },
        { status: 'pending', currency: 'EUR', count: 1, due: 7n, refunded: 0n },
        { status: 'pending', currency: 'MXN', count: 2, due: 12_500n + beyondDoubles, refunded: 0n },
      ],
      failures: [],
    })
    expect((await stats(0, 99)).payments.map(({ count }) => count)).toEqual([1, 3, 1, 4])
    for (const [from, to] of [
      [13, 15],
      [20, 10],
      [30, 40],
    ] as const)
      expect(await stats(from, to)).toEqual({ payments: [], failures: [] })
  }),
  promise('counts why attempts to pay payments of a time brought nothing, the most frequent first', async (uow) => {
    const declined = (payment: string, id: string, code: FailureCode, detail?: string): Attempt =>
      requestedAttempt(payment, id, {
        status: 'declined',
        lookAt: undefined,
        looks: undefined,
        declinedAt: at(5),
        failure: { code, retryable: true, ...(detail === undefined ? {} : { detail }) },
      })
    const tell = (id: string, ms: number, ...attempts: readonly Attempt[]) =>
      uow.run((tx) => tx.payments.save({ ...bareCase(pendingPayment(id, { createdAt: at(ms) })), attempts }, 0, at(30)))
    await tell('early', 9, declined('early', 'e', 'limit_exceeded'))
    await tell('a', 10, declined('a', 'a1', 'processing_error'), declined('a', 'a2', 'insufficient_funds'))
    await tell(
      'b',
      19,
      declined('b', 'b1', 'insufficient_funds', 'No "funds"; \u0000 \uD83D \\u0000 {"code":"card_declined"}'),
      declined('b', 'b2', 'card_declined', '"code":"expired_card"'),
      expiredAttempt('b', 'b3'),
      paidAttempt('b', 'b4'),
    )
    await tell('c', 15, expiredAttempt('c', 'c1'), requestedAttempt('c', 'c2'))
    await tell('late', 20, declined('late', 'l', 'limit_exceeded'))
    const failures = (from: number, to: number) =>
      uow.read(async (tx) => (await tx.payments.stats({ from: at(from), to: at(to) })).failures)
    expect(await failures(10, 20)).toEqual([
      { code: 'insufficient_funds', count: 2 },
      { code: 'card_declined', count: 1 },
      { code: 'processing_error', count: 1 },
    ])
    expect(await failures(11, 19)).toEqual([])
    expect(await failures(0, 99)).toHaveLength(4)
  }),
  promise('counts each card that a page has declined among why attempts to pay brought nothing', async (uow) => {
    const decline = (id: string, code: FailureCode): PageDecline => ({
      id,
      at: at(6),
      failure: {
        code,
        retryable: true,
        providerCode: 'code',
        detail: 'No "code":"expired_card"; \u0000 \uD83D [{}] {"code":"x"}',
      },
    })
    const declines = [decline('ch_1', 'insufficient_funds'), decline('ch_2', 'insufficient_funds')]
    const attempts: readonly Attempt[] = [
      { ...expiredAttempt('a', 'a1'), declines },
      requestedAttempt('a', 'a2', { declines: [decline('ch_3', 'invalid_cvc')] }),
    ]
    await uow.run((tx) =>
      tx.payments.save({ ...bareCase(pendingPayment('a', { createdAt: at(10) })), attempts }, 0, at(30)),
    )
    const stats = (from: number, to: number) => uow.read((tx) => tx.payments.stats({ from: at(from), to: at(to) }))
    expect((await stats(10, 20)).failures).toEqual([
      { code: 'insufficient_funds', count: 2 },
      { code: 'invalid_cvc', count: 1 },
    ])
    expect((await stats(11, 20)).failures).toEqual([])
  }),
]
