import { money, type PaymentId } from '@holdfast/core'
import type { Stored } from '../oracle/truth.ts'
import { Violation } from '../oracle/violation.ts'
import { fateOf, oddLetter, type OddLetterName } from '../system/letters.ts'
import type { World } from '../world.ts'
import { at, guest, persist, staff } from './asking.ts'

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

/** An answer, for people. */
export const shown = (answer: unknown): string =>
  JSON.stringify(answer, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
