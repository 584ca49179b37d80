import { money, type ConsultationId, type PaymentId, type ReservationId } from '@holdfast/core'
import { readStored, type Stored } from '../oracle/truth.ts'
import { Violation } from '../oracle/violation.ts'
import { fateOf, oddLetter, type OddLetterName } from '../system/letters.ts'
import type { World } from '../world.ts'
import { at, guest, persist, staff } from './asking.ts'

const outsiders = ['payment_not_found', 'reservation_not_found', 'consultation_not_found']

/** Somebody asks for everything about a payment that is not theirs, and asks for everything to be done to it. */
export const spy = async (world: World, on: number, process: number): Promise<void> => {
  const { payments, reservations, consultations } = readStored(world.database)
  const payment = at(payments, on)
  if (payment === undefined) return
  const actor = guest('mallory')
  const request = { actor, paymentId: payment.id as PaymentId }
  const reservationId = at(reservations, on)?.id as ReservationId | undefined
  const consultationId = at(consultations, on)?.id as ConsultationId | undefined
  const answers = await Promise.all([
    persist(world, process, false, (holdfast) => holdfast.readPayment(request)),
    persist(world, process, false, (holdfast) => holdfast.readTimeline(request)),
    persist(world, process, false, (holdfast) => holdfast.syncPayment(request)),
    persist(world, process, false, (holdfast) => holdfast.cancelPayment(request)),
    persist(world, process, false, (holdfast) => holdfast.startCheckout(request)),
    persist(world, process, false, (holdfast) => holdfast.payFromWallet(request)),
    persist(world, process, false, (holdfast) => holdfast.payWithSavedCard({ ...request, paymentMethodId: 'pm_1' })),
    ...(reservationId === undefined
      ? []
      : [
          persist(world, process, false, (holdfast) =>
            holdfast.cancelReservation({ actor, reservationId, refund: 'all' }),
          ),
          persist(world, process, false, (holdfast) => holdfast.startBalance({ actor, reservationId })),
        ]),
    ...(consultationId === undefined
      ? []
      : [
          persist(world, process, false, (holdfast) => holdfast.closeConsultation({ actor, consultationId })),
          persist(world, process, false, (holdfast) =>
            holdfast.cancelConsultation({ actor, consultationId, refund: 'all' }),
          ),
        ]),
  ])
  for (const answer of answers) {
    if (answer === undefined) continue
    if (answer.ok || !outsiders.some((code) => code === answer.error.code))
      throw new Violation('A12', `a stranger was answered about ${payment.id} or what it made: ${shown(answer)}`)
    world.counts.add('spy_turned_away')
  }
}

/** Somebody asks about their own payment, and is told of that one. */
export const lookAtOwn = async (world: World, on: number, process: number): Promise<void> => {
  const payment = at(readStored(world.database).payments, on)
  if (payment === undefined) return
  const request = { actor: guest(payment.owner), paymentId: payment.id as PaymentId }
  const answer = await persist(world, process, false, (holdfast) => holdfast.readPayment(request))
  if (answer === undefined) return
  if (!answer.ok || answer.value.payment.id !== payment.id || answer.value.payment.owner !== payment.owner)
    throw new Violation('A12', `the owner of ${payment.id} was answered: ${shown(answer)}`)
  world.counts.add('owner_answered')
}

/** Somebody uses an idempotency key once, and then for something else. */
export const reuseKey = async (
  world: World,
  {
    who,
    night,
    process,
    index,
  }: { readonly who: number; readonly night: number; readonly process: number; readonly index: number },
): Promise<void> => {
  const open = (wanted: number) =>
    persist(world, process, true, (holdfast) =>
      holdfast.openIntent({
        actor: guest(`o${who}`),
        kind: 'reservation',
        payload: { night: wanted },
        idempotencyKey: `reused${index}`,
      }),
    )
  const first = await open(night)
  if (first?.ok !== true) return
  const other = await open(night === 0 ? 1 : 0)
  if (other === undefined) return
  if (other.ok || other.error.code !== 'idempotency_key_reused')
    throw new Violation('K1', `a key was used again for something else, and answered: ${shown(other)}`)
  world.counts.add('reused_key_refused')
}

/** Something arrives at the webhook endpoint that is not what Stripe has to tell this account now. */
export const deliverOdd = async (
  world: World,
  {
    name,
    on,
    process: index,
    number,
  }: { readonly name: OddLetterName; readonly on: number; readonly process: number; readonly number: number },
): Promise<void> => {
  const event = tempting(world, on) ?? at(world.stripe.ledger().events, on)
  const process = world.pick(index)
  if (event === undefined || process === undefined) return
  const eventId = `evt_odd_${number}`
  const fate = fateOf(name)
  world.watch.expectOdd(eventId)
  const status = await world.postman.hand(process, oddLetter(name, event, { eventId, secrets: world.secrets.accepted }))
  // A database that is full or busy refuses what else it would have taken in, and Stripe would come again.
  if (status === undefined || (status >= 500 && fate === 'ignored')) return
  world.watch.odd({ eventId, fate, status })
  world.counts.add(`odd:${name}`)
}

/** Word that a page is paid which is still open: who believes it, gives something away for nothing. */
const tempting = (world: World, on: number): SeenEvent | undefined => {
  const { events, objects } = world.stripe.ledger()
  const session = at(
    objects['checkout.session'].filter(({ status }) => status === 'open'),
    on,
  )
  const [event] = events
  if (session === undefined || event === undefined) return undefined
  const object = {
    object: 'payment_intent',
    id: `pi_odd_${on}`,
    status: 'succeeded',
    amount: session.amount_total,
    amount_received: session.amount_total,
    currency: session.currency,
    latest_charge: `ch_odd_${on}`,
    livemode: event.livemode,
    metadata: session.metadata,
  }
  return { ...event, type: 'payment_intent.succeeded', data: { object } }
}

type SeenEvent = Parameters<typeof oddLetter>[1]

/** What somebody pays for is worth what staff say it is: a refund of nothing, or of more than there is, is refused. */
export const refundTooMuch = async (world: World, stored: Stored, on: number, process: number): Promise<void> => {
  const payment = at(stored.payments, on)
  if (payment === undefined) return
  const answer = await persist(world, process, false, (holdfast) =>
    holdfast.refundPayment({
      actor: staff,
      paymentId: payment.id as PaymentId,
      amount: money(BigInt(payment.amount_minor) + 1n, payment.amount_currency),
    }),
  )
  if (answer === undefined) return
  if (answer.ok) throw new Violation('A5', `more than all of ${payment.id} was sent back`)
  world.counts.add('too_much_refused')
}

const shown = (answer: unknown): string =>
  JSON.stringify(answer, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
