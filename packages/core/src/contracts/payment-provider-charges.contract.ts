import { expect } from 'vitest'
import type { AttemptId, PaymentId } from '../kernel/ids.ts'
import { money } from '../kernel/money.ts'
import { promise, type ContractPromise } from './contract.ts'
import type { PaymentProviderFixture } from './payment-provider-fixture.ts'
import { captured, chargeRequest, hosted, offSession, reportOf, sessionRequest } from './payment-provider-requests.ts'

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
      expect(await provider.findAttempt(offSession(now()))).toMatchObject({ type: 'absent' })
      captured(await provider.chargeSavedCard(request))
      expect(await truth.charges()).toBe(1)
    },
  ),
  promise(
    'finds the charge of an attempt that nobody knows any more, by its payment and its customer, and no other',
    async ({ provider, payer, truth }) => {
      const request = chargeRequest(await payer.saveCard('working'))
      const { paymentId, attemptId } = request
      const query = { paymentId, customerId: request.card.customerId, known: ['att_2' as AttemptId] }
      expect(await provider.findForgottenCharge(query)).toMatchObject({ type: 'absent' })
      const made = reportOf(await provider.chargeSavedCard(request))
      expect(reportOf(await provider.findForgottenCharge(query))).toEqual(made)
      for (const other of [
        { ...query, known: [attemptId] },
        { ...query, paymentId: 'pay_2' as PaymentId },
        { ...query, customerId: (await payer.saveCard('working')).customerId },
      ])
        expect(await provider.findForgottenCharge(other)).toMatchObject({ type: 'absent' })
      expect(await truth.charges()).toBe(1)
    },
  ),
  promise('finds money that came by a forgotten page, by its charge', async ({ provider, payer, now }) => {
    const page = reportOf(await provider.openSession(sessionRequest(now(), { saveCard: true })))
    await payer.pay(page.providerId ?? '')
    const { charge } = captured(await provider.findAttempt({ ...hosted(now()), providerId: page.providerId ?? '' }))
    const query = { paymentId: sessionRequest(now()).paymentId, customerId: charge.customerId ?? '', known: [] }
    expect(reportOf(await provider.findForgottenCharge(query))).toEqual({
      state: { type: 'captured', charge },
      providerId: charge.id,
      livemode: false,
    })
  }),
  promise('finds no forgotten charge where one was declined', async ({ provider, payer }) => {
    const request = chargeRequest(await payer.saveCard('declining'))
    await provider.chargeSavedCard(request)
    const query = { paymentId: request.paymentId, customerId: request.card.customerId, known: [] }
    expect(await provider.findForgottenCharge(query)).toMatchObject({ type: 'absent' })
  }),
  promise(
    'answers a search for a forgotten charge that failed as unknown or unreachable, never as nothing',
    async ({ provider, payer, faults }) => {
      const request = chargeRequest(await payer.saveCard('working'))
      await provider.chargeSavedCard(request)
      const query = { paymentId: request.paymentId, customerId: request.card.customerId, known: [] }
      for (const fault of ['answer_lost', 'request_lost', 'unreachable', 'error_without_effect'] as const) {
        await faults.next('findForgottenCharge', fault)
        expect(['unknown', 'unreachable']).toContain((await provider.findForgottenCharge(query)).type)
      }
    },
  ),
  promise('finds a declined charge whose answer got lost', async ({ provider, payer, faults, now }) => {
    await faults.next('chargeSavedCard', 'answer_lost')
    await provider.chargeSavedCard(chargeRequest(await payer.saveCard('declining')))
    expect(reportOf(await provider.findAttempt(offSession(now()))).state).toMatchObject({ type: 'declined' })
  }),
]
