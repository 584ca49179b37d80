import type { Readable } from '../system/database.ts'
import type { Entry } from './edges.ts'
import { isCollected } from './statuses.ts'
import type { Stored, StoredPayment, StoredRefund } from './truth.ts'
import { Violation } from './violation.ts'

/** A message that an owner is owed or has been sent, read without the help of what wrote it. */
export interface OwedMessage {
  readonly id: string
  readonly to: string
  readonly paymentId: string
  readonly template: string
  readonly amount?: StoredMoney
  readonly destination?: string
  readonly reason?: string
  readonly record?: { readonly type: string; readonly id: string }
  readonly refunds?: readonly { readonly amount: StoredMoney; readonly destination: string }[]
  readonly url?: string
  readonly topUpId?: string
  /** When it was decided, by the clock of whoever did. */
  readonly atMs: number
}

interface StoredMoney {
  readonly minorUnits: { readonly $bigint: string }
  readonly currency: string
}

/** Every message that was ever decided, whatever has become of it. */
export const readMessages = (database: Readable): readonly OwedMessage[] =>
  database
    .query<{ readonly body: string; readonly created_at: number }>(
      "SELECT body, created_at FROM holdfast_outbox WHERE id LIKE 'send_message:%' ORDER BY id",
    )
    .map(({ body, created_at: atMs }) => ({ ...(JSON.parse(body) as { readonly message: OwedMessage }).message, atMs }))

/**
 * Whoever has to be told something is told it once, and nobody is told what is not so: what a payment made, that it could not be had
 * and where its money is, that money beside it goes back, that what was theirs is cancelled by somebody else, and on which page
 * to pay when nobody is there to be sent to it. `timeline`: all of it, in order.
 *
 * What was paid in for something is not judged here.
 *
 * @throws {@link Violation} N1
 */
export const checkMessages = (stored: Stored, messages: readonly OwedMessage[], timeline: readonly Entry[]): void => {
  const due = [
    ...recordsDue(stored),
    ...unavailableDue(stored),
    ...surplusDue(stored),
    ...cancelledDue(stored, timeline),
    ...pagesDue(stored, timeline),
  ].toSorted()
  const owed = messages
    .filter(({ template }) => template !== 'kept_in_wallet')
    .map(inWords)
    .toSorted()
  for (const line of new Set([...due, ...owed])) {
    const count = (lines: readonly string[]): number => lines.filter((each) => each === line).length
    if (count(owed) !== count(due))
      throw new Violation('N1', `told ${count(owed)} times, and to be told ${count(due)} times: ${line}`)
  }
}

/** What a message says, as far as it has to be so. */
const inWords = ({ to, paymentId, template, ...said }: OwedMessage): string => {
  const amount = said.amount === undefined ? 'nothing' : sumIn(said.amount)
  const record = `${said.record?.type} ${said.record?.id}`
  switch (template) {
    case 'confirmed':
      return isThere(to, paymentId, record, amount)
    case 'refunded_unavailable':
      return couldNotBeHad(to, paymentId, amount, said.destination)
    case 'refunded_surplus':
      return goesBack(to, paymentId, amount, said.destination, said.reason)
    case 'cancelled':
      return isCancelled(
        to,
        record,
        (said.refunds ?? []).map((refund) => movedTo(sumIn(refund.amount), refund.destination)),
      )
    case 'payment_link':
      return canBePaidOn(to, paymentId, said.url)
    default:
      return `${to} is told ${template} of ${paymentId}`
  }
}

const sumIn = ({ minorUnits, currency }: StoredMoney): string => `${minorUnits.$bigint} ${currency}`

/** The same of what a row has. */
const sumOf = ({
  amount_minor: minor,
  amount_currency: currency,
}: Pick<StoredPayment, 'amount_minor' | 'amount_currency'>): string => `${minor} ${currency}`

const isThere = (to: string, paymentId: string, record: string, amount: string): string =>
  `${to} has ${record} for the ${amount} of ${paymentId}`

const couldNotBeHad = (to: string, paymentId: string, amount: string, destination: string | undefined): string =>
  `${to} cannot have what ${paymentId} was for, and ${movedTo(amount, destination)}`

const goesBack = (
  to: string,
  paymentId: string,
  amount: string,
  destination: string | undefined,
  reason: string | undefined,
): string => `${to} has paid for ${paymentId} what does not count (${reason}), and ${movedTo(amount, destination)}`

const isCancelled = (to: string, record: string, refunds: readonly string[]): string =>
  `${record} of ${to} was cancelled by somebody else, and ${refunds.toSorted().join(', ') || 'nothing goes back'}`

const canBePaidOn = (to: string, paymentId: string, url: string | undefined): string =>
  `${to} can pay ${paymentId} on ${url}`

const movedTo = (amount: string, destination: string | undefined): string => `${amount} goes to the ${destination}`

/** What a payment of these made: at most one. */
const recordOf = (
  { intents, orders }: Stored,
  { id, subject_type: subject }: StoredPayment,
): { readonly type: string; readonly id: string } | undefined => {
  if (subject === 'order') {
    const order = orders.find(({ payment_id }) => payment_id === id)
    const isHad = order !== undefined && (order.status !== 'cancelled' || order.cancel_reason === 'recalled')
    return isHad ? { type: 'order', id: order.id } : undefined
  }
  const intent = intents.find(({ payment_id, record_id }) => payment_id === id && record_id !== null)
  return intent === undefined ? undefined : { type: intent.record_type ?? '', id: intent.record_id ?? '' }
}

/** Those that were paid for something that was to come to be, and not for what was there already. */
const paidForSomething = ({ payments }: Stored): readonly StoredPayment[] =>
  payments.filter(({ status, subject_type: subject }) => isCollected(status) && subject !== 'reservation')

const recordsDue = (stored: Stored): readonly string[] =>
  paidForSomething(stored).flatMap((payment) => {
    const record = recordOf(stored, payment)
    return record === undefined
      ? []
      : [isThere(payment.owner, payment.id, `${record.type} ${record.id}`, sumOf(payment))]
  })

const unavailableDue = (stored: Stored): readonly string[] =>
  paidForSomething(stored)
    .filter((payment) => recordOf(stored, payment) === undefined)
    .map((payment) => {
      const { id, owner } = payment
      const refund = stored.refunds.find(({ payment_id, reason }) => payment_id === id && lost.has(reason))
      return couldNotBeHad(owner, id, sumOf(payment), refund?.destination)
    })

const lost = new Set(['slot_taken', 'unavailable'])

/** Money that does not count is sent back once for each attempt that brought some; what a bank would not take goes again untold. */
const surplusDue = ({ payments, refunds }: Stored): readonly string[] => {
  const first = new Map<string, StoredRefund>()
  for (const refund of refunds)
    if (surplus.has(refund.reason) && !first.has(refund.attempt_id)) first.set(refund.attempt_id, refund)
  return [...first.values()].map((refund) => {
    const { payment_id: id, destination, reason } = refund
    return goesBack(ownerOf(payments, id), id, sumOf(refund), destination, reason)
  })
}

const surplus = new Set(['late_payment', 'duplicate', 'amount_mismatch'])

const ownerOf = (payments: readonly StoredPayment[], paymentId: string): string =>
  payments.find(({ id }) => id === paymentId)?.owner ?? 'nobody'

/** The commands that cancel what was paid for, and why money goes back by them. */
const cancels = new Map([
  ['cancel_reservation', 'reservation_cancelled'],
  ['cancel_consultation', 'consultation_cancelled'],
  ['cancel_order', 'order_cancelled'],
])

/** True for what somebody did who cancelled what was paid for. */
export const isCancelling = ({ type, name }: Entry): boolean => type === 'command' && cancels.has(name)

/** What somebody else than its owner cancelled; a stay stands in the story of each of its payments. */
const cancelledDue = ({ payments, refunds }: Stored, timeline: readonly Entry[]): readonly string[] => {
  const cancelling = timeline.filter(isCancelling)
  return [...new Set(cancelling.map(({ about_id: id }) => id))].flatMap((recordId) => {
    const entries = cancelling.filter(({ about_id: id }) => id === recordId)
    const [first] = entries
    if (first === undefined || first.actor?.startsWith('owner:') === true) return []
    const paidBy = new Set(entries.map(({ payment_id }) => payment_id))
    // What is left of one that Stripe would not make, since a part had gone back there, is a part of what was told.
    const back = refunds.filter(
      ({ id, payment_id, reason }) =>
        paidBy.has(payment_id) && reason === cancels.get(first.name) && !id.endsWith('.rest'),
    )
    return [
      isCancelled(
        ownerOf(payments, first.payment_id),
        `${first.about_type} ${first.about_id}`,
        back.map((refund) => movedTo(sumOf(refund), refund.destination)),
      ),
    ]
  })
}

/** Pages that were opened for somebody who was not there. */
const pagesDue = ({ payments, attempts }: Stored, timeline: readonly Entry[]): readonly string[] => {
  const announced = new Set(
    attempts.filter(({ kind, announce }) => kind === 'hosted' && announce === 1).map(({ id }) => id),
  )
  const facts = timeline.filter(({ type, about_id: id }) => type === 'fact' && announced.has(id))
  // Nobody is sent to a page that is first heard of as it is to be closed.
  const isClosing = (id: string, before: number): boolean =>
    facts.slice(0, before).some(({ about_id, name }) => about_id === id && name === 'close_requested')
  return facts
    .filter(({ about_id: id, name }, at) => name === 'opened' && !isClosing(id, at))
    .map(({ payment_id: id, data }) =>
      canBePaidOn(ownerOf(payments, id), id, (JSON.parse(data) as { readonly url: string }).url),
    )
}
