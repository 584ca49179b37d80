import { describe, expect, it } from 'vitest'
import { day, hour, minute, type AttemptId, type ProviderEvent } from '../src/index.ts'
import { memoryUnitOfWork } from '../src/memory/index.ts'
import { brokenAlways, brokenAtRest } from '../src/contracts/rules/oracle.ts'
import { ana, ben, mxn, staff, world, type World } from '../src/contracts/rules/world.ts'
import { whileTimePasses } from '../src/contracts/rules/waiting.ts'

/**
 * Bugs that lost money or bookings in other people's systems, each as a story that has to end well here. The names are
 * the public threads that tell of them.
 */
const rest = async (w: World): Promise<void> => {
  await w.pass(3 * day, 10 * minute)
  expect([...(await brokenAlways(w)), ...(await brokenAtRest(w))]).toEqual([])
}
const paidDeposit = async (w: World) => {
  const booked = await w.book(ana)
  await w.provider.payer.pay(booked.sessionId)
  await w.deliver()
  const [reservation] = await w.reservations()
  if (reservation?.balance === undefined) throw new Error('No reservation.')
  return { ...booked, reservation, balanceId: reservation.balance.paymentId }
}

describe('two who finish at once', () => {
  it('medusajs/medusa#13301, saleor/saleor#14648: the return page and the webhook make one booking and no refund', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    const [event] = w.provider.events().filter(({ news }) => news.about === 'attempt')
    if (event === undefined) throw new Error('No event.')
    await Promise.all([
      ...Array.from({ length: 5 }, () => w.holdfast.syncPayment({ actor: ana, paymentId })),
      ...Array.from({ length: 5 }, (_, index) => w.holdfast.receiveEvent({ ...event, id: `evt_${index}` })),
    ])
    await w.deliver()
    await rest(w)
    expect(await w.reservations()).toHaveLength(1)
    expect(w.provider.truth.refunds()).toEqual([])
    expect(w.notifier.sent.map(({ template }) => template)).toEqual(['confirmed'])
  })

  it('Attendize#982, adcontextprotocol/adcp#3184: four clicks open one page', async () => {
    const w = world()
    const opened = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 0 } })
    if (!opened.ok) throw new Error('No intent.')
    const { paymentId } = opened.value
    await whileTimePasses(
      w,
      Promise.all(Array.from({ length: 4 }, () => w.holdfast.startCheckout({ actor: ana, paymentId }))),
    )
    expect(w.provider.truth.attempts()).toHaveLength(1)
  })
})

describe('an answer that got lost', () => {
  it('medusajs/medusa#16292: a charge whose answer timed out is not made again', async () => {
    const w = world()
    const { balanceId } = await paidDeposit(w)
    w.provider.faults.next('chargeSavedCard', 'answer_lost')
    await w.pass(63 * day, hour)
    expect((await w.get(balanceId)).payment.status).toBe('completed')
    expect(w.provider.truth.attempts().filter(({ kind }) => kind === 'off_session')).toHaveLength(1)
    await rest(w)
  })

  it('medusajs/medusa#16681, elizaOS/eliza PR#11539: a refund whose answer or commit got lost is not made again', async () => {
    for (const fault of ['answer_lost', 'error_with_effect'] as const) {
      const w = world()
      const { paymentId } = await paidDeposit(w)
      w.provider.faults.next('refund', fault)
      await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(100_00n) })
      await rest(w)
      expect(w.provider.truth.refunds()).toHaveLength(1)
      expect((await w.get(paymentId)).payment).toMatchObject({ status: 'partially_refunded', refunded: 100_00n })
    }
  })

  it('medusajs/medusa PR#16390: an error that the provider repeats for ever jams neither a charge nor a refund', async () => {
    const w = world()
    const { paymentId, balanceId } = await paidDeposit(w)
    w.provider.faults.next('refund', 'error_without_effect')
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(1n) })
    w.provider.faults.next('chargeSavedCard', 'error_without_effect')
    await w.pass(64 * day, hour)
    // The charge is proven not to exist; a page takes its place, and its link went out once.
    expect((await w.get(balanceId)).attempts).toMatchObject([
      { status: 'declined', failure: { code: 'provider_error' } },
      { kind: 'hosted' },
    ])
    expect(w.notifier.sent.filter(({ template }) => template === 'payment_link')).toHaveLength(1)
    expect(w.provider.truth.refunds()).toHaveLength(1)
    await rest(w)
  })
})

describe('doing more than was allowed', () => {
  it('medusajs/medusa#16012: fifty who refund at once give back no more than came', async () => {
    const w = world()
    const { paymentId } = await paidDeposit(w)
    await Promise.all(
      Array.from({ length: 50 }, () => w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(100_00n) })),
    )
    expect(w.provider.truth.refunds()).toHaveLength(3)
    await rest(w)
  })

  it('saleor/apps#2446: two equal refunds are two, and their repeated webhooks are none', async () => {
    const w = world()
    const { paymentId } = await paidDeposit(w)
    for (const idempotencyKey of ['one', 'two'])
      await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(50_00n), idempotencyKey })
    for (let round = 0; round < 3; round += 1)
      for (const event of w.provider.events()) await w.holdfast.receiveEvent({ ...event, id: `${event.id}_${round}` })
    expect(w.provider.truth.refunds()).toHaveLength(2)
    expect((await w.get(paymentId)).refunds).toHaveLength(2)
    await rest(w)
  })

  it("saleor/saleor PR#15855: the loser of a race gives back its own money and not the winner's", async () => {
    const w = world()
    const winner = await w.book(ana)
    const loser = await w.book(ben)
    await w.provider.payer.pay(winner.sessionId)
    await w.provider.payer.pay(loser.sessionId)
    await w.deliver()
    await rest(w)
    expect((await w.get(winner.paymentId)).payment.status).toBe('completed')
    expect((await w.get(loser.paymentId)).payment.status).toBe('refunded')
    expect(w.provider.truth.refunds()).toHaveLength(1)
  })

  it('vendure#2620, vendure-plugins#620: the same news fifty times settles once', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    const paid = w.provider.events().at(-1)
    if (paid === undefined) throw new Error('No event.')
    await Promise.all(Array.from({ length: 50 }, () => w.holdfast.receiveEvent(paid)))
    const facts = await w.holdfast.readTimeline({ actor: staff, paymentId })
    if (!facts.ok) throw new Error('No timeline.')
    expect(
      facts.value.filter(({ type, name }) => type === 'fact' && name === 'captured').map(({ about }) => about.type),
    ).toEqual(['attempt', 'payment'])
    await rest(w)
  })
})

describe('ending what was alive', () => {
  it('woocommerce-gateway-stripe#5485: what looks abandoned is asked about before it is cancelled', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    await w.clock.advance(hour)
    await w.provider.payer.pay(sessionId)
    await w.pass(2 * hour)
    expect((await w.get(paymentId)).payment.status).toBe('completed')
    expect(await w.reservations()).toHaveLength(1)
  })

  it('woocommerce-gateway-stripe PR#5703, vendure#3411: money for what cannot be had any more goes back once', async () => {
    const w = world()
    const late = await w.book(ben)
    await paidDeposit(w)
    await w.provider.payer.pay(late.sessionId)
    await w.deliver()
    await rest(w)
    expect((await w.get(late.paymentId)).refunds).toMatchObject([{ reason: 'slot_taken', status: 'succeeded' }])
  })

  it('Sylius/PayumStripePlugin#70: cancelling what has expired already is no error', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.expire(sessionId)
    expect(await w.holdfast.cancelPayment({ actor: ana, paymentId })).toMatchObject({
      ok: true,
      value: { providerCancellation: 'done' },
    })
  })

  it('Attendize#1000: nights nobody paid for are never held', async () => {
    const w = world()
    await w.book(ana)
    expect(await w.reservations()).toEqual([])
    const { sessionId } = await w.book(ben)
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    expect(await w.reservations()).toMatchObject([{ owner: 'ben' }])
  })
})

describe('news in the wrong order', () => {
  it('statamic-cargo#190: an event about something not known yet is kept and tried again', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    const [attempt] = w.provider.truth.attempts()
    if (attempt?.state.type !== 'captured') throw new Error('Not paid.')
    const refund = w.provider.bank.refund(attempt.state.charge.id, 10_00n)
    const refunded = w.provider.events().at(-1)
    if (refunded === undefined) throw new Error('No event.')
    expect(await w.holdfast.receiveEvent(refunded)).toBe('stored')
    await w.deliver()
    await w.pass(10 * minute, 10_000)
    expect((await w.get(paymentId)).refunds).toMatchObject([{ providerId: refund.id, status: 'succeeded' }])
    await rest(w)
  })

  it('laravel/cashier-stripe#1201: an expiry that arrives before the payment it was overtaken by ends paid', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    const { attempts } = await w.get(paymentId)
    const attemptId = attempts[0]?.id as AttemptId
    const overtaken: ProviderEvent = {
      id: 'evt_expired',
      type: 'checkout.session.expired',
      occurredAt: w.clock.now(),
      livemode: false,
      news: { about: 'attempt', providerId: sessionId, attemptId, report: 'ask' },
    }
    await w.holdfast.receiveEvent(overtaken)
    await w.holdfast.workOnce()
    expect((await w.get(paymentId)).payment.status).toBe('completed')
    await rest(w)
  })

  it('an event of the other mode changes nothing and is shown to a human', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    const paid = w.provider.events().at(-1)
    if (paid === undefined) throw new Error('No event.')
    await w.holdfast.receiveEvent({ ...paid, id: 'evt_live', livemode: true })
    expect((await w.get(paymentId)).payment.status).toBe('pending')
    expect(await w.unitOfWork.read((tx) => tx.attention.list(5))).toMatchObject([{ code: 'livemode_mismatch' }])
  })

  it('an event that cannot be stored is not taken for received', async () => {
    const w = world({
      unitOfWork: memoryUnitOfWork({
        beforeCommit: () => {
          if (broken) throw new Error('The disk is full.')
        },
      }),
    })
    let broken = false
    const { sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    broken = true
    await expect(w.holdfast.receiveEvent(w.provider.events().at(-1) as ProviderEvent)).rejects.toThrow('disk is full')
    broken = false
    await w.deliver()
    expect(await w.reservations()).toHaveLength(1)
  })
})

describe('a request under a key', () => {
  it('is answered once and remembered, refusals included, and the key is no good for anything else', async () => {
    const w = world()
    const { paymentId } = await w.book(ana)
    const ask = { actor: staff, paymentId, idempotencyKey: 'k' }
    const refused = await w.holdfast.refundPayment(ask)
    expect(refused).toMatchObject({ ok: false, error: { code: 'payment_not_completed' } })
    const [page] = w.provider.truth.attempts()
    await w.provider.payer.pay(page?.id ?? '')
    await w.deliver()
    expect(await w.holdfast.refundPayment(ask)).toEqual(refused)
    expect(await w.holdfast.refundPayment({ ...ask, amount: mxn(1n) })).toEqual({
      ok: false,
      error: { code: 'idempotency_key_reused' },
    })
    expect(w.provider.truth.refunds()).toEqual([])
  })

  it('is answered the second time what it was answered the first time, whatever has become of it', async () => {
    const w = world()
    const { paymentId } = await w.book(ana)
    const [page] = w.provider.truth.attempts()
    await w.provider.payer.pay(page?.id ?? '')
    await w.deliver()
    const ask = { actor: staff, paymentId, amount: mxn(50_00n), idempotencyKey: 'k' }
    const first = await w.holdfast.refundPayment(ask)
    expect(first).toMatchObject({ ok: true, value: { refund: { status: 'requested' } } })
    expect(await w.holdfast.refundPayment(ask)).toEqual(first)
    expect(w.provider.truth.refunds()).toHaveLength(1)
  })

  it('of one person never meets the same key of another', async () => {
    const w = world()
    const one = await w.holdfast.openIntent({
      actor: ana,
      kind: 'reservation',
      payload: { night: 0 },
      idempotencyKey: 'k',
    })
    const other = await w.holdfast.openIntent({
      actor: ben,
      kind: 'reservation',
      payload: { night: 0 },
      idempotencyKey: 'k',
    })
    const again = await w.holdfast.openIntent({
      actor: ana,
      kind: 'reservation',
      payload: { night: 0 },
      idempotencyKey: 'k',
    })
    expect(again).toEqual(one)
    expect(other).not.toEqual(one)
  })
})

describe('cancelling twice at once', () => {
  it('waits for the one answer of the provider: paid there means paid for both', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    const both = await whileTimePasses(
      w,
      Promise.all([1, 2].map(() => w.holdfast.cancelPayment({ actor: ana, paymentId }))),
    )
    for (const outcome of both)
      expect(outcome).toMatchObject({ ok: false, error: { code: 'payment_already_completed' } })
    expect(await w.reservations()).toHaveLength(1)
    await rest(w)
    expect(w.provider.truth.refunds()).toEqual([])
  })
})

describe('a stay that ends unpaid', () => {
  it('is shown to a human, and is still completed when its balance comes', async () => {
    const w = world()
    const { balanceId, reservation } = await paidDeposit(w)
    const { payment } = await w.get(balanceId)
    if (payment.savedCard !== undefined) await w.provider.payer.declineCard(payment.savedCard)
    await w.pass(100 * day, 6 * hour)
    expect(await w.unitOfWork.read((tx) => tx.attention.list(9))).toMatchObject([
      { code: 'balance_unpaid', paymentId: balanceId },
    ])
    const retried = await w.holdfast.startCheckout({ actor: ana, paymentId: balanceId })
    if (!retried.ok || retried.value.type !== 'open') throw new Error('No page.')
    await w.provider.payer.pay(retried.value.sessionId)
    await w.pass(2 * day, hour)
    await w.deliver()
    await w.pass(2 * day, hour)
    expect((await w.reservation(reservation.id)).status).toBe('completed')
  })
})
