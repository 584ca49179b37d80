import { describe, expect, it } from 'vitest'
import { Crash, crashing } from '../src/contracts/rules/crashing.ts'
import { keptCard, type CardKind } from '../src/contracts/rules/kept-card.ts'
import { shop } from '../src/contracts/rules/shop.ts'
import { whileTimePasses } from '../src/contracts/rules/waiting.ts'
import { ana, ben, mxn, start, world, type World, type WorldOptions } from '../src/contracts/rules/world.ts'
import { day, hour, minute, second, type OrderId, type PayWithSavedCardOutcome, type PaymentId } from '../src/index.ts'
import { memoryUnitOfWork } from '../src/memory/index.ts'
import { cartOf, openShop, orderOf, ordered, place, shelf, standing } from './shopping.ts'

/** A shop, an order that is due, and a card of its owner's. */
const due = async ({ kind = 'working', ...options }: WorldOptions & { readonly kind?: CardKind } = {}) => {
  const w = await openShop(options)
  const { paymentMethodId } = await keptCard(w, ana.id, kind)
  const { orderId, paymentId } = await place(w, [['mug', 2]])
  const pay = (change: { readonly idempotencyKey?: string; readonly paymentMethodId?: string } = {}) =>
    w.holdfast.payWithSavedCard({ actor: ana, paymentId, paymentMethodId, ...change })
  return { w, orderId, paymentId, paymentMethodId, pay }
}

const charges = (w: World) => w.provider.truth.attempts().filter(({ kind }) => kind === 'off_session')
const captured = (w: World) => w.provider.truth.attempts().filter(({ state }) => state.type === 'captured')
const codeOf = (outcome: PayWithSavedCardOutcome) => (outcome.ok ? outcome.value.type : outcome.error.code)

describe('paying with a saved card', () => {
  it('pays the order at once, and consumes what it holds', async () => {
    const { w, orderId, paymentId, pay } = await due()
    expect(await pay()).toMatchObject({
      ok: true,
      value: { type: 'paid', paymentId, payment: { status: 'completed', amount: mxn(240_00n) } },
    })
    expect(await standing(w, orderId)).toBe('completed consumed')
    expect(await shelf(w, 'mug')).toEqual({ onHand: 8, held: 0 })
    expect(charges(w)).toMatchObject([{ paymentId, amount: mxn(240_00n), state: { type: 'captured' } }])
    await w.holdfast.workOnce()
    expect(w.notifier.sent.map(({ template }) => template)).toEqual(['confirmed'])
  })

  it('pays a deposit, and leaves that card for the balance', async () => {
    const w = world()
    const { paymentMethodId } = await keptCard(w, ana.id)
    const intent = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 3 } })
    if (!intent.ok) throw new Error(intent.error.code)
    const { paymentId } = intent.value
    expect(codeOf(await w.holdfast.payWithSavedCard({ actor: ana, paymentId, paymentMethodId }))).toBe('paid')
    const [reservation] = await w.reservations()
    const balance = await w.get(reservation?.balance?.paymentId as PaymentId)
    expect(balance.payment.savedCard).toMatchObject({ paymentMethodId })
  })

  it('charges once, however often it is asked for at once, and answers all alike', async () => {
    const { w, paymentId, pay } = await due()
    const answers = await whileTimePasses(w, Promise.all(Array.from({ length: 5 }, () => pay())))
    expect(new Set(answers.map(codeOf))).toEqual(new Set(['paid']))
    expect(charges(w)).toHaveLength(1)
    expect(codeOf(await pay())).toBe('payment_already_completed')
    expect((await w.get(paymentId)).attempts).toHaveLength(1)
  })

  it('tries a card that is declined once for all who ask at once', async () => {
    const { w, pay } = await due({ kind: 'declining' })
    const answers = await whileTimePasses(w, Promise.all(Array.from({ length: 5 }, () => pay())))
    expect(new Set(answers.map(codeOf))).toEqual(new Set(['payment_declined']))
    expect(charges(w)).toHaveLength(1)
  })

  it('answers the same under the same key, whatever has happened since', async () => {
    const { w, orderId, paymentMethodId, pay } = await due()
    const paid = await pay({ idempotencyKey: 'k' })
    expect(codeOf(paid)).toBe('paid')
    await w.holdfast.removePaymentMethod({ actor: ana, paymentMethodId })
    expect(await pay({ idempotencyKey: 'k' })).toEqual(paid)
    expect(codeOf(await pay({ idempotencyKey: 'k', paymentMethodId: 'pm_other' }))).toBe('idempotency_key_reused')
    expect((await orderOf(w, orderId)).status).toBe('completed')
  })

  it('expires the page that is open first, so that nobody pays twice', async () => {
    const w = await openShop()
    const { paymentMethodId } = await keptCard(w, ana.id)
    const { paymentId, sessionId } = await ordered(w)
    expect(codeOf(await w.holdfast.payWithSavedCard({ actor: ana, paymentId, paymentMethodId }))).toBe('paid')
    expect((await w.get(paymentId)).attempts.map(({ kind, status }) => [kind, status])).toEqual([
      ['hosted', 'expired'],
      ['off_session', 'succeeded'],
    ])
    await expect(w.provider.payer.pay(sessionId)).rejects.toThrow('expired')
  })

  it('charges nothing where the page turns out to be paid', async () => {
    const w = await openShop()
    const { paymentMethodId } = await keptCard(w, ana.id)
    const { paymentId, sessionId } = await ordered(w)
    await w.provider.payer.pay(sessionId)
    expect(codeOf(await w.holdfast.payWithSavedCard({ actor: ana, paymentId, paymentMethodId }))).toBe(
      'payment_already_completed',
    )
    expect(charges(w)).toEqual([])
  })

  it('leaves a declined payment to be paid in another way, and opens no page and sends no message by itself', async () => {
    const { w, orderId, paymentId, pay } = await due({ kind: 'declining' })
    expect(await pay()).toEqual({
      ok: false,
      error: { code: 'payment_declined', failure: expect.objectContaining({ code: 'card_declined' }) as unknown },
    })
    await w.pass(10 * minute, minute)
    expect(w.notifier.sent).toEqual([])
    expect((await w.get(paymentId)).attempts).toHaveLength(1)
    expect(await standing(w, orderId)).toBe('pending held')
    const other = await keptCard(w, ana.id)
    expect(codeOf(await pay({ paymentMethodId: other.paymentMethodId }))).toBe('paid')
  })

  it('takes no card but the owner’s own, and none that has expired', async () => {
    const { w, paymentId, paymentMethodId, pay } = await due()
    const theirs = await keptCard(w, ben.id)
    for (const wrong of [theirs.paymentMethodId, 'pm_none', ''])
      expect(codeOf(await pay({ paymentMethodId: wrong }))).toBe('payment_method_not_found')
    expect(codeOf(await w.holdfast.payWithSavedCard({ actor: ben, paymentId, paymentMethodId }))).toBe(
      'payment_not_found',
    )
    expect(charges(w)).toEqual([])
  })

  it('takes a card until the end of its last month, wherever that ends last', async () => {
    // Kept for three years: through December 2029.
    for (const [at, code] of [
      [Date.parse('2030-01-01T11:59:00Z'), 'paid'],
      [Date.parse('2030-01-01T12:01:00Z'), 'payment_method_expired'],
    ] as const) {
      const w = await openShop()
      const { paymentMethodId } = await keptCard(w, ana.id)
      await w.clock.advance(at - start)
      const { paymentId } = await place(w, [['mug', 1]])
      expect(codeOf(await w.holdfast.payWithSavedCard({ actor: ana, paymentId, paymentMethodId }))).toBe(code)
    }
  })

  it('does not pay a balance, which has a card and a day of its own', async () => {
    const w = world()
    const { sessionId } = await w.book(ana, 60)
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    const [reservation] = await w.reservations()
    const paymentId = reservation?.balance?.paymentId as PaymentId
    const { paymentMethodId } = await keptCard(w, ana.id)
    expect(codeOf(await w.holdfast.payWithSavedCard({ actor: ana, paymentId, paymentMethodId }))).toBe(
      'saved_card_not_for_this',
    )
  })

  it('charges nothing for an order whose time is over, or that is cancelled', async () => {
    const { w, orderId, pay } = await due()
    await w.clock.advance(hour)
    expect(codeOf(await pay())).toBe('order_expired')
    await w.holdfast.cancelOrder({ actor: ana, orderId, refund: 'all' })
    expect(codeOf(await pay())).toBe('payment_cancelled')
    expect(charges(w)).toEqual([])
  })

  it('goes on by itself where the provider is away, and charges once', async () => {
    const { w, orderId, pay } = await due()
    w.provider.faults.next('chargeSavedCard', 'unreachable')
    expect(codeOf(await pay({ idempotencyKey: 'k' }))).toBe('provider_unavailable')
    await w.pass(minute, 5 * second)
    expect(await standing(w, orderId)).toBe('completed consumed')
    expect(charges(w)).toHaveLength(1)
  })

  it('asks nobody to pay where the list of cards cannot be had, and keeps no such answer under its key', async () => {
    const { w, pay } = await due()
    w.provider.faults.next('listPaymentMethods', 'unreachable')
    expect(codeOf(await pay({ idempotencyKey: 'k' }))).toBe('provider_unavailable')
    expect(codeOf(await pay({ idempotencyKey: 'k' }))).toBe('paid')
  })

  it('says "not yet" where the answer got lost, and hears of it later', async () => {
    const { w, orderId, pay } = await due()
    w.provider.faults.next('chargeSavedCard', 'answer_lost')
    expect(codeOf(await pay())).toBe('pending')
    await w.pass(10 * minute, minute)
    expect(await standing(w, orderId)).toBe('completed consumed')
    expect(captured(w)).toHaveLength(1)
  })

  it('that ends anywhere between is charged once, and the order is paid', async () => {
    for (const before of [true, false])
      for (let at = 0; at < 4; at += 1) {
        const unitOfWork = crashing(memoryUnitOfWork())
        const { w, orderId, pay } = await due({ unitOfWork })
        unitOfWork.plan(at, before)
        // The second asks where the first has ended; a third where the second has.
        for (let tries = 0; tries < 3; tries += 1)
          await whileTimePasses(w, pay({ idempotencyKey: 'k' })).catch((error: unknown) => {
            if (!(error instanceof Crash)) throw error
          })
        await w.pass(30 * minute, minute)
        expect([await standing(w, orderId), captured(w).length]).toEqual(['completed consumed', 1])
      }
  })

  it('counts for an order that is called off in the moment its card is charged', async () => {
    const w: World = await shop(
      world({
        wrapProvider: (provider) => ({
          ...provider,
          chargeSavedCard: async (request) => {
            const answer = await provider.chargeSavedCard(request)
            await w.holdfast.cancelOrder({ actor: ana, orderId: 'ord_0001' as OrderId, refund: 'all' })
            return answer
          },
        }),
      }),
    )
    const { paymentMethodId } = await keptCard(w, ana.id)
    const { orderId, paymentId } = await place(w, [['mug', 2]])
    const outcome = await w.holdfast.payWithSavedCard({ actor: ana, paymentId, paymentMethodId })
    await w.pass(day, hour)
    const { status } = await orderOf(w, orderId)
    const { payment } = await w.get(paymentId)
    // Whoever calls off hears from the provider that it is paid.
    expect([codeOf(outcome), status, payment.status]).toEqual(['paid', 'completed', 'completed'])
    expect(captured(w)).toHaveLength(1)
  })
})

describe('checking out with a saved card', () => {
  const cart = cartOf([['mug', 2]])

  it('places the order and pays it', async () => {
    const w = await openShop()
    const { paymentMethodId } = await keptCard(w, ana.id)
    const request = { actor: ana, cart, paymentMethodId, idempotencyKey: 'k' }
    const outcome = await w.holdfast.checkOut(request)
    expect(outcome).toMatchObject({ ok: true, value: { orderId: 'ord_0001', checkout: { type: 'paid' } } })
    expect(await standing(w, 'ord_0001' as OrderId)).toBe('completed consumed')
    expect(await w.holdfast.checkOut(request)).toEqual(outcome)
    expect(charges(w)).toHaveLength(1)
  })

  it('holds nothing where the card is not the owner’s, or cannot be told now', async () => {
    const w = await openShop()
    await keptCard(w, ana.id)
    expect(await w.holdfast.checkOut({ actor: ana, cart, paymentMethodId: 'pm_none' })).toEqual({
      ok: false,
      error: { code: 'payment_method_not_found', field: 'payment_method_id' },
    })
    w.provider.faults.next('listPaymentMethods', 'unreachable')
    const request = { actor: ana, cart, paymentMethodId: 'pm_none', idempotencyKey: 'k' }
    expect(await w.holdfast.checkOut(request)).toMatchObject({ ok: false, error: { code: 'provider_unavailable' } })
    expect(await w.holdfast.checkOut(request)).toMatchObject({ ok: false, error: { code: 'payment_method_not_found' } })
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 0 })
  })

  it('leads to the page where the bank wants to see the card’s owner', async () => {
    const w = await openShop()
    const { paymentMethodId } = await keptCard(w, ana.id, 'authenticating')
    expect(await w.holdfast.checkOut({ actor: ana, cart, paymentMethodId, idempotencyKey: 'k' })).toMatchObject({
      ok: true,
      value: { checkout: { type: 'open' } },
    })
  })

  it('leaves an order whose card is declined, to be paid in another way', async () => {
    const w = await openShop()
    const { paymentMethodId } = await keptCard(w, ana.id, 'declining')
    const request = { actor: ana, cart, paymentMethodId, idempotencyKey: 'k' }
    const declined = await w.holdfast.checkOut(request)
    expect(declined).toMatchObject({
      ok: false,
      error: { code: 'payment_declined', orderId: 'ord_0001', paymentId: 'pay_0001' },
    })
    expect(await w.holdfast.checkOut(request)).toEqual(declined)
    expect(charges(w)).toHaveLength(1)
    expect(await standing(w, 'ord_0001' as OrderId)).toBe('pending held')
    expect(await w.holdfast.startCheckout({ actor: ana, paymentId: 'pay_0001' as PaymentId })).toMatchObject({
      ok: true,
      value: { type: 'open' },
    })
  })
})
