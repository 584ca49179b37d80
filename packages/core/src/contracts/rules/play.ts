import { minute } from '../../kernel/instant.ts'
import type { PaymentId, ReservationId } from '../../kernel/ids.ts'
import { isCollected } from '../../payment/payment.ts'
import type { ProviderCall } from '../../memory/index.ts'
import { playClinic } from './clinic-play.ts'
import { keptCard } from './kept-card.ts'
import { playShop } from './shop-play.ts'
import { snapshot } from './snapshot.ts'
import type { Step } from './step.ts'
import { at } from './trouble.ts'
import { together, whileTimePasses } from './waiting.ts'
import { mxn, owner, staff, type World } from './world.ts'
import type { CrashingUnitOfWork } from './crashing.ts'

/** Plays one step. What the host would see thrown, a crash included, the caller sees thrown. */
export const play = async (w: World, crash: CrashingUnitOfWork, doing: Step, index: number): Promise<void> => {
  const payments = async () => (await snapshot(w)).cases
  const payment = async (on: number): Promise<PaymentId | undefined> => at(await payments(), on)?.payment.id
  const reservation = async (on: number): Promise<ReservationId | undefined> => at(await w.reservations(), on)?.id
  const page = (on: number, state: string) =>
    at(
      w.provider.truth.attempts().filter((each) => each.kind === 'hosted' && each.state.type === state),
      on,
    )?.id
  const { holdfast, provider } = w
  if ('trouble' in doing && doing.trouble !== undefined) provider.faults.next(callOf[doing.do], doing.trouble)
  switch (doing.do) {
    case 'book': {
      const actor = owner(`o${doing.who}`)
      const opened = await holdfast.openIntent({ actor, kind: 'reservation', payload: { night: doing.night } })
      if (opened.ok && doing.checkout)
        await whileTimePasses(w, holdfast.startCheckout({ actor, paymentId: opened.value.paymentId }))
      return
    }
    case 'checkout':
    case 'cancel':
    case 'sync': {
      const paymentId = await payment(doing.on)
      if (paymentId === undefined) return
      const request = { actor: staff, paymentId, ...(doing.key ? { idempotencyKey: `k${index}` } : {}) }
      const ask = { checkout: holdfast.startCheckout, cancel: holdfast.cancelPayment, sync: holdfast.syncPayment }[
        doing.do
      ]
      await together<unknown>(w, doing.times, () => ask(request))
      return
    }
    case 'pay_by_card': {
      const due = (await payments()).filter((kase) => doing.on === 0 || !isCollected(kase.payment))
      const chosen = at(due, doing.on)?.payment
      if (chosen === undefined) return
      const { paymentMethodId } = await keptCard(w, chosen.owner, doing.card)
      const key = doing.key ? { idempotencyKey: `c${index}` } : {}
      const request = { actor: owner(chosen.owner), paymentId: chosen.id, paymentMethodId, ...key }
      await together(w, doing.times, () => holdfast.payWithSavedCard(request))
      return
    }
    case 'pay': {
      const id = page(doing.on, 'opened')
      return id === undefined ? undefined : provider.payer.pay(id)
    }
    case 'pay_wrong': {
      const id = page(doing.on, 'opened')
      return id === undefined ? undefined : provider.payer.pay(id, mxn(7n))
    }
    case 'pay_later': {
      const id = page(doing.on, 'opened')
      return id === undefined ? undefined : provider.payer.payLater(id)
    }
    case 'fail_later':
    case 'settle_later': {
      const id = page(doing.on, 'processing')
      return id === undefined ? undefined : provider.payer.settle(id, doing.do === 'fail_later' ? 'failed' : 'paid')
    }
    case 'decline': {
      const id = page(doing.on, 'opened')
      return id === undefined ? undefined : provider.payer.declineOnPage(id)
    }
    case 'deliver': {
      const event = at(provider.events(), doing.on)
      if (event === undefined) return
      await Promise.all(Array.from({ length: doing.times }, () => holdfast.receiveEvent(event)))
      return
    }
    case 'pass':
      return w.pass(doing.ms, Math.max(minute, doing.ms / 20))
    case 'refund': {
      // Mostly of those that brought money; of the others now and then, to be refused.
      const paid = (await payments()).filter((kase) => isCollected(kase.payment))
      const paymentId = doing.on === 0 ? await payment(0) : at(paid, doing.on)?.payment.id
      if (paymentId === undefined) return
      const { amount } = (await w.get(paymentId)).payment
      await holdfast.refundPayment({
        actor: staff,
        paymentId,
        amount: { ...amount, minorUnits: amount.minorUnits / BigInt(doing.part) },
        ...(doing.key ? { idempotencyKey: `r${doing.on}` } : {}),
      })
      return
    }
    case 'refund_there':
    case 'dispute': {
      const charges = provider.truth
        .attempts()
        .flatMap(({ state }) => (state.type === 'captured' ? [state.charge] : []))
      const charge = at(charges, doing.on)
      if (charge === undefined) return
      // Nobody is told, unless the event is delivered by a later step: asking has to find it.
      const isOfCharge = ({ chargeId }: { readonly chargeId: string }): boolean => chargeId === charge.id
      if (doing.do !== 'dispute') {
        if (!provider.truth.refunds().some(isOfCharge))
          provider.bank.refund(charge.id, charge.amount.minorUnits / 2n + 1n)
        return
      }
      const known = provider.truth.disputes().find(isOfCharge)
      const amount = { ...charge.amount, minorUnits: charge.amount.minorUnits / BigInt(doing.part) }
      if (known === undefined) provider.bank.dispute(charge.id, doing.outcome, amount)
      else if (known.state === 'opened') provider.bank.dispute(charge.id, doing.outcome)
      return
    }
    case 'send_back': {
      const gone = at(
        provider.truth.refunds().filter(({ state }) => state.type === 'succeeded'),
        doing.on,
      )
      if (gone !== undefined) provider.bank.settleRefund(gone.id, 'failed')
      return
    }
    case 'start_balance': {
      const reservationId = await reservation(doing.on)
      if (reservationId !== undefined) await holdfast.startBalance({ actor: staff, reservationId })
      return
    }
    case 'bad_card': {
      const kase = at(
        (await payments()).filter((each) => each.payment.savedCard !== undefined),
        doing.on,
      )
      if (kase?.payment.savedCard !== undefined) await provider.payer.declineCard(kase.payment.savedCard)
      return
    }
    case 'cancel_reservation': {
      const reservationId = await reservation(doing.on)
      if (reservationId !== undefined)
        await holdfast.cancelReservation({
          actor: staff,
          reservationId,
          refund: doing.on % 2 === 0 ? 'all' : 'nothing',
        })
      return
    }
    case 'reprice': {
      const paymentId = await payment(doing.on)
      if (paymentId !== undefined)
        await holdfast.changeAmount({ actor: staff, paymentId, amount: mxn(BigInt(doing.to) * 111_00n) })
      return
    }
    case 'fault':
      return provider.faults.next(doing.call, doing.fault)
    case 'crash':
      return crash.plan(doing.after, doing.committed)
    case 'order':
    case 'cancel_order':
    case 'ship':
    case 'deliver_order':
    case 'expire_page':
    case 'pay_cancelled':
    case 'adjust':
    case 'late_money':
      await playShop(w, doing, index)
      return
    case 'top_up':
    case 'top_up_missing':
    case 'consult':
    case 'appoint':
    case 'pay_from_wallet':
    case 'spend_at_once':
    case 'race':
    case 'refund_into_wallet':
    case 'take_back':
    case 'end_consultation':
      await playClinic(w, doing, index)
      return
  }
}

/** The call that each step is about. */
const callOf = {
  book: 'openSession',
  checkout: 'openSession',
  pay_by_card: 'chargeSavedCard',
  cancel: 'closeAttempt',
  sync: 'findAttempt',
  refund: 'refund',
  start_balance: 'chargeSavedCard',
  bad_card: 'chargeSavedCard',
  cancel_reservation: 'closeAttempt',
  order: 'openSession',
  cancel_order: 'closeAttempt',
  top_up: 'openSession',
  top_up_missing: 'openSession',
  consult: 'openSession',
  appoint: 'openSession',
  pay_from_wallet: 'closeAttempt',
  race: 'refund',
  take_back: 'refund',
  end_consultation: 'refund',
} as const satisfies Partial<Record<Step['do'], ProviderCall>>
