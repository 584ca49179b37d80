import { expect } from 'vitest'
import type { RefundId } from '../kernel/ids.ts'
import { money } from '../kernel/money.ts'
import { promise, type ContractPromise } from './contract.ts'
import type { PaymentProviderFixture } from './payment-provider-fixture.ts'
import { paidPage, refundRequest, reportOf } from './payment-provider-requests.ts'

/** Giving money back, and asking what became of it. */
export const promisesOfRefunds: readonly ContractPromise<PaymentProviderFixture>[] = [
  promise('gives money back once for the same key', async ({ provider, payer, truth, now }) => {
    const chargeId = await paidPage({ provider, payer }, now())
    const first = reportOf(await provider.refund(refundRequest(chargeId)))
    expect(first).toMatchObject({
      chargeId,
      amount: money(10_00, 'EUR'),
      livemode: false,
      state: { type: 'succeeded' },
    })
    expect(reportOf(await provider.refund(refundRequest(chargeId)))).toEqual(first)
    expect(await truth.refunds()).toBe(1)
  }),
  promise(
    'gives money back once when the answer got lost, and a look-up finds it',
    async ({ provider, payer, faults, truth, now }) => {
      const chargeId = await paidPage({ provider, payer }, now())
      await faults.next('refund', 'answer_lost')
      expect(await provider.refund(refundRequest(chargeId))).toMatchObject({ type: 'unknown', answered: false })
      const found = reportOf(await provider.findRefund({ refundId: refundRequest(chargeId).refundId, chargeId }))
      expect(reportOf(await provider.refund(refundRequest(chargeId))).providerId).toBe(found.providerId)
      expect(await truth.refunds()).toBe(1)
    },
  ),
  promise(
    'answers a refund’s error as unknown and answered, and a look-up tells the truth',
    async ({ provider, payer, faults, truth, now }) => {
      const chargeId = await paidPage({ provider, payer }, now())
      for (const [fault, refunds] of [
        ['error_without_effect', 0],
        ['error_with_effect', 1],
      ] as const) {
        const request = refundRequest(chargeId, `rf_${fault}`)
        await faults.next('refund', fault)
        expect(await provider.refund(request)).toMatchObject({ type: 'unknown', answered: true })
        expect(await truth.refunds()).toBe(refunds)
        expect((await provider.findRefund({ refundId: request.refundId, chargeId })).type).toBe(
          refunds === 0 ? 'absent' : 'reported',
        )
      }
    },
  ),
  promise('makes two equal refunds under two keys', async ({ provider, payer, truth, now }) => {
    const chargeId = await paidPage({ provider, payer }, now())
    const first = reportOf(await provider.refund(refundRequest(chargeId, 'rf_1')))
    const second = reportOf(await provider.refund(refundRequest(chargeId, 'rf_2')))
    expect(second.providerId).not.toBe(first.providerId)
    expect(await truth.refunds()).toBe(2)
  }),
  promise('refuses to give back more than is left, and gives nothing back', async ({ provider, payer, truth, now }) => {
    const chargeId = await paidPage({ provider, payer }, now())
    reportOf(await provider.refund({ ...refundRequest(chargeId, 'rf_1'), amount: money(20_00, 'EUR') }))
    const answer = await provider.refund({ ...refundRequest(chargeId, 'rf_2'), amount: money(5_01, 'EUR') })
    expect(answer).toMatchObject({ type: 'refused', failure: { code: 'provider_rejected', retryable: false } })
    expect(await truth.refunds()).toBe(1)
  }),
  promise(
    'finds a refund by name and by our own id, and answers absent otherwise',
    async ({ provider, payer, now }) => {
      const chargeId = await paidPage({ provider, payer }, now())
      const { refundId } = refundRequest(chargeId)
      expect(await provider.findRefund({ refundId, chargeId })).toMatchObject({ type: 'absent' })
      const made = reportOf(await provider.refund(refundRequest(chargeId)))
      expect(reportOf(await provider.findRefund({ refundId, chargeId }))).toEqual(made)
      expect(reportOf(await provider.findRefund({ refundId, chargeId, providerId: made.providerId }))).toEqual(made)
      expect(await provider.findRefund({ refundId: 'rf_none' as RefundId, chargeId })).toMatchObject({ type: 'absent' })
      expect(await provider.findRefund({ refundId, chargeId, providerId: 're_none' })).toMatchObject({ type: 'absent' })
    },
  ),
]
