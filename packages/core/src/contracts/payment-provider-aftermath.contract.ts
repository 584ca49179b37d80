import { expect } from 'vitest'
import { money } from '../kernel/money.ts'
import type { ChargeReport, PaymentProvider } from '../ports/payment-provider.ts'
import { promise, type ContractPromise } from './contract.ts'
import type { PaymentProviderFixture } from './payment-provider-fixture.ts'
import { paidPage, refundRequest, reportOf, sessionRequest } from './payment-provider-requests.ts'

/** Asking what has become of a charge. */
export const promisesOfAftermath: readonly ContractPromise<PaymentProviderFixture>[] = [
  promise(
    'tells of every refund of a charge, whoever made it, oldest first, and of none where there is none',
    async ({ provider, payer, refundThere, now }) => {
      const chargeId = await paidPage({ provider, payer }, now())
      expect(await chargeOf(provider, chargeId)).toEqual({ refunds: [], disputes: [], livemode: false })
      const made = reportOf(await provider.refund(refundRequest(chargeId)))
      await refundThere(chargeId, 5_00n)
      const [ours, theirs, ...rest] = (await chargeOf(provider, chargeId)).refunds
      expect(ours).toEqual({ ...made, refundId: 'rf_1' })
      expect(theirs).toMatchObject({ chargeId, amount: money(5_00, 'EUR'), state: { type: 'succeeded' } })
      expect(theirs).not.toHaveProperty('refundId')
      expect(rest).toEqual([])
    },
  ),
  promise('tells of more refunds of a charge than fit on a page', async ({ provider, payer, refundThere, now }) => {
    const chargeId = await paidPage({ provider, payer }, now())
    for (let cents = 1n; cents <= 12n; cents += 1n) await refundThere(chargeId, cents)
    const { refunds } = await chargeOf(provider, chargeId)
    expect(refunds.map(({ amount }) => Number(amount.minorUnits))).toEqual(Array.from({ length: 12 }, (_, n) => n + 1))
  }),
  promise('tells that a refund failed after it had succeeded', async ({ provider, payer, sendBackThere, now }) => {
    const chargeId = await paidPage({ provider, payer }, now())
    const { providerId } = reportOf(await provider.refund(refundRequest(chargeId)))
    await sendBackThere(providerId)
    expect((await chargeOf(provider, chargeId)).refunds).toMatchObject([{ providerId, state: { type: 'failed' } }])
  }),
  promise(
    'tells of a dispute of a charge, of how it ended, and of nobody else’s',
    async ({ provider, payer, disputeThere, now }) => {
      const chargeId = await paidPage({ provider, payer }, now())
      const { amount } = sessionRequest(now())
      await disputeThere(chargeId, 'opened')
      const [opened, ...rest] = (await chargeOf(provider, chargeId)).disputes
      expect(opened).toMatchObject({ state: 'opened', amount })
      expect(rest).toEqual([])
      await disputeThere(chargeId, 'lost')
      expect((await chargeOf(provider, chargeId)).disputes).toEqual([{ ...opened, state: 'lost' }])
    },
  ),
  promise(
    'tells of a dispute of a part of a charge how much it is of',
    async ({ provider, payer, disputeThere, now }) => {
      const chargeId = await paidPage({ provider, payer }, now())
      await disputeThere(chargeId, 'opened', 5_00n)
      await disputeThere(chargeId, 'lost')
      expect((await chargeOf(provider, chargeId)).disputes).toMatchObject([
        { state: 'lost', amount: money(5_00, 'EUR') },
      ])
    },
  ),
  promise('tells of a dispute that was won', async ({ provider, payer, disputeThere, now }) => {
    const chargeId = await paidPage({ provider, payer }, now())
    await disputeThere(chargeId, 'won')
    for (const hasDisputes of [false, true])
      expect((await chargeOf(provider, chargeId, hasDisputes)).disputes).toMatchObject([{ state: 'won' }])
  }),
  promise('answers absent for a charge that there is not', async ({ provider }) => {
    expect(await provider.findCharge({ chargeId: 'pi_none', hasDisputes: false })).toMatchObject({ type: 'absent' })
  }),
  promise(
    'answers a question about a charge that failed as unknown or unreachable, never as nothing',
    async ({ provider, payer, faults, now }) => {
      const chargeId = await paidPage({ provider, payer }, now())
      for (const fault of ['answer_lost', 'request_lost', 'unreachable', 'error_without_effect'] as const) {
        await faults.next('findCharge', fault)
        expect(['unknown', 'unreachable']).toContain((await provider.findCharge({ chargeId, hasDisputes: false })).type)
      }
    },
  ),
]

const chargeOf = async (provider: PaymentProvider, chargeId: string, hasDisputes = false): Promise<ChargeReport> => {
  const answer = await provider.findCharge({ chargeId, hasDisputes })
  if (answer.type !== 'reported') throw new Error(`Expected a charge, got ${JSON.stringify(answer)}.`)
  return answer.report
}
