import { expect } from 'vitest'
import { money } from '../kernel/money.ts'
import { promise, type ContractPromise } from './contract.ts'
import type { PaymentProviderFixture } from './payment-provider-fixture.ts'
import { captured, chargeRequest, offSession, reportOf } from './payment-provider-requests.ts'

/** Charging a saved card without its owner present. */
export const promisesOfCharges: readonly ContractPromise<PaymentProviderFixture>[] = [
  promise('charges a saved card once for the same key', async ({ provider, payer, truth }) => {
    const request = chargeRequest(await payer.saveCard('working'))
    const first = captured(await provider.chargeSavedCard(request))
    expect(first.charge).toMatchObject({ amount: money(25_00, 'EUR'), ...request.card })
    expect(captured(await provider.chargeSavedCard(request))).toEqual(first)
    expect(await truth.charges()).toBe(1)
  }),
  promise('charges once for the same key, however many ask at once', async ({ provider, payer, truth }) => {
    const request = chargeRequest(await payer.saveCard('working'))
    const answers = await Promise.all(Array.from({ length: 8 }, () => provider.chargeSavedCard(request)))
    for (const answer of answers) expect(['reported', 'unreachable', 'unknown']).toContain(answer.type)
    expect(await truth.charges()).toBe(1)
  }),
  promise(
    'reports a decline, which is no error, and reports it again for the same key',
    async ({ provider, payer, truth }) => {
      const request = chargeRequest(await payer.saveCard('declining'))
      const first = reportOf(await provider.chargeSavedCard(request))
      expect(first.state).toMatchObject({ type: 'declined', failure: { code: 'card_declined', retryable: true } })
      expect(first.providerId).toMatch(/./)
      expect(reportOf(await provider.chargeSavedCard(request)).state).toEqual(first.state)
      expect(await truth.charges()).toBe(0)
    },
  ),
  promise(
    'reports a card that wants its owner present as declined for authentication',
    async ({ provider, payer, truth }) => {
      const { state } = reportOf(await provider.chargeSavedCard(chargeRequest(await payer.saveCard('authenticating'))))
      expect(state).toMatchObject({ type: 'declined', failure: { code: 'authentication_required', retryable: true } })
      expect(await truth.charges()).toBe(0)
    },
  ),
  promise(
    'answers unknown when the answer to a charge got lost; it was made once, and both ways find it',
    async ({ provider, payer, faults, truth, now }) => {
      const request = chargeRequest(await payer.saveCard('working'))
      await faults.next('chargeSavedCard', 'answer_lost')
      expect(await provider.chargeSavedCard(request)).toMatchObject({ type: 'unknown', answered: false })
      const found = captured(await provider.findAttempt(offSession(now())))
      expect(captured(await provider.chargeSavedCard(request))).toEqual(found)
      expect(await truth.charges()).toBe(1)
    },
  ),
  promise(
    'answers unknown when the request to charge got lost; a look-up proves that there is nothing',
    async ({ provider, payer, faults, truth, now }) => {
      const request = chargeRequest(await payer.saveCard('working'))
      await faults.next('chargeSavedCard', 'request_lost')
      expect(await provider.chargeSavedCard(request)).toMatchObject({ type: 'unknown', answered: false })
      expect(await provider.findAttempt(offSession(now()))).toEqual({ type: 'absent' })
      captured(await provider.chargeSavedCard(request))
      expect(await truth.charges()).toBe(1)
    },
  ),
  promise('finds a declined charge whose answer got lost', async ({ provider, payer, faults, now }) => {
    await faults.next('chargeSavedCard', 'answer_lost')
    await provider.chargeSavedCard(chargeRequest(await payer.saveCard('declining')))
    expect(reportOf(await provider.findAttempt(offSession(now()))).state).toMatchObject({ type: 'declined' })
  }),
]
