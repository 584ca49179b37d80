import { expect } from 'vitest'
import type { AttemptId } from '../kernel/ids.ts'
import { promise, type ContractPromise } from './contract.ts'
import type { PaymentProviderFixture } from './payment-provider-fixture.ts'
import { hosted, offSession, openPage, reportOf, sessionRequest } from './payment-provider-requests.ts'

/** Asking what an attempt is now. */
export const promisesOfLookUps: readonly ContractPromise<PaymentProviderFixture>[] = [
  promise('answers absent where there is nothing, by name and by our own id', async ({ provider, now }) => {
    for (const query of [hosted(now()), offSession(now())]) {
      expect(await provider.findAttempt(query)).toMatchObject({ type: 'absent' })
      expect(await provider.findAttempt({ ...query, providerId: 'none_such' })).toMatchObject({ type: 'absent' })
    }
  }),
  promise('finds an attempt by our own id among others, and not somebody else’s', async ({ provider, now }) => {
    const id = await openPage(provider, now())
    await openPage(provider, now(), 'att_other' as AttemptId)
    expect(reportOf(await provider.findAttempt(hosted(now()))).providerId).toBe(id)
    expect(await provider.findAttempt({ ...hosted(now()), attemptId: 'att_none' as AttemptId })).toMatchObject({
      type: 'absent',
    })
  }),
  promise(
    'tells of the paid one first when there are two of one attempt, and names the other',
    async ({ provider, payer, now }) => {
      const paid =
        reportOf(await provider.openSession(sessionRequest(now(), { idempotencyKey: 'key_a' }))).providerId ?? ''
      const open =
        reportOf(await provider.openSession(sessionRequest(now(), { idempotencyKey: 'key_b' }))).providerId ?? ''
      await payer.pay(paid)
      const found = reportOf(await provider.findAttempt(hosted(now())))
      expect(found).toMatchObject({ providerId: paid, others: [open] })
      expect(found.state.type).toBe('captured')
    },
  ),
  promise('never answers from memory', async ({ provider, payer, now }) => {
    const query = { ...hosted(now()), providerId: await openPage(provider, now()) }
    expect(reportOf(await provider.findAttempt(query)).state.type).toBe('opened')
    await payer.pay(query.providerId)
    expect(reportOf(await provider.findAttempt(query)).state.type).toBe('captured')
  }),
  promise(
    'answers a look-up that failed as unknown or unreachable, never as absent',
    async ({ provider, faults, now }) => {
      await openPage(provider, now())
      for (const fault of ['answer_lost', 'request_lost', 'unreachable', 'error_without_effect'] as const) {
        await faults.next('findAttempt', fault)
        expect(['unknown', 'unreachable']).toContain((await provider.findAttempt(hosted(now()))).type)
      }
      expect((await provider.findAttempt(hosted(now()))).type).toBe('reported')
    },
  ),
]
