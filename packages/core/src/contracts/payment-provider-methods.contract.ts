import { expect } from 'vitest'
import type { PaymentMethod, PaymentProvider } from '../ports/payment-provider.ts'
import { promise, type ContractPromise } from './contract.ts'
import type { PaymentProviderFixture } from './payment-provider-fixture.ts'
import { captured, chargeRequest, hosted, reportOf, sessionRequest } from './payment-provider-requests.ts'

/** The cards that are kept: listing them, and taking one off the list. */
export const promisesOfMethods: readonly ContractPromise<PaymentProviderFixture>[] = [
  promise(
    'lists the cards of a customer, newest first, with what may be shown of them',
    async ({ provider, payer }) => {
      const first = await payer.saveCard('working')
      const second = await payer.saveCard('declining', first.customerId)
      const methods = await methodsOf(provider, first.customerId)
      expect(methods.map(({ id }) => id)).toEqual([second.paymentMethodId, first.paymentMethodId])
      for (const method of methods) {
        expect(Object.keys(method).toSorted()).toEqual(['brand', 'expiryMonth', 'expiryYear', 'id', 'last4'])
        expect(method).toMatchObject({ brand: 'visa', last4: expect.stringMatching(/^\d{4}$/) as string })
        expect(method.expiryMonth >= 1 && method.expiryMonth <= 12).toBe(true)
        expect(method.expiryYear).toBeGreaterThan(2000)
      }
    },
  ),
  promise('lists more cards of a customer than fit on a page', async ({ provider, payer }) => {
    const { customerId, ...first } = await payer.saveCard('working')
    const ids = [first.paymentMethodId]
    for (let n = 0; n < 11; n += 1) ids.unshift((await payer.saveCard('working', customerId)).paymentMethodId)
    expect((await methodsOf(provider, customerId)).map(({ id }) => id)).toEqual(ids)
  }),
  promise('lists nobody else’s cards', async ({ provider, payer }) => {
    const [mine, theirs] = [await payer.saveCard('working'), await payer.saveCard('working')]
    expect((await methodsOf(provider, mine.customerId)).map(({ id }) => id)).toEqual([mine.paymentMethodId])
    expect((await methodsOf(provider, theirs.customerId)).map(({ id }) => id)).toEqual([theirs.paymentMethodId])
  }),
  promise('lists the card that a page has kept', async ({ provider, payer, now }) => {
    const page = reportOf(await provider.openSession(sessionRequest(now(), { saveCard: true })))
    await payer.pay(page.providerId ?? '')
    const { charge } = captured(await provider.findAttempt({ ...hosted(now()), providerId: page.providerId ?? '' }))
    const methods = await methodsOf(provider, charge.customerId ?? '')
    expect(methods.map(({ id }) => id)).toEqual([charge.paymentMethodId])
  }),
  promise('lists what there is now, and never answers from memory', async ({ provider, payer }) => {
    const first = await payer.saveCard('working')
    await methodsOf(provider, first.customerId)
    await payer.saveCard('working', first.customerId)
    expect(await methodsOf(provider, first.customerId)).toHaveLength(2)
  }),
  promise('answers absent for the cards of a customer that there is not', async ({ provider }) => {
    expect(await provider.listPaymentMethods({ customerId: 'cus_none' })).toMatchObject({ type: 'absent' })
  }),
  promise(
    'answers a list that failed as unknown or unreachable, never as nothing',
    async ({ provider, payer, faults }) => {
      const { customerId } = await payer.saveCard('working')
      for (const fault of ['answer_lost', 'request_lost', 'unreachable', 'error_without_effect'] as const) {
        await faults.next('listPaymentMethods', fault)
        expect(['unknown', 'unreachable']).toContain((await provider.listPaymentMethods({ customerId })).type)
      }
      expect(await methodsOf(provider, customerId)).toHaveLength(1)
    },
  ),
  promise('takes a card off the list, after which it can be charged no more', async ({ provider, payer, truth }) => {
    const card = await payer.saveCard('working')
    const kept = await payer.saveCard('working', card.customerId)
    const [, listed] = await methodsOf(provider, card.customerId)
    expect(await provider.detachPaymentMethod(card)).toEqual({ type: 'reported', report: listed })
    expect((await methodsOf(provider, card.customerId)).map(({ id }) => id)).toEqual([kept.paymentMethodId])
    expect(await provider.chargeSavedCard(chargeRequest(card))).toMatchObject({ type: 'refused' })
    expect(await truth.charges()).toBe(0)
  }),
  promise('lists no card of a customer whose cards were all taken off', async ({ provider, payer }) => {
    const card = await payer.saveCard('working')
    await provider.detachPaymentMethod(card)
    expect(await methodsOf(provider, card.customerId)).toEqual([])
  }),
  promise(
    'leaves a card alone that is not the customer’s, and answers absent for it and for one that is gone',
    async ({ provider, payer }) => {
      const [mine, theirs] = [await payer.saveCard('working'), await payer.saveCard('working')]
      const { customerId } = mine
      const { paymentMethodId } = theirs
      expect(await provider.detachPaymentMethod({ customerId, paymentMethodId })).toMatchObject({ type: 'absent' })
      expect(await methodsOf(provider, theirs.customerId)).toHaveLength(1)
      expect(await provider.detachPaymentMethod({ customerId, paymentMethodId: 'pm_none' })).toMatchObject({
        type: 'absent',
      })
      await provider.detachPaymentMethod(mine)
      expect(await provider.detachPaymentMethod(mine)).toMatchObject({ type: 'absent' })
    },
  ),
  promise(
    'answers unknown where the answer to taking a card off got lost; it is gone',
    async ({ provider, payer, faults }) => {
      const card = await payer.saveCard('working')
      await faults.next('detachPaymentMethod', 'answer_lost')
      expect(await provider.detachPaymentMethod(card)).toMatchObject({ type: 'unknown', answered: false })
      expect(await methodsOf(provider, card.customerId)).toEqual([])
    },
  ),
  promise('takes nothing off where it failed', async ({ provider, payer, faults }) => {
    const card = await payer.saveCard('working')
    for (const fault of ['request_lost', 'unreachable', 'error_without_effect'] as const) {
      await faults.next('detachPaymentMethod', fault)
      expect(['unknown', 'unreachable']).toContain((await provider.detachPaymentMethod(card)).type)
      expect(await methodsOf(provider, card.customerId)).toHaveLength(1)
    }
  }),
]

const methodsOf = async (provider: PaymentProvider, customerId: string): Promise<readonly PaymentMethod[]> => {
  const answer = await provider.listPaymentMethods({ customerId })
  if (answer.type !== 'reported') throw new Error(`Expected cards, got ${JSON.stringify(answer)}.`)
  return answer.report
}
