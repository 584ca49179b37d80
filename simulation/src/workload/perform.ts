import { hour, type PaymentId, type ReservationId } from '@holdfast/core'
import { readCharges, readStored, type StoredPayment } from '../oracle/truth.ts'
import { appointmentAt } from '../system/catalogue.ts'
import { changedPrice, partOf, type CurrencyName } from '../system/prices.ts'
import type { Host } from '../system/process.ts'
import type { World } from '../world.ts'
import { at, guest, persist, persistAtOnce, staff } from './asking.ts'
import { closeBrowser, isLeft, stillThere } from './browsers.ts'
import { cancel } from './cancelling.ts'
import { cleanUp } from './clean-up.ts'
import type { Command } from './command.ts'
import { lookForSlots } from './appointments.ts'
import { payWithCard, removeCard } from './card-acts.ts'
import { buy, findAgain } from './buying.ts'
import { endConsultation } from './consultation-acts.ts'
import { reconcileAll, resolveAttention, retryWork, startSweep } from './desk-acts.ts'
import { countGhosts } from './ghosts.ts'
import { checkOut, pay } from './paying.ts'
import { refund } from './refunds.ts'
import { lookAtOwn, spy } from './spy.ts'
import { deliverOdd, refundTooMuch, reuseKey } from './strangers.ts'
import { cancelOrder, giveCoupon, order, payOrder, restock, sendOrder } from './shop-acts.ts'
import { changeTotal } from './totals.ts'
import { payFromWallet, topUp } from './wallet-acts.ts'

/** Does what a command says, from beginning to end. Never throws: what was thrown is judged by the world. */
export const perform = async (world: World, command: Command, index: number): Promise<void> => {
  try {
    await doing(world, command, index)
  } catch (error) {
    world.judge(error)
  }
}

const doing = async (world: World, command: Command, index: number): Promise<void> => {
  const { stripe, kernel, counts, database } = world
  const stored = () => readStored(database)
  const keyOf = (suffix = ''): { readonly idempotencyKey?: string } =>
    'key' in command && command.key ? { idempotencyKey: `k${index}${suffix}` } : {}
  const ask = <T>(run: (host: Host) => Promise<T>): Promise<T | undefined> =>
    persist(world, command.process, 'key' in command && command.key, run)

  switch (command.do) {
    case 'book':
      return buy(world, {
        ...command,
        index,
        owner: `o${command.who}`,
        kind: 'reservation',
        payload: { night: command.night },
      })
    case 'consult':
      return buy(world, { ...command, index, owner: `o${command.who}`, kind: 'consultation', payload: {} })
    case 'appoint':
      return buy(world, {
        ...command,
        index,
        owner: `o${command.who}`,
        kind: 'appointment',
        payload: appointmentAt(command.slot),
      })
    case 'find_again':
      return findAgain(world, command, index)
    case 'free_slots':
      return lookForSlots(world, command.process)
    case 'close_consultation':
    case 'cancel_consultation':
      return endConsultation(world, command, index)
    case 'checkout': {
      const payment = at(stored().payments, command.on)
      if (payment === undefined) return
      const actor = index % 3 === 0 || isLeft(world, payment.id) ? staff : guest(payment.owner)
      await checkOut(world, payment.id as PaymentId, actor, command.times, command.process, keyOf().idempotencyKey)
      return
    }
    case 'cancel':
      return cancel(world, command, index)
    case 'sync': {
      const payment = at(stillThere(world, stored().payments), command.on)
      if (payment === undefined) return
      const request = { actor: guest(payment.owner), paymentId: payment.id as PaymentId }
      await persistAtOnce(world, command, (holdfast) => holdfast.syncPayment(request))
      return world.watch.cameBack(payment.id)
    }
    case 'pay': {
      const open = stripe.ledger().derived.sessions.filter(({ status }) => status === 'open')
      const page = at(open.toReversed(), command.on)
      return page === undefined ? undefined : pay(world, page.id, command.card)
    }
    case 'authenticate': {
      const waiting = stripe.ledger().objects.payment_intent.filter(({ status }) => status === 'requires_action')
      const intent = at(waiting, command.on)
      if (intent !== undefined)
        await stripe.act(`/_simulator/payment_intents/${intent.id}/authenticate`, { outcome: command.outcome })
      return
    }
    case 'top_up':
    case 'top_up_missing':
      return topUp(world, command, index)
    case 'pay_with_card':
      return payWithCard(world, command, index)
    case 'pay_from_wallet':
      return payFromWallet(world, command, index)
    case 'order':
      return order(world, command, index)
    case 'pay_order':
      return payOrder(world, command, index)
    case 'cancel_order':
      return cancelOrder(world, command, index)
    case 'ship':
    case 'deliver':
      return sendOrder(world, command, index)
    case 'restock':
      return restock(world, command, index)
    case 'give_coupon':
      return giveCoupon(world, command)
    case 'refund':
    case 'refund_to_wallet':
    case 'refund_top_up':
      return refund(world, command, index)
    case 'refund_there':
    case 'dispute': {
      const charge = at(readCharges(stripe.ledger()), command.on)
      if (charge === undefined) return
      if (command.do === 'refund_there')
        await stripe.act('/v1/refunds', {
          payment_intent: charge.intentId,
          amount: String(partOf(BigInt(charge.amount), [1, command.part], charge.currency)),
        })
      else
        await stripe.act('/_simulator/disputes', {
          payment_intent: charge.intentId,
          ...(command.outcome === 'open' ? {} : { outcome: command.outcome }),
          ...(command.part === undefined
            ? {}
            : { amount: String(partOf(BigInt(charge.amount), [1, command.part], charge.currency)) }),
        })
      return
    }
    case 'change_total':
      return changeTotal(world, command)
    case 'close_browser':
      return closeBrowser(world, command.on)
    case 'clean_up':
      return cleanUp(world, command)
    case 'remove_card':
      return removeCard(world, command)
    case 'retry_work':
      return retryWork(world, command, index)
    case 'resolve':
      return resolveAttention(world, command, index)
    case 'sweep':
      return startSweep(world, command)
    case 'reconcile':
      return reconcileAll(world, command)
    case 'reprice': {
      const { payments, attempts } = stored()
      const isPayable = ({ id }: StoredPayment): boolean =>
        attempts.some((each) => each.payment_id === id && each.status === 'open')
      const payable = payments.filter(isPayable)
      const payment = at(payable.length > 0 && index % 4 !== 0 ? payable : payments, command.on)
      if (payment === undefined) return
      const isOpen = isPayable(payment)
      const changed = await ask((holdfast) =>
        holdfast.changeAmount({
          actor: staff,
          paymentId: payment.id as PaymentId,
          amount: changedPrice(command.to, payment.amount_currency as CurrencyName),
        }),
      )
      if (isOpen && changed?.ok === true) counts.add('amount_changed_while_open')
      return
    }
    case 'balance': {
      const reservation = at(stored().reservations, command.on)
      if (reservation === undefined) return
      const request = { actor: staff, reservationId: reservation.id as ReservationId }
      await persistAtOnce(world, command, (holdfast) => holdfast.startBalance(request))
      return
    }
    case 'leave': {
      const reservation = at(stored().reservations, command.on)
      if (reservation === undefined) return
      await ask((holdfast) =>
        holdfast.cancelReservation({
          actor: staff,
          reservationId: reservation.id as ReservationId,
          refund: command.refund,
        }),
      )
      return
    }
    case 'spy':
      return spy(world, command.on, command.process)
    case 'look':
      await countGhosts(world, command.process)
      return lookAtOwn(world, command.on, command.process)
    case 'reuse_key':
      return reuseKey(world, { ...command, index })
    case 'refund_too_much':
      return refundTooMuch(world, stored(), command.on, command.process)
    case 'odd_letter':
      return deliverOdd(world, { ...command, number: index })
    case 'ambush':
      return world.ambush(command)
    case 'send_twice':
      return world.sendTwice(command.what ?? 'page', command.heard)
    case 'black_out':
      counts.add('black_out')
      return world.blackOut(command.downMs)
    case 'deploy':
      return world.deploy()
    case 'rotate_secret':
      return rotateSecret(world)
    case 'fill_disk':
      return world.fillDisk(command.ms)
    case 'crash':
      return world.crash(command.process, command.downMs)
    case 'pause':
      return world.pause(command.process, command.ms, command.replace)
    case 'set_clock':
      return world.setClock(command.process, command.aheadMs)
    case 'outage':
      return world.breakStripe(command.ms)
    case 'silence':
      return world.silenceNotifier(command.ms)
    case 'hold_post':
      world.postman.setPaused(true)
      await kernel.sleep(command.ms)
      return world.postman.setPaused(false)
  }
}

/** A new webhook secret, as it is meant to be done: nobody ever gets a delivery that they cannot verify. */
const rotateSecret = async (world: World): Promise<void> => {
  const { secrets, kernel, counts } = world
  if (!secrets.prepare()) return
  await world.deploy()
  secrets.roll()
  await kernel.sleep(hour)
  secrets.retire()
  await world.deploy()
  counts.add('secret_rotated')
}
