import { describe, expect, it } from 'vitest'
import { day, hour, minute, type AttemptReport, type PaymentId, type PaymentProvider } from '../src/index.ts'
import { keptCard } from '../src/contracts/rules/kept-card.ts'
import { ana, mxn, staff, start, world, type World } from '../src/contracts/rules/world.ts'
import { whileTimePasses } from '../src/contracts/rules/waiting.ts'
import { openIntent } from './open-intent.ts'
import { paidStay } from './paid-stay.ts'
import { topUp } from './top-up.ts'

type Said = Pick<AttemptReport, 'state'> & { readonly livemode?: boolean }

/** What a provider may say of a page that it was asked to close, after which it may be open as before. */
const openAsBefore: Readonly<Record<string, Said>> = {
  'in a status that nobody knows': { state: { type: 'unrecognized', status: 'a_status_from_the_future' } },
  'of the other mode': { state: { type: 'expired' }, livemode: true },
  'open, with a card that was declined on it': {
    state: {
      type: 'page_declined',
      declined: { id: 'ch_1', failure: { code: 'card_declined', retryable: true } },
    },
  },
  'still open': { state: { type: 'opened', url: 'https://pay.example/cs_1', expiresAt: start } },
}

/** A world whose provider closes no page until it is calm, and says so. Whoever asks it over and over fails. */
const closingNothing = async (said: Said) => {
  let [calls, isCalm] = [0, true]
  const w = world({
    wrapProvider: (provider): PaymentProvider => ({
      ...provider,
      closeAttempt: async (request) => {
        if (isCalm) return provider.closeAttempt(request)
        calls += 1
        if (calls > 20) throw new Error('The provider is asked over and over.')
        return { type: 'reported', report: { livemode: false, providerId: request.providerId, ...said } }
      },
    }),
  })
  await topUp(w, ana)
  return {
    w,
    calls: () => calls,
    trouble: () => {
      isCalm = false
    },
    calm: () => {
      isCalm = true
    },
  }
}

/** Whoever wants a page out of the way before they go on. */
const verbs: Readonly<Record<string, (w: World, paymentId: PaymentId) => Promise<unknown>>> = {
  changeAmount: (w, paymentId) => w.holdfast.changeAmount({ actor: staff, paymentId, amount: mxn(250_00n) }),
  payFromWallet: (w, paymentId) => w.holdfast.payFromWallet({ actor: ana, paymentId }),
  async payWithSavedCard(w, paymentId) {
    const { paymentMethodId } = await keptCard(w, ana.id)
    return w.holdfast.payWithSavedCard({ actor: ana, paymentId, paymentMethodId })
  },
}
const unavailable = { ok: false, error: { code: 'provider_unavailable' } }
const closingWork = (w: World, attemptId: string) =>
  w.unitOfWork.read((tx) => tx.outbox.find(`close_attempt:${attemptId}`))

describe.each(Object.entries(openAsBefore))('a page that was to be closed, and is %s', (_name, said) => {
  it.each(Object.entries(verbs))('is asked about once by %s, and stays to be closed', async (_verb, act) => {
    const { w, calls, trouble, calm } = await closingNothing(said)
    const { paymentId } = await w.book(ana)
    trouble()
    expect(await act(w, paymentId)).toMatchObject(unavailable)
    expect(calls()).toBe(1)
    const { attempts } = await w.get(paymentId)
    expect(attempts).toMatchObject([{ status: 'open', closing: 'replaced' }])
    expect(await closingWork(w, attempts[0]?.id ?? '')).toMatchObject({
      status: 'waiting',
      tries: 1,
      lastError: expect.stringContaining('Asked to close it, and') as string,
    })
    await w.clock.advance(minute)
    expect(await w.holdfast.startCheckout({ actor: ana, paymentId })).toMatchObject({
      ok: true,
      value: { type: 'pending' },
    })
    expect(calls()).toBe(2)
    calm()
    await w.pass(hour, minute)
    expect(await act(w, paymentId)).toMatchObject({ ok: true })
    expect((await w.get(paymentId)).attempts[0]).toMatchObject({ status: 'expired' })
  })

  it('is asked about once on the day on which its card is to be charged, and is charged when it is closed', async () => {
    const { w, calls, trouble, calm } = await closingNothing(said)
    const { reservationId, balanceId, dueAt } = await paidStay(w)
    await w.holdfast.startCheckout({ actor: ana, paymentId: balanceId })
    trouble()
    await w.clock.advance(dueAt - w.clock.now())
    const asked = await w.holdfast.startBalance({ actor: { type: 'system' }, reservationId })
    expect([asked, calls()]).toMatchObject([unavailable, 1])
    calm()
    await w.pass(day, 20 * minute)
    expect((await w.get(balanceId)).payment).toMatchObject({ status: 'completed' })
  })
})

it('a page whose first answer was in a status that nobody knows, and is repeated under its key, is closed by its name', async () => {
  const w = world()
  const paymentId = await openIntent(w)
  w.provider.faults.next('openSession', 'unrecognized_status')
  await whileTimePasses(w, w.holdfast.startCheckout({ actor: ana, paymentId }))
  expect((await w.get(paymentId)).attempts).toMatchObject([{ status: 'requested' }])
  expect(await verbs['changeAmount']?.(w, paymentId)).toMatchObject({ ok: true })
  expect((await w.get(paymentId)).attempts).toMatchObject([{ status: 'expired', providerId: 'cs_1' }])
  expect(w.provider.truth.attempts()).toMatchObject([{ state: { type: 'expired' } }])
})

/** A page that was asked for, and of which only this is heard, as often as it is asked for. */
const heardOnly = async (said: Said & Pick<AttemptReport, 'providerId'>) => {
  let [saysSo, closings] = [false, 0]
  const w = world({
    wrapProvider: (provider): PaymentProvider => ({
      ...provider,
      openSession: async (request) =>
        saysSo ? { type: 'reported', report: { livemode: false, ...said } } : provider.openSession(request),
      closeAttempt: (request) => {
        closings += 1
        return provider.closeAttempt(request)
      },
    }),
  })
  const paymentId = await openIntent(w)
  w.provider.faults.next('openSession', 'answer_lost')
  await w.holdfast.startCheckout({ actor: ana, paymentId })
  saysSo = true
  return { w, paymentId, closings: () => closings }
}

it('a page without a name, in a status that nobody knows, is asked about again', async () => {
  const { w, paymentId, closings } = await heardOnly({ state: { type: 'unrecognized', status: 'a_new_one' } })
  expect(await verbs['changeAmount']?.(w, paymentId)).toMatchObject(unavailable)
  expect((await w.get(paymentId)).attempts).toMatchObject([{ status: 'requested', closing: 'replaced' }])
  expect(closings()).toBe(0)
})

it('a page that turns out to be paid through a bank is not closed', async () => {
  const { w, paymentId, closings } = await heardOnly({ state: { type: 'processing' }, providerId: 'cs_1' })
  expect(await verbs['changeAmount']?.(w, paymentId)).toEqual({ ok: false, error: { code: 'charge_in_flight' } })
  expect((await w.get(paymentId)).attempts).toMatchObject([{ status: 'processing', providerId: 'cs_1' }])
  expect(closings()).toBe(0)
})

it('a page of the other mode that was heard of only now is not closed, and is asked about again', async () => {
  const w = world({
    wrapProvider: (provider): PaymentProvider => ({
      ...provider,
      openSession: async (request) => {
        const answer = await provider.openSession(request)
        return answer.type === 'reported' ? { ...answer, report: { ...answer.report, livemode: true } } : answer
      },
    }),
  })
  const paymentId = await openIntent(w)
  await whileTimePasses(w, w.holdfast.startCheckout({ actor: ana, paymentId }))
  expect(await verbs['changeAmount']?.(w, paymentId)).toMatchObject(unavailable)
  expect((await w.get(paymentId)).attempts).toMatchObject([{ status: 'requested', closing: 'replaced' }])
  expect(w.provider.truth.attempts()).toMatchObject([{ state: { type: 'opened' } }])
})

describe('a page that was to be closed, and was paid before by money that is on its way', () => {
  it.each(Object.entries(verbs))('is asked about once by %s, and nothing is begun beside it', async (_verb, act) => {
    const { w, calls, trouble } = await closingNothing({ state: { type: 'processing' } })
    const { paymentId } = await w.book(ana)
    trouble()
    const inFlight = { ok: false, error: { code: 'charge_in_flight' } }
    expect(await act(w, paymentId)).toEqual(inFlight)
    expect(await w.holdfast.startCheckout({ actor: ana, paymentId })).toEqual(inFlight)
    expect(await act(w, paymentId)).toEqual(inFlight)
    expect(calls()).toBe(1)
    expect((await w.get(paymentId)).attempts).toMatchObject([{ status: 'processing' }])
  })
})
