import { describe, expect, it } from 'vitest'
import type { AttemptId, OwnerId, PaymentId, RefundId } from '../src/kernel/ids.ts'
import { after, day, hour, instant, type Instant } from '../src/kernel/instant.ts'
import { money } from '../src/kernel/money.ts'
import { memoryPaymentProvider } from '../src/memory/memory-payment-provider.ts'
import type { SessionRequest } from '../src/ports/payment-provider.ts'

const start = instant(Date.UTC(2026, 0, 1))
const request: SessionRequest = {
  attemptId: 'att_1' as AttemptId,
  paymentId: 'pay_1' as PaymentId,
  idempotencyKey: 'att_1',
  amount: money(25_00, 'EUR'),
  item: { name: 'A', description: 'B' },
  purpose: 'full',
  owner: 'ana' as OwnerId,
  metadata: { b: '2', a: '1' },
  saveCard: false,
  successUrl: 'https://shop.example/paid',
  cancelUrl: 'https://shop.example/back',
  expiresAt: after(start, hour),
}

const world = () => {
  let time: Instant = start
  const provider = memoryPaymentProvider({ clock: { now: () => time }, livemode: false })
  return { provider, pass: (ms: number) => void (time = after(time, ms)) }
}

describe('the in-memory payment provider', () => {
  it('forgets a key after a day, as Stripe may', async () => {
    const { provider, pass } = world()
    await provider.openSession(request)
    pass(day - 1)
    await provider.openSession(request)
    expect(provider.truth.attempts()).toHaveLength(1)
    pass(1)
    await provider.openSession(request)
    expect(provider.truth.attempts()).toHaveLength(2)
  })

  it('takes the same request for the same whatever the order of its fields', async () => {
    const { provider } = world()
    const first = await provider.openSession(request)
    expect(await provider.openSession({ ...request, metadata: { a: '1', b: '2' } })).toEqual(first)
  })

  it('lets a page run out of time by the clock, and says so once', async () => {
    const { provider, pass } = world()
    await provider.openSession(request)
    pass(hour)
    await expect(provider.payer.pay('cs_1')).rejects.toThrow('is expired')
    expect(provider.truth.attempts()[0]?.state).toEqual({ type: 'expired' })
    expect(provider.events()).toEqual([
      {
        id: 'evt_1',
        type: 'page.expired',
        occurredAt: after(start, hour),
        livemode: false,
        news: { about: 'attempt', providerId: 'cs_1', attemptId: 'att_1', report: 'ask' },
      },
    ])
  })

  it('tells what happened in events: money, refunds of ours and of others, disputes', async () => {
    const { provider } = world()
    await provider.openSession(request)
    await provider.payer.pay('cs_1', money(1_00, 'EUR'))
    provider.bank.delayRefunds()
    await provider.refund({
      refundId: 'rf_1' as RefundId,
      paymentId: request.paymentId,
      idempotencyKey: 'rf_1',
      chargeId: 'ch_1',
      amount: money(60, 'EUR'),
      reason: 'external',
    })
    provider.bank.settleRefund('re_1', 'failed')
    provider.bank.refund('ch_1', 40n)
    provider.bank.dispute('ch_1', 'opened')
    expect(provider.events().map(({ news }) => news)).toMatchObject([
      { about: 'attempt', report: { state: { type: 'captured', charge: { amount: money(1_00, 'EUR') } } } },
      { about: 'refund', refundId: 'rf_1', report: { state: { type: 'pending' }, amount: money(60, 'EUR') } },
      { about: 'refund', refundId: 'rf_1', report: { state: { type: 'failed' } } },
      { about: 'refund', report: { providerId: 're_2', amount: money(40, 'EUR') } },
      { about: 'dispute', providerId: 'dp_ch_1', chargeId: 'ch_1', outcome: 'opened' },
    ])
  })

  it('refuses as scripted, with nothing done and the key still free', async () => {
    const { provider } = world()
    provider.faults.next('openSession', 'refused')
    expect(await provider.openSession(request)).toMatchObject({ type: 'refused' })
    expect(provider.truth.attempts()).toEqual([])
    expect(await provider.openSession(request)).toMatchObject({ type: 'reported' })
  })

  it('never calls refused what was done under the same key before', async () => {
    const { provider } = world()
    provider.faults.next('openSession', 'answer_lost')
    await provider.openSession(request)
    provider.faults.next('openSession', 'refused')
    expect(await provider.openSession(request)).toMatchObject({ type: 'reported' })
  })

  it('tells of the cards of a customer that change, and whose they are', async () => {
    const { provider } = world()
    const first = await provider.payer.saveCard('working')
    expect(provider.events()).toEqual([])
    const second = await provider.payer.saveCard('declining', first.customerId)
    provider.bank.renewCard(first)
    await provider.payer.removeCard(second)
    await provider.detachPaymentMethod(first)
    expect(provider.events().map(({ type, news }) => [type, news])).toEqual(
      ['card.attached', 'card.updated', 'card.detached', 'card.detached'].map((type) => [
        type,
        { about: 'payment_methods', customerId: first.customerId },
      ]),
    )
  })

  it('shows of a card what may be shown, with a later expiry once its bank has renewed it', async () => {
    const { provider } = world()
    const card = await provider.payer.saveCard('authenticating')
    const shown = { id: card.paymentMethodId, brand: 'visa', last4: '3184', expiryMonth: 12, expiryYear: 2029 }
    expect(await provider.listPaymentMethods(card)).toEqual({ type: 'reported', report: [shown] })
    provider.bank.renewCard(card)
    expect(await provider.listPaymentMethods(card)).toEqual({
      type: 'reported',
      report: [{ ...shown, expiryYear: 2032 }],
    })
  })

  it('acts on no card that is not there', async () => {
    const { provider } = world()
    const card = await provider.payer.saveCard('working')
    const nobodys = { ...card, customerId: 'cus_none' }
    await expect(provider.payer.removeCard(nobodys)).rejects.toThrow(RangeError)
    expect(() => provider.bank.renewCard(nobodys)).toThrow(RangeError)
  })

  it('lists cards in no status, also where a status is to be odd', async () => {
    const { provider } = world()
    const card = await provider.payer.saveCard('working')
    provider.faults.next('listPaymentMethods', 'unrecognized_status')
    expect(await provider.listPaymentMethods(card)).toMatchObject({ type: 'reported', report: [{ last4: '4242' }] })
  })

  it('forgets faults that have not struck', async () => {
    const { provider } = world()
    provider.faults.next('openSession', 'unreachable')
    provider.faults.clear()
    expect(await provider.openSession(request)).toMatchObject({ type: 'reported' })
  })
})
