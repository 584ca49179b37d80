import { describe, expect, it } from 'vitest'
import { day, hour, isCollected, minute } from '../src/index.ts'
import { ana, ben, mxn, planned, staff, start, world, type World } from '../src/contracts/rules/world.ts'
import { whileTimePasses } from '../src/contracts/rules/waiting.ts'
import { paidStay } from './paid-stay.ts'
import { topUp } from './top-up.ts'
import { memoryClock, memoryPaymentProvider, memoryUnitOfWork, sequentialIds } from '../src/memory/index.ts'

const messages = (w: World) => w.notifier.sent.map(({ template }) => template)
const bookAndPay = async (w: World) => {
  const { paymentId, sessionId } = await w.book(ana)
  await w.provider.payer.pay(sessionId)
  await w.deliver()
  await w.holdfast.workOnce()
  const [reservation] = await w.reservations()
  if (reservation?.balance === undefined) throw new Error('No reservation with a balance.')
  return { paymentId, reservation, balanceId: reservation.balance.paymentId }
}
const openPages = (w: World, paymentAttempts: readonly { readonly id: string }[]) =>
  w.provider.truth
    .attempts()
    .filter(({ attemptId, state }) => paymentAttempts.some(({ id }) => id === attemptId) && state.type === 'opened')

describe('a stay, from the deposit to the balance', () => {
  it('is confirmed by the deposit and paid by the saved card on its day', async () => {
    const w = world()
    const { paymentId, reservation, balanceId } = await bookAndPay(w)
    expect((await w.get(paymentId)).payment.status).toBe('completed')
    expect(reservation.status).toBe('confirmed')
    expect((await w.get(balanceId)).payment).toMatchObject({ status: 'pending', amount: mxn(700_00n) })
    expect(messages(w)).toEqual(['confirmed'])

    await w.pass(63 * day, hour)
    expect((await w.get(balanceId)).payment.status).toBe('completed')
    expect((await w.reservation(reservation.id)).status).toBe('paid')
    await w.pass(40 * day, hour)
    expect((await w.reservation(reservation.id)).status).toBe('completed')
  })

  it('opens one page and sends one message where the saved card fails, and "retry" leads to that page', async () => {
    const w = world()
    const { balanceId, reservation } = await bookAndPay(w)
    const { payment } = await w.get(balanceId)
    await w.provider.payer.declineCard(payment.savedCard ?? { customerId: '', paymentMethodId: '' })
    await w.pass(63 * day, hour)

    const after = await w.get(balanceId)
    expect(after.attempts.map(({ kind, status }) => [kind, status])).toContainEqual(['off_session', 'declined'])
    expect(messages(w).filter((template) => template === 'payment_link')).toHaveLength(1)
    const retried = await w.holdfast.startCheckout({ actor: ana, paymentId: balanceId })
    const again = await w.holdfast.startCheckout({ actor: ana, paymentId: balanceId })
    expect(again).toEqual(retried)
    if (!retried.ok || retried.value.type !== 'open') throw new Error('No page.')
    expect(openPages(w, (await w.get(balanceId)).attempts)).toHaveLength(1)
    expect(messages(w).filter((template) => template === 'payment_link')).toHaveLength(1)

    await w.provider.payer.pay(retried.value.sessionId)
    await w.deliver()
    expect((await w.get(balanceId)).payment.status).toBe('completed')
    expect((await w.reservation(reservation.id)).status).toBe('paid')
  })

  it('charges the card on the day although its owner had opened a page before and left it, open or expired', async () => {
    for (const leftFor of [2 * hour, 3 * day]) {
      const w = world()
      const { balanceId, reservation } = await bookAndPay(w)
      await w.pass(62 * day - leftFor, hour)
      await w.holdfast.startCheckout({ actor: ana, paymentId: balanceId })
      await w.pass(2 * day + leftFor, hour)
      await w.deliver()
      const { payment, attempts } = await w.get(balanceId)
      expect(payment.status).toBe('completed')
      expect(attempts.map(({ kind, status }) => [kind, status])).toEqual([
        ['hosted', 'expired'],
        ['off_session', 'succeeded'],
      ])
      expect((await w.reservation(reservation.id)).status).toBe('paid')
      expect(messages(w)).toEqual(['confirmed'])
    }
  })

  it('tells of the page that is open on the day where no card is kept, once, and neither closes it nor opens another', async () => {
    const w = world()
    await topUp(w, ana)
    const wanted = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 0 } })
    if (!wanted.ok) throw new Error(wanted.error.code)
    await w.holdfast.payFromWallet({ actor: ana, paymentId: wanted.value.paymentId })
    const [reservation] = await w.reservations()
    if (reservation?.balance === undefined) throw new Error('No reservation with a balance.')
    const balanceId = reservation.balance.paymentId
    await w.pass(62 * day - 2 * hour, hour)
    const page = await w.holdfast.startCheckout({ actor: ana, paymentId: balanceId })
    if (!page.ok || page.value.type !== 'open') throw new Error('No page.')
    await w.pass(6 * hour, hour)
    const { attempts } = await w.get(balanceId)
    expect(attempts).toMatchObject([{ status: 'open', announce: true, url: page.value.checkoutUrl }])
    expect((await w.reservation(reservation.id)).status).toBe('balance_due')
    const links = () => w.notifier.sent.filter(({ template }) => template === 'payment_link')
    expect(links()).toMatchObject([{ to: 'ana', paymentId: balanceId, url: page.value.checkoutUrl }])
    await w.provider.payer.pay(page.value.sessionId)
    await w.deliver()
    await w.pass(2 * day, hour)
    expect((await w.reservation(reservation.id)).status).toBe('paid')
    expect((await w.get(balanceId)).attempts).toHaveLength(1)
    expect(links()).toHaveLength(1)
  })

  it('leaves the card alone while the money of its owner is on its way, and charges it when that does not come', async () => {
    const w = world()
    const { balanceId } = await bookAndPay(w)
    const page = await w.holdfast.startCheckout({ actor: ana, paymentId: balanceId })
    if (!page.ok || page.value.type !== 'open') throw new Error('No page.')
    await w.provider.payer.payLater(page.value.sessionId)
    await w.deliver()
    await w.pass(63 * day, hour)
    expect((await w.get(balanceId)).attempts).toHaveLength(1)
    await w.provider.payer.settle(page.value.sessionId, 'failed')
    await w.deliver()
    await w.pass(day, hour)
    expect((await w.get(balanceId)).payment.status).toBe('completed')
  })

  it('shows a person the page that is open, and closes none of it', async () => {
    const w = world()
    const { balanceId, reservation } = await bookAndPay(w)
    const page = await w.holdfast.startCheckout({ actor: ana, paymentId: balanceId })
    if (!page.ok || page.value.type !== 'open') throw new Error('No page.')
    expect(await w.holdfast.startBalance({ actor: ana, reservationId: reservation.id })).toMatchObject({
      ok: true,
      value: { checkoutUrl: page.value.checkoutUrl },
    })
  })

  it('comes to the same end, later, when no webhook ever arrives', async () => {
    const w = world()
    await planned(w)
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    await w.pass(6 * hour)
    expect((await w.get(paymentId)).payment.status).toBe('completed')
    expect(await w.reservations()).toHaveLength(1)
  })
})

describe('the balance of a stay that is to be cancelled', () => {
  it('is owed as long as the stay stands, whatever its owner wants: they may cancel that', async () => {
    const w = world()
    const { reservation, balanceId } = await bookAndPay(w)
    const refused = { ok: false, error: { code: 'payment_of_reservation', reservationId: reservation.id } }
    for (const key of [{}, { idempotencyKey: 'k' }, { idempotencyKey: 'k' }])
      expect(await w.holdfast.cancelPayment({ actor: ana, paymentId: balanceId, ...key })).toEqual(refused)
    expect((await w.get(balanceId)).payment.status).toBe('pending')
    expect(
      await w.holdfast.cancelReservation({ actor: ana, reservationId: reservation.id, refund: 'nothing' }),
    ).toMatchObject({ ok: true })
    expect(await w.holdfast.cancelPayment({ actor: ana, paymentId: balanceId })).toMatchObject({
      ok: true,
      value: { payment: { status: 'cancelled', reason: 'reservation_cancelled' }, providerCancellation: 'done' },
    })
  })

  it.each(['before it is due', 'once its card was declined', 'once somebody was told that the stay ended unpaid'])(
    'is waived where staff cancel it %s, and the stay ends in its time',
    async (when) => {
      const w = world()
      const { reservation, balanceId } = await bookAndPay(w)
      const { savedCard } = (await w.get(balanceId)).payment
      if (savedCard !== undefined) await w.provider.payer.declineCard(savedCard)
      const { endsAt } = reservation.slot
      if (when.includes('card')) await w.pass((reservation.balance?.dueAt ?? 0) - start + day, day)
      if (when.includes('unpaid')) await w.pass(endsAt - start + hour, day)
      const told = when.includes('unpaid') ? [{ code: 'balance_unpaid', paymentId: balanceId }] : []
      expect(await w.holdfast.cancelPayment({ actor: staff, paymentId: balanceId })).toMatchObject({
        ok: true,
        value: { payment: { status: 'cancelled' }, providerCancellation: 'done' },
      })
      await w.pass(Math.max(endsAt - w.clock.now(), 0) + 2 * day, day)
      expect((await w.reservation(reservation.id)).status).toBe('completed')
      expect(await w.unitOfWork.read((tx) => tx.tasks.find(`complete_reservation:${reservation.id}`))).toMatchObject({
        status: 'done',
        result: { reservation: 'completed' },
      })
      expect(await w.unitOfWork.read((tx) => tx.attention.list(9))).toMatchObject(told)
      expect(await w.holdfast.startBalance({ actor: staff, reservationId: reservation.id })).toEqual({
        ok: false,
        error: { code: 'payment_cancelled' },
      })
    },
  )

  it.each([
    ['refund', 'before the stay is over', 'cancelled', 1],
    ['refund', 'after it', 'cancelled', 1],
    ['honour', 'before the stay is over', 'completed', 0],
    ['honour', 'after it', 'completed', 0],
  ] as const)('is late money where its page is paid all the same: %s, %s', async (lateMoney, when, status, back) => {
    const w = world({ settings: { lateMoney } })
    const { reservation, balanceId } = await bookAndPay(w)
    const { endsAt } = reservation.slot
    await w.clock.advance(endsAt - w.clock.now() - hour)
    const page = await w.holdfast.startCheckout({ actor: ana, paymentId: balanceId })
    if (!page.ok || page.value.type !== 'open') throw new Error('No page.')
    w.provider.faults.next('closeAttempt', 'unreachable')
    await w.holdfast.cancelPayment({ actor: staff, paymentId: balanceId })
    if (when === 'after it') {
      await w.clock.advance(hour)
      await w.holdfast.runTasks(20)
      expect((await w.reservation(reservation.id)).status).toBe('completed')
    }
    await w.provider.payer.pay(page.value.sessionId)
    await w.pass(2 * day, hour)
    const { payment, refunds } = await w.get(balanceId)
    expect(payment.status).toBe(status)
    expect(refunds.map(({ reason }) => reason)).toEqual(Array(back).fill('late_payment'))
    expect(w.provider.truth.refunds()).toHaveLength(back)
    expect((await w.reservation(reservation.id)).status).toBe('completed')
  })
})

describe('two guests and the same nights', () => {
  it('end with one booking, one full refund and one message', async () => {
    const w = world()
    const first = await w.book(ana)
    const second = await w.book(ben)
    await w.provider.payer.pay(first.sessionId)
    await w.provider.payer.pay(second.sessionId)
    await w.deliver()
    await w.pass(hour)
    await w.deliver()
    expect(await w.reservations()).toHaveLength(1)
    expect(w.provider.truth.refunds()).toHaveLength(1)
    const loser = await w.get(second.paymentId)
    expect(loser.payment.status).toBe('refunded')
    expect(loser.refunds).toMatchObject([{ amount: mxn(300_00n), reason: 'slot_taken', status: 'succeeded' }])
    expect(messages(w).filter((template) => template === 'refunded_unavailable')).toHaveLength(1)
  })
})

describe('retrying a payment', () => {
  it('answers fifty who ask at once with one page', async () => {
    const w = world()
    const opened = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 3 } })
    if (!opened.ok) throw new Error('No intent.')
    const { paymentId } = opened.value
    const answers = await whileTimePasses(
      w,
      Promise.all(Array.from({ length: 50 }, () => w.holdfast.startCheckout({ actor: ana, paymentId }))),
    )
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toHaveLength(1)
    expect(answers[0]).toMatchObject({ ok: true, value: { type: 'open' } })
    expect(w.provider.truth.attempts()).toHaveLength(1)
  })

  it('opens a new page once the old one is proven dead', async () => {
    const w = world({ settings: { intentTtlMs: 3 * day, pageTtlMs: hour } })
    const { paymentId, sessionId } = await w.book(ana)
    await w.clock.advance(2 * hour)
    const retried = await w.holdfast.startCheckout({ actor: ana, paymentId })
    expect(retried).toMatchObject({ ok: true, value: { type: 'open' } })
    const [old, fresh] = w.provider.truth.attempts()
    expect(old).toMatchObject({ id: sessionId, state: { type: 'expired' } })
    expect(fresh?.state.type).toBe('opened')
  })

  it('says "already paid" to somebody who paid in another tab', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    expect(await w.holdfast.startCheckout({ actor: ana, paymentId })).toEqual({
      ok: false,
      error: { code: 'payment_already_completed' },
    })
  })

  it('expires the page of the old price before it asks for one of the new', async () => {
    const w = world()
    const { paymentId } = await w.book(ana)
    const changed = await w.holdfast.changeAmount({ actor: staff, paymentId, amount: mxn(250_00n) })
    expect(changed).toMatchObject({ ok: true, value: { payment: { amount: mxn(250_00n) } } })
    expect(w.provider.truth.attempts().map(({ state }) => state.type)).toEqual(['expired'])
    expect(await w.holdfast.startCheckout({ actor: ana, paymentId })).toMatchObject({
      ok: true,
      value: { type: 'open' },
    })
    expect(w.provider.truth.attempts().map(({ amount }) => amount)).toEqual([mxn(300_00n), mxn(250_00n)])
  })

  it('leaves the old price standing where it was paid before its page could be expired', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    expect(await w.holdfast.changeAmount({ actor: staff, paymentId, amount: mxn(250_00n) })).toEqual({
      ok: false,
      error: { code: 'payment_already_completed' },
    })
    expect((await w.get(paymentId)).payment.status).toBe('completed')
    expect(await w.reservations()).toHaveLength(1)
  })

  it('finds the same page again when the answer to opening it got lost', async () => {
    const w = world()
    w.provider.faults.next('openSession', 'answer_lost')
    const opened = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 1 } })
    if (!opened.ok) throw new Error('No intent.')
    const { paymentId } = opened.value
    expect(await w.holdfast.startCheckout({ actor: ana, paymentId })).toEqual({
      ok: true,
      value: { type: 'pending', paymentId },
    })
    await w.pass(5 * minute, minute)
    expect(await w.holdfast.startCheckout({ actor: ana, paymentId })).toMatchObject({
      ok: true,
      value: { type: 'open' },
    })
    expect(w.provider.truth.attempts()).toHaveLength(1)
  })

  it('is not jammed by an error that the provider repeats under the key', async () => {
    const w = world()
    w.provider.faults.next('openSession', 'error_without_effect')
    const opened = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 1 } })
    if (!opened.ok) throw new Error('No intent.')
    const { paymentId } = opened.value
    await w.holdfast.startCheckout({ actor: ana, paymentId })
    await w.pass(20 * minute, minute)
    expect((await w.get(paymentId)).payment).toMatchObject({ status: 'failed', failure: { code: 'provider_error' } })
    expect(await w.holdfast.startCheckout({ actor: ana, paymentId })).toMatchObject({
      ok: true,
      value: { type: 'open' },
    })
    expect(w.provider.truth.attempts()).toHaveLength(1)
  })

  it('stays open where one process was refused it while another, after a lease that ran out, was given it', async () => {
    for (const cancelled of [false, true]) {
      const unitOfWork = memoryUnitOfWork()
      const clock = memoryClock(start)
      const shared = { unitOfWork, clock, provider: memoryPaymentProvider({ clock }), ids: sequentialIds() }
      const other = world(shared)
      let asked = 0
      const slow = world({
        ...shared,
        wrapProvider: (provider) => ({
          ...provider,
          openSession: async () => {
            asked += 1
            if (asked === 1) return { type: 'unknown', answered: false, detail: 'Nothing was heard.' }
            await clock.advance(2 * minute)
            while ((await other.holdfast.workOnce()) > 0);
            return { type: 'refused', failure: { code: 'provider_rejected', retryable: false } }
          },
        }),
      })
      const opened = await slow.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 1 } })
      if (!opened.ok) throw new Error('No intent.')
      const { paymentId } = opened.value
      await slow.holdfast.startCheckout({ actor: ana, paymentId })
      if (cancelled) await slow.holdfast.cancelPayment({ actor: ana, paymentId })
      else {
        await clock.advance(minute)
        await slow.holdfast.drainOutbox(10)
      }
      expect(asked).toBe(2)
      await other.pass(10 * minute, minute)
      const { attempts } = await other.get(paymentId)
      expect(attempts).toMatchObject([{ status: cancelled ? 'expired' : 'open' }])
      expect(openPages(other, attempts)).toHaveLength(cancelled ? 0 : 1)
    }
  })

  it('tells the payer and whoever runs it when the provider will not open a page', async () => {
    const w = world()
    w.provider.faults.next('openSession', 'refused')
    const opened = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 1 } })
    if (!opened.ok) throw new Error('No intent.')
    const { paymentId } = opened.value
    expect(await w.holdfast.startCheckout({ actor: ana, paymentId })).toMatchObject({
      ok: false,
      error: { code: 'payment_declined', failure: { code: 'provider_rejected' } },
    })
    expect(await w.unitOfWork.read((tx) => tx.attention.list(5))).toMatchObject([
      { code: 'provider_refused', paymentId },
    ])
    expect(await w.holdfast.startCheckout({ actor: ana, paymentId })).toMatchObject({
      ok: true,
      value: { type: 'open' },
    })
  })

  it('adopts the page that an error had hidden', async () => {
    const w = world()
    w.provider.faults.next('openSession', 'error_with_effect')
    const opened = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 1 } })
    if (!opened.ok) throw new Error('No intent.')
    const { paymentId } = opened.value
    await w.holdfast.startCheckout({ actor: ana, paymentId })
    await w.pass(20 * minute, minute)
    expect((await w.get(paymentId)).attempts).toMatchObject([{ status: 'open' }])
    expect(w.provider.truth.attempts()).toHaveLength(1)
  })
})

describe('cancelling a payment', () => {
  it('asks the provider first: paid there means paid', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    const outcome = await w.holdfast.cancelPayment({ actor: ana, paymentId })
    expect(outcome).toMatchObject({
      ok: false,
      error: { code: 'payment_already_completed', payment: { status: 'completed' } },
    })
    expect(await w.reservations()).toHaveLength(1)
  })

  it('is done at once where the provider agrees, and abandons the intent', async () => {
    const w = world()
    const { paymentId } = await w.book(ana)
    expect(await w.holdfast.cancelPayment({ actor: ana, paymentId })).toMatchObject({
      ok: true,
      value: { providerCancellation: 'done', payment: { status: 'cancelled' } },
    })
    expect(w.provider.truth.attempts().map(({ state }) => state.type)).toEqual(['expired'])
    expect(await w.unitOfWork.read((tx) => tx.intents.listOpen(ana.id, 10))).toEqual([])
  })

  it('is done here where the provider is away, and the closing stays owed there', async () => {
    const w = world()
    const { paymentId } = await w.book(ana)
    w.provider.faults.next('closeAttempt', 'unreachable')
    expect(await w.holdfast.cancelPayment({ actor: ana, paymentId })).toMatchObject({
      ok: true,
      value: { providerCancellation: 'pending', payment: { status: 'cancelled' } },
    })
    expect(w.provider.truth.attempts().map(({ state }) => state.type)).toEqual(['opened'])
    await w.pass(hour, minute)
    expect(w.provider.truth.attempts().map(({ state }) => state.type)).toEqual(['expired'])
  })

  it('sends back money that comes in between, once, and says so', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    w.provider.faults.next('closeAttempt', 'unreachable')
    await w.holdfast.cancelPayment({ actor: ana, paymentId })
    await w.provider.payer.pay(sessionId)
    await w.pass(hour, minute)
    await w.deliver()
    await w.pass(hour, minute)
    const { payment, refunds } = await w.get(paymentId)
    expect(payment.status).toBe('cancelled')
    expect(refunds).toMatchObject([{ reason: 'late_payment', status: 'succeeded', amount: mxn(300_00n) }])
    expect(w.provider.truth.refunds()).toHaveLength(1)
    expect(await w.reservations()).toEqual([])
    expect(messages(w)).toEqual(['refunded_surplus'])
  })

  it('honours late money where the host says so', async () => {
    const w = world({ settings: { lateMoney: 'honour' } })
    const { paymentId, sessionId } = await w.book(ana)
    w.provider.faults.next('closeAttempt', 'unreachable')
    await w.holdfast.cancelPayment({ actor: ana, paymentId })
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    await w.pass(hour, minute)
    expect((await w.get(paymentId)).payment.status).toBe('completed')
    expect(await w.reservations()).toHaveLength(1)
    expect(w.provider.truth.refunds()).toEqual([])
  })

  it("hides somebody else's payment as one that does not exist", async () => {
    const w = world()
    const { paymentId } = await w.book(ana)
    for (const attempt of [
      w.holdfast.cancelPayment({ actor: ben, paymentId }),
      w.holdfast.startCheckout({ actor: ben, paymentId }),
      w.holdfast.readPayment({ actor: ben, paymentId }),
      w.holdfast.readTimeline({ actor: ben, paymentId }),
      w.holdfast.syncPayment({ actor: ben, paymentId }),
    ])
      expect(await attempt).toEqual({ ok: false, error: { code: 'payment_not_found' } })
  })
})

describe('money that does not fit', () => {
  it('is never fulfilled: it is flagged and goes back', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId, mxn(1n))
    await w.deliver()
    await w.pass(hour, minute)
    const { payment, refunds } = await w.get(paymentId)
    expect(payment).toMatchObject({ status: 'failed', failure: { code: 'amount_mismatch' } })
    expect(refunds).toMatchObject([{ reason: 'amount_mismatch', amount: mxn(1n), status: 'succeeded' }])
    expect(await w.reservations()).toEqual([])
    expect(await w.unitOfWork.read((tx) => tx.attention.list(10))).toMatchObject([{ code: 'amount_mismatch' }])
  })

  it('stays where it is for a human where the host says so', async () => {
    const w = world({ settings: { wrongAmount: 'hold' } })
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId, mxn(1n))
    await w.deliver()
    await w.pass(hour, minute)
    expect((await w.get(paymentId)).refunds).toEqual([])
    expect(await w.unitOfWork.read((tx) => tx.attention.list(10))).toMatchObject([{ code: 'amount_mismatch' }])
  })
})

describe('refunds', () => {
  const paid = async (w: World) => {
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    return paymentId
  }

  it('go back once however often the answer gets lost', async () => {
    const w = world()
    const paymentId = await paid(w)
    w.provider.faults.next('refund', 'answer_lost')
    w.provider.faults.next('refund', 'answer_lost')
    await w.holdfast.refundPayment({ actor: staff, paymentId, idempotencyKey: 'k' })
    await w.pass(hour, minute)
    expect(w.provider.truth.refunds()).toHaveLength(1)
    expect((await w.get(paymentId)).payment.status).toBe('refunded')
  })

  it('are looked for, and not made again, where the provider has forgotten the key before its answer was stored', async () => {
    const w = world()
    const paymentId = await paid(w)
    w.provider.faults.next('refund', 'answer_lost')
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(100_00n) })
    await w.clock.advance(26 * hour)
    await w.pass(hour, minute)
    expect(w.provider.truth.refunds()).toHaveLength(1)
    expect((await w.get(paymentId)).refunds).toMatchObject([{ status: 'succeeded' }])
  })

  it('are made under a forgotten key where the provider has none, and asked about again where it will not say', async () => {
    const w = world()
    const paymentId = await paid(w)
    w.provider.faults.next('refund', 'request_lost')
    w.provider.faults.next('findRefund', 'refused')
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(100_00n) })
    await w.clock.advance(26 * hour)
    await w.pass(hour, minute)
    expect(w.provider.truth.refunds()).toHaveLength(1)
    expect((await w.get(paymentId)).refunds).toMatchObject([{ status: 'succeeded' }])
  })

  it('are tried under another key only when none was made under the first', async () => {
    const w = world()
    const paymentId = await paid(w)
    w.provider.faults.next('refund', 'error_without_effect')
    await w.holdfast.refundPayment({ actor: staff, paymentId })
    await w.pass(hour, minute)
    expect(w.provider.truth.refunds()).toHaveLength(1)
    expect((await w.get(paymentId)).refunds).toMatchObject([{ status: 'succeeded' }])
  })

  it('are two when two equal ones are asked for, and one when one is asked for thirty times at once', async () => {
    const w = world()
    const paymentId = await paid(w)
    for (const idempotencyKey of ['a', 'b'])
      await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(100_00n), idempotencyKey })
    await Promise.all(
      Array.from({ length: 30 }, () =>
        w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(50_00n), idempotencyKey: 'c' }),
      ),
    )
    expect(w.provider.truth.refunds().map(({ amount }) => amount.minorUnits)).toEqual([100_00n, 100_00n, 50_00n])
    expect((await w.get(paymentId)).payment).toMatchObject({ status: 'partially_refunded', refunded: 250_00n })
    expect(await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(50_01n) })).toEqual({
      ok: false,
      error: { code: 'refund_exceeds_payment', refundable: mxn(50_00n) },
    })
  })

  it('made at the provider are followed, once', async () => {
    const w = world()
    const paymentId = await paid(w)
    const { payment } = await w.get(paymentId)
    if (!isCollected(payment)) throw new Error('Not paid.')
    const [attempt] = w.provider.truth.attempts()
    if (attempt?.state.type !== 'captured') throw new Error('Not captured.')
    w.provider.bank.refund(attempt.state.charge.id, 100_00n)
    await w.deliver()
    for (const event of w.provider.events()) await w.holdfast.receiveEvent({ ...event, id: `${event.id}_again` })
    expect((await w.get(paymentId)).refunds).toMatchObject([
      { reason: 'external', amount: mxn(100_00n), status: 'succeeded' },
    ])
    expect((await w.get(paymentId)).payment).toMatchObject({ status: 'partially_refunded', refunded: 100_00n })
  })

  it('that the bank sends back are undone and shown to a human', async () => {
    const w = world()
    const paymentId = await paid(w)
    await w.holdfast.refundPayment({ actor: staff, paymentId })
    await w.deliver()
    const [refund] = w.provider.truth.refunds()
    w.provider.bank.settleRefund(refund?.id ?? '', 'failed')
    await w.deliver()
    expect((await w.get(paymentId)).payment).toMatchObject({ status: 'completed', refunded: 0n })
    expect(await w.unitOfWork.read((tx) => tx.attention.list(10))).toMatchObject([{ code: 'refund_failed' }])
  })
})

describe('an intent that nobody pays', () => {
  it('is let go at its end, its page expired at the provider first', async () => {
    const w = world()
    const { paymentId } = await w.book(ana)
    await w.pass(3 * hour, minute)
    expect((await w.get(paymentId)).payment).toMatchObject({ status: 'cancelled', reason: 'abandoned' })
    expect(w.provider.truth.attempts().map(({ state }) => state.type)).toEqual(['expired'])
    expect(await w.holdfast.startCheckout({ actor: ana, paymentId })).toEqual({
      ok: false,
      error: { code: 'payment_cancelled' },
    })
  })
})

describe('cancelling a reservation', () => {
  it('gives back the rest where somebody has given back a part in the dashboard, and nobody heard of that', async () => {
    const w = world()
    const { paymentId, reservationId } = await paidStay(w)
    const { payment, attempts } = await w.get(paymentId)
    const [attempt] = attempts
    if (attempt?.status !== 'succeeded') throw new Error('Not paid.')
    w.provider.bank.refund(attempt.charge.id, 100_00n) // nobody is told
    await w.holdfast.cancelReservation({ actor: staff, reservationId, refund: 'all' })
    for (let round = 0; round < 10; round += 1) {
      await w.pass(day, hour)
      await w.deliver()
      await w.holdfast.sweep()
    }
    const back = w.provider.truth.refunds().reduce((sum, { amount }) => sum + amount.minorUnits, 0n)
    expect(back).toBe(payment.amount.minorUnits)
    expect((await w.get(paymentId)).payment.status).toBe('refunded')
  })

  for (const how of ['cancelReservation', 'cancelPayment'] as const)
    it(`sends nobody to a page that is only heard of as it is to be closed (${how})`, async () => {
      const w = world()
      const { balanceId, reservationId } = await paidStay(w)
      const { savedCard } = (await w.get(balanceId)).payment
      if (savedCard === undefined) throw new Error('No card.')
      await w.provider.payer.declineCard(savedCard)
      w.provider.faults.next('openSession', 'unreachable')
      await w.holdfast.startBalance({ actor: staff, reservationId })
      const cancelled =
        how === 'cancelReservation'
          ? await w.holdfast.cancelReservation({ actor: staff, reservationId, refund: 'all' })
          : await w.holdfast.cancelPayment({ actor: staff, paymentId: balanceId })
      expect(cancelled.ok).toBe(true)
      await w.pass(hour, minute)
      expect(w.notifier.sent.map(({ template }) => template)).not.toContain('payment_link')
    })

  it('frees its nights, cancels what is not paid and gives back what was', async () => {
    const w = world()
    const { paymentId, reservation, balanceId } = await bookAndPay(w)
    await w.holdfast.startCheckout({ actor: ana, paymentId: balanceId })
    const outcome = await w.holdfast.cancelReservation({ actor: staff, reservationId: reservation.id, refund: 'all' })
    expect(outcome).toMatchObject({ ok: true, value: { reservation: { status: 'cancelled' } } })
    await w.pass(hour, minute)
    expect(w.notifier.sent.filter(({ template }) => template === 'cancelled')).toEqual([
      {
        id: `cancelled:${reservation.id}`,
        to: ana.id,
        paymentId: [paymentId, balanceId].toSorted().at(-1),
        template: 'cancelled',
        record: { type: 'reservation', id: reservation.id },
        refunds: [{ amount: mxn(300_00n), destination: 'provider' }],
      },
    ])
    expect((await w.get(paymentId)).payment.status).toBe('refunded')
    expect((await w.get(balanceId)).payment.status).toBe('cancelled')
    expect(openPages(w, (await w.get(balanceId)).attempts)).toEqual([])
    await expect(w.book(ben)).resolves.toBeDefined()
    expect(await w.holdfast.startBalance({ actor: ana, reservationId: reservation.id })).toEqual({
      ok: false,
      error: { code: 'reservation_cancelled' },
    })
  })

  it('is no news to its owner where they do it themselves', async () => {
    const w = world()
    const { reservation } = await bookAndPay(w)
    await w.holdfast.cancelReservation({ actor: ana, reservationId: reservation.id, refund: 'all' })
    await w.pass(hour, minute)
    expect(w.notifier.sent.map(({ template }) => template)).not.toContain('cancelled')
  })
})
