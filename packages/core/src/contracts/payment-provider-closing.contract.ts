import { expect } from 'vitest'
import { money } from '../kernel/money.ts'
import { promise, type ContractPromise } from './contract.ts'
import type { PaymentProviderFixture } from './payment-provider-fixture.ts'
import { captured, chargeRequest, openPage, reportOf } from './payment-provider-requests.ts'

/** Making sure that an attempt can no longer be paid. */
export const promisesOfClosing: readonly ContractPromise<PaymentProviderFixture>[] = [
  promise('closes an open page, which then cannot be paid', async ({ provider, payer, truth, now }) => {
    const id = await openPage(provider, now())
    expect(reportOf(await provider.closeAttempt({ kind: 'hosted', providerId: id })).state).toEqual({ type: 'expired' })
    await expect(payer.pay(id)).rejects.toBeInstanceOf(Error)
    expect(await truth.openPages()).toBe(0)
    expect(await truth.charges()).toBe(0)
  }),
  promise('closes what is closed already without an error', async ({ provider, now }) => {
    const id = await openPage(provider, now())
    const first = await provider.closeAttempt({ kind: 'hosted', providerId: id })
    expect(await provider.closeAttempt({ kind: 'hosted', providerId: id })).toEqual(first)
  }),
  promise('answers captured when the page to be closed was paid', async ({ provider, payer, now }) => {
    const id = await openPage(provider, now())
    await payer.pay(id)
    expect(captured(await provider.closeAttempt({ kind: 'hosted', providerId: id })).charge.amount).toEqual(
      money(25_00, 'EUR'),
    )
  }),
  promise(
    'answers processing when the page to be closed was paid by a method that takes days',
    async ({ provider, payer, now }) => {
      const id = await openPage(provider, now())
      await payer.payLater(id, 'paid')
      expect(reportOf(await provider.closeAttempt({ kind: 'hosted', providerId: id })).state.type).toBe('processing')
    },
  ),
  promise(
    'answers unknown when the answer to a closing got lost, and may close again',
    async ({ provider, faults, truth, now }) => {
      const id = await openPage(provider, now())
      await faults.next('closeAttempt', 'answer_lost')
      expect(await provider.closeAttempt({ kind: 'hosted', providerId: id })).toMatchObject({
        type: 'unknown',
        answered: false,
      })
      expect(await truth.openPages()).toBe(0)
      expect(reportOf(await provider.closeAttempt({ kind: 'hosted', providerId: id })).state).toEqual({
        type: 'expired',
      })
    },
  ),
  promise('answers captured when the charge to be closed has succeeded', async ({ provider, payer }) => {
    const { providerId = '' } = reportOf(await provider.chargeSavedCard(chargeRequest(await payer.saveCard('working'))))
    captured(await provider.closeAttempt({ kind: 'off_session', providerId }))
  }),
  promise(
    'answers an ending without money when the charge to be closed was declined',
    async ({ provider, payer, truth }) => {
      const { providerId = '' } = reportOf(
        await provider.chargeSavedCard(chargeRequest(await payer.saveCard('declining'))),
      )
      const { state } = reportOf(await provider.closeAttempt({ kind: 'off_session', providerId }))
      expect(['declined', 'expired']).toContain(state.type)
      expect(await truth.charges()).toBe(0)
    },
  ),
]
