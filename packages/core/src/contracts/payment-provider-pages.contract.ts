import { expect } from 'vitest'
import type { AttemptId } from '../kernel/ids.ts'
import { money } from '../kernel/money.ts'
import { promise, type ContractPromise } from './contract.ts'
import type { PaymentProviderFixture } from './payment-provider-fixture.ts'
import {
  captured,
  chargeRequest,
  hosted,
  openPage,
  reportOf,
  sessionRequest,
  triedOn,
} from './payment-provider-requests.ts'

/** Opening a page, and what becomes of it. */
export const promisesOfPages: readonly ContractPromise<PaymentProviderFixture>[] = [
  promise(
    'opens a page that nobody has paid yet, and says where it is and until when',
    async ({ provider, truth, now }) => {
      const request = sessionRequest(now())
      const { state, providerId, livemode } = reportOf(await provider.openSession(request))
      expect(state).toEqual({
        type: 'opened',
        url: expect.stringMatching(/^https?:\/\//),
        expiresAt: expect.any(Number),
      })
      expect(Math.abs((state.type === 'opened' ? state.expiresAt : 0) - request.expiresAt)).toBeLessThan(1_000)
      expect(providerId).toMatch(/./)
      expect(livemode).toBe(false)
      expect(await truth.openPages()).toBe(1)
    },
  ),
  promise('opens one page for the same key, and answers the same page', async ({ provider, truth, now }) => {
    const request = sessionRequest(now())
    const first = reportOf(await provider.openSession(request))
    expect(reportOf(await provider.openSession(request))).toEqual(first)
    expect(await truth.pages()).toBe(1)
  }),
  promise('opens one page for the same key, however many ask at once', async ({ provider, truth, now }) => {
    const request = sessionRequest(now())
    const answers = await Promise.all(Array.from({ length: 8 }, () => provider.openSession(request)))
    const ids = answers.flatMap((answer) => (answer.type === 'reported' ? [answer.report.providerId] : []))
    expect(new Set(ids).size).toBe(1)
    for (const answer of answers) expect(['reported', 'unreachable', 'unknown']).toContain(answer.type)
    expect(await truth.pages()).toBe(1)
  }),
  promise('opens two pages for two keys', async ({ provider, truth, now }) => {
    await provider.openSession(sessionRequest(now(), { idempotencyKey: 'key_a' }))
    await provider.openSession(sessionRequest(now(), { idempotencyKey: 'key_b' }))
    expect(await truth.pages()).toBe(2)
  }),
  promise('does nothing for a key that was used for another request', async ({ provider, truth, now }) => {
    const request = sessionRequest(now())
    await provider.openSession(request)
    const answer = await provider.openSession({ ...request, amount: money(99_00, 'EUR') })
    // Something was done under this key, so it must not be called refused: that would say that nothing was.
    expect(answer.type).toBe('unknown')
    expect(await truth.pages()).toBe(1)
  }),
  promise(
    'answers unknown when the answer got lost; the same key again finds the page',
    async ({ provider, faults, truth, now }) => {
      const request = sessionRequest(now())
      await faults.next('openSession', 'answer_lost')
      expect(await provider.openSession(request)).toMatchObject({ type: 'unknown', answered: false })
      expect(await truth.pages()).toBe(1)
      expect(reportOf(await provider.openSession(request)).state.type).toBe('opened')
      expect(await truth.pages()).toBe(1)
    },
  ),
  promise(
    'answers unknown when the answer got lost; a look-up by our own id finds the page',
    async ({ provider, faults, now }) => {
      const request = sessionRequest(now())
      await faults.next('openSession', 'answer_lost')
      await provider.openSession(request)
      const found = reportOf(await provider.findAttempt(hosted(now())))
      expect(found.state.type).toBe('opened')
      expect(found.providerId).toBe(reportOf(await provider.openSession(request)).providerId)
    },
  ),
  promise(
    'answers unknown when the request got lost; a look-up proves that there is nothing',
    async ({ provider, faults, truth, now }) => {
      await faults.next('openSession', 'request_lost')
      expect(await provider.openSession(sessionRequest(now()))).toMatchObject({ type: 'unknown', answered: false })
      expect(await truth.pages()).toBe(0)
      expect(await provider.findAttempt(hosted(now()))).toMatchObject({ type: 'absent' })
    },
  ),
  promise(
    'answers unreachable when nothing happened, and the same call may be made again',
    async ({ provider, faults, truth, now }) => {
      const request = sessionRequest(now())
      await faults.next('openSession', 'unreachable')
      expect(await provider.openSession(request)).toMatchObject({ type: 'unreachable' })
      expect(await truth.pages()).toBe(0)
      expect(reportOf(await provider.openSession(request)).state.type).toBe('opened')
    },
  ),
  promise(
    'answers an error as unknown and answered, the same key repeats it, a look-up tells the truth',
    async ({ provider, faults, truth, now }) => {
      for (const [fault, pages] of [
        ['error_without_effect', 0],
        ['error_with_effect', 1],
      ] as const) {
        const attemptId = `att_${fault}` as AttemptId
        const request = sessionRequest(now(), { attemptId, idempotencyKey: `key_${fault}` })
        await faults.next('openSession', fault)
        expect(await provider.openSession(request)).toMatchObject({ type: 'unknown', answered: true })
        expect(await provider.openSession(request)).toMatchObject({ type: 'unknown', answered: true })
        expect(await truth.pages()).toBe(pages)
        expect((await provider.findAttempt({ ...hosted(now()), attemptId })).type).toBe(
          pages === 0 ? 'absent' : 'reported',
        )
      }
    },
  ),
  promise(
    'reports a status never seen before as unrecognized, and does not throw',
    async ({ provider, faults, now }) => {
      await faults.next('openSession', 'unrecognized_status')
      const { state } = reportOf(await provider.openSession(sessionRequest(now())))
      expect(state).toEqual({ type: 'unrecognized', status: expect.any(String) })
    },
  ),
  promise('reports a paid page as captured, with the sum that came', async ({ provider, payer, truth, now }) => {
    const id = await openPage(provider, now())
    await payer.pay(id)
    const { state, providerId } = reportOf(await provider.findAttempt({ ...hosted(now()), providerId: id }))
    expect(state).toMatchObject({ type: 'captured', charge: { id: expect.any(String), amount: money(25_00, 'EUR') } })
    expect(providerId).toBe(id)
    expect(await truth.charges()).toBe(1)
  }),
  promise('names the card that a page saved, and it can be charged', async ({ provider, payer, now }) => {
    const id = reportOf(await provider.openSession(sessionRequest(now(), { saveCard: true }))).providerId ?? ''
    await payer.pay(id)
    const { charge } = captured(await provider.findAttempt({ ...hosted(now()), providerId: id }))
    const card = { customerId: charge.customerId ?? '', paymentMethodId: charge.paymentMethodId ?? '' }
    expect(card).toEqual({ customerId: expect.stringMatching(/./), paymentMethodId: expect.stringMatching(/./) })
    captured(await provider.chargeSavedCard(chargeRequest(card)))
  }),
  promise('keeps a page open on which a card was declined', async ({ provider, payer, now }) => {
    const id = await openPage(provider, now())
    await payer.declineOnPage(id)
    expect(reportOf(await provider.findAttempt({ ...hosted(now()), providerId: id })).state.type).toBe('opened')
    await payer.pay(id)
    captured(await provider.findAttempt({ ...hosted(now()), providerId: id }))
  }),
  promise(
    'tells of a card that was declined on a page, once and with its reason, and of the next as another',
    async ({ provider, payer, now }) => {
      const id = await openPage(provider, now())
      const ask = async () => triedOn(await provider.findAttempt({ ...hosted(now()), providerId: id }))
      expect(await ask()).toBeUndefined()
      await payer.declineOnPage(id)
      const first = await ask()
      expect(first).toMatchObject({
        id: expect.stringMatching(/./),
        failure: { code: 'card_declined', retryable: true },
      })
      // Asked for by our own id it is the same try, and so it is however often it is asked for.
      expect(triedOn(await provider.findAttempt(hosted(now())))).toEqual(first)
      expect(await ask()).toEqual(first)
      await payer.declineOnPage(id)
      expect((await ask())?.id).not.toBe(first?.id)
      await payer.pay(id)
      captured(await provider.findAttempt({ ...hosted(now()), providerId: id }))
    },
  ),
  promise(
    'tells of a card that was declined on a page also once the page has ended',
    async ({ provider, payer, now }) => {
      const id = await openPage(provider, now())
      await payer.declineOnPage(id)
      const tried = triedOn(await provider.findAttempt({ ...hosted(now()), providerId: id }))
      const closed = await provider.closeAttempt({ kind: 'hosted', providerId: id })
      expect(reportOf(closed).state.type).toBe('expired')
      expect(triedOn(closed)).toEqual(tried)
      expect(triedOn(await provider.findAttempt({ ...hosted(now()), providerId: id }))).toEqual(tried)
    },
  ),
  promise('reports a page that ran out of time as expired', async ({ provider, payer, now }) => {
    const id = await openPage(provider, now())
    await payer.expire(id)
    expect(reportOf(await provider.findAttempt({ ...hosted(now()), providerId: id })).state).toEqual({
      type: 'expired',
    })
  }),
  promise(
    'reports money that takes days as processing, and as captured when it comes',
    async ({ provider, payer, now }) => {
      const id = await openPage(provider, now())
      const query = { ...hosted(now()), providerId: id }
      await payer.payLater(id, 'paid')
      expect(reportOf(await provider.findAttempt(query)).state.type).toBe('processing')
      await payer.settle(id, 'paid')
      captured(await provider.findAttempt(query))
    },
  ),
  promise(
    'reports money that takes days as processing, and as declined when it does not come',
    async ({ provider, payer, now }) => {
      const id = await openPage(provider, now())
      const query = { ...hosted(now()), providerId: id }
      await payer.payLater(id, 'failed')
      expect(reportOf(await provider.findAttempt(query)).state.type).toBe('processing')
      await payer.settle(id, 'failed')
      expect(reportOf(await provider.findAttempt(query)).state.type).toBe('declined')
    },
  ),
]
