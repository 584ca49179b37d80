import type { ConsultationId, OrderId, PaymentId, ReservationId } from '@holdfast/core'
import { idOf } from '../oracle/cards.ts'
import { readStored, type Stored, type StoredPayment } from '../oracle/truth.ts'
import { Violation } from '../oracle/violation.ts'
import type { Belongings, Host } from '../system/process.ts'
import type { World } from '../world.ts'
import { at, guest, persist } from './asking.ts'
import { shown } from './strangers.ts'

/** Whatever is somebody else's is not there. */
const outsiders = new Set([
  'payment_not_found',
  'reservation_not_found',
  'consultation_not_found',
  'order_not_found',
  'task_not_found',
])

interface Answer {
  readonly ok: boolean
  readonly error?: { readonly code: string }
}

/**
 * Somebody asks for everything about a payment that is not theirs, and asks for everything to be done to it, to what it is for, and to
 * the cards of whoever has it: a guest like all others, where there are several.
 */
export const spy = async (world: World, on: number, process: number): Promise<void> => {
  const stored = readStored(world.database)
  const payment = at(stored.payments, on)
  if (payment === undefined) return
  const actor = guest(strangerTo(stored, payment, on))
  const ask = <T>(run: (host: Host) => Promise<T>): Promise<T | undefined> => persist(world, process, false, run)
  const answers = await Promise.all(
    [...aboutPayment(stored, payment, actor, on), ...aboutTasks(world, payment, actor, on)].map(ask),
  )
  for (const answer of answers) {
    if (answer === undefined) continue
    if (answer.ok || !outsiders.has(answer.error?.code ?? ''))
      throw new Violation('A12', `${actor.id} was answered about ${payment.id} or what it made: ${shown(answer)}`)
    world.counts.add('spy_turned_away')
  }
  await tryCard(world, payment, actor, process)
  await tryIntent(world, stored, payment, actor, process)
  for (const owner of [actor.id, payment.owner]) await lookAround(world, owner, process)
}

type Guest = ReturnType<typeof guest>
type Try = (host: Host) => Promise<Answer>

const strangerTo = ({ payments }: Stored, { owner }: StoredPayment, on: number): string =>
  at(
    [...new Set(payments.map((each) => each.owner))].filter((other) => other !== owner),
    on,
  ) ?? 'mallory'

const aboutPayment = (stored: Stored, payment: StoredPayment, actor: Guest, on: number): readonly Try[] => {
  const { owner } = payment
  const request = { actor, paymentId: payment.id as PaymentId }
  const isTheirs = ({ payment_id: id }: { readonly payment_id: string }): boolean =>
    stored.payments.some((each) => each.id === id && each.owner === owner)
  const reservationId = at(stored.reservations.filter(isTheirs), on)?.id as ReservationId | undefined
  const consultationId = at(stored.consultations.filter(isTheirs), on)?.id as ConsultationId | undefined
  const orderId = at(stored.orders.filter(isTheirs), on)?.id as OrderId | undefined
  return [
    (host) => host.readPayment(request),
    (host) => host.readTimeline(request),
    (host) => host.syncPayment(request),
    (host) => host.cancelPayment(request),
    (host) => host.startCheckout(request),
    (host) => host.payFromWallet(request),
    (host) => host.payWithSavedCard({ ...request, paymentMethodId: 'pm_1' }),
    ...(reservationId === undefined
      ? []
      : [
          (host: Host) => host.cancelReservation({ actor, reservationId, refund: 'all' }),
          (host: Host) => host.startBalance({ actor, reservationId }),
        ]),
    ...(consultationId === undefined
      ? []
      : [
          (host: Host) => host.closeConsultation({ actor, consultationId }),
          (host: Host) => host.cancelConsultation({ actor, consultationId, refund: 'all' }),
        ]),
    ...(orderId === undefined ? [] : [(host: Host) => host.cancelOrder({ actor, orderId, refund: 'all' })]),
  ]
}

/** What is under way for somebody is a task, or owed to the outside. */
const tasksOf = ({ database }: World, { id, subject_id: subject }: StoredPayment): readonly string[] =>
  database
    .query<{ readonly id: string }>(
      `SELECT id FROM holdfast_tasks WHERE id LIKE '%:' || ? OR id LIKE '%:' || ?
       UNION ALL SELECT id FROM holdfast_outbox WHERE json_extract(body, '$.paymentId') = ? ORDER BY id`,
      id,
      subject,
      id,
    )
    .map((task) => task.id)

const aboutTasks = (world: World, payment: StoredPayment, actor: Guest, on: number): readonly Try[] => {
  const tasks = tasksOf(world, payment)
  const some = new Set([at(tasks, 0), at(tasks, on), 'sweep'])
  return [...some].flatMap((taskId) => (taskId === undefined ? [] : [(host: Host) => host.readTask({ actor, taskId })]))
}

/** The cards that Stripe keeps for whoever has paid for something of this owner's. */
const cardsOf = ({ stripe, database }: World, owner: string): readonly string[] => {
  const { objects } = stripe.ledger()
  const own = new Set(
    readStored(database)
      .payments.filter((each) => each.owner === owner)
      .map(({ id }) => id),
  )
  const customers = new Set(
    objects['checkout.session']
      .filter(({ metadata }) => own.has(metadata?.['payment_id'] ?? ''))
      .map(({ customer }) => idOf(customer)),
  )
  return objects.payment_method
    .filter(({ customer }) => customer !== null && customers.has(idOf(customer)))
    .map(({ id }) => id)
}

/** Nobody is rid of a card because somebody else wants that. Whether Stripe could be asked is no matter. */
const tryCard = async (world: World, payment: StoredPayment, actor: Guest, process: number): Promise<void> => {
  const [paymentMethodId] = cardsOf(world, payment.owner)
  if (paymentMethodId === undefined) return
  const answer = await persist(world, process, false, (host) => host.removePaymentMethod({ actor, paymentMethodId }))
  if (answer?.ok === true || !cardsOf(world, payment.owner).includes(paymentMethodId))
    throw new Violation('A12', `${actor.id} has removed ${paymentMethodId} of ${payment.owner}: ${shown(answer)}`)
  world.counts.add('spy_turned_away:card')
}

/** Nobody pays in for what somebody else wants, and no name of it is the cookie that finds it. */
const tryIntent = async (
  world: World,
  { intents }: Stored,
  { id: paymentId, owner }: StoredPayment,
  actor: Guest,
  process: number,
): Promise<void> => {
  const intent = intents.find((each) => each.payment_id === paymentId)
  if (intent === undefined) return
  const opened = await persist(world, process, false, (host) =>
    host.openIntent({ actor, kind: 'wallet_topup', payload: { intent_id: intent.id } }),
  )
  if (opened?.ok === true)
    throw new Violation('A12', `${actor.id} pays in for ${intent.id} of ${owner}: ${shown(opened.value)}`)
  const token = `${intent.token.slice(0, -1)}${intent.token.endsWith('x') ? 'y' : 'x'}`
  for (const cookie of [intent.id, paymentId, token]) {
    const found = await persist(world, process, false, (host) => host.findIntents({ token: cookie }))
    if (found !== undefined && found.length > 0)
      throw new Violation('A12', `${cookie} finds ${found[0]?.id}, and is not its cookie`)
  }
  world.counts.add('spy_turned_away:intent')
}

/** Whoever lists what is theirs finds all of that, and nothing of anybody else. */
const lookAround = async (world: World, owner: string, process: number): Promise<void> => {
  const before = ownedBy(readStored(world.database), owner)
  const listed = await persist(world, process, false, (host) => host.listBelongings(guest(owner).id))
  if (listed === undefined) return
  const now = ownedBy(readStored(world.database), owner)
  for (const [kind, found] of Object.entries(idsIn(listed))) {
    const stranger = found.find((id) => now[kind]?.includes(id) !== true)
    if (stranger !== undefined) throw new Violation('A12', `${owner} is shown ${stranger} among their ${kind}`)
    // Of intents, only those are listed that are still open.
    const missing = before[kind]?.find((id) => now[kind]?.includes(id) === true && !found.includes(id))
    if (missing !== undefined && kind !== 'intents')
      throw new Violation('A12', `${owner} is not shown ${missing} among their ${kind}`)
  }
  world.counts.add('owner_answered')
}

type Ids = Readonly<Record<string, readonly string[]>>

const idsIn = (listed: Belongings): Ids => ({
  payments: listed.payments.map(({ id }) => id),
  intents: listed.intents.map(({ id }) => id),
  reservations: listed.reservations.map(({ id }) => id),
  consultations: listed.consultations.map(({ id }) => id),
  orders: listed.orders.map(({ id }) => id),
  wallets: listed.wallets.map(({ owner, currency }) => `${owner} ${currency}`),
  entries: listed.entries.map(({ id }) => id),
})

const ownedBy = (stored: Stored, owner: string): Ids => {
  const ids = (all: readonly { readonly id: string; readonly owner: string }[]): readonly string[] =>
    all.filter((each) => each.owner === owner).map(({ id }) => id)
  const payments = ids(stored.payments)
  const paidBy = (all: readonly { readonly id: string; readonly payment_id: string }[]): readonly string[] =>
    all.filter(({ payment_id: id }) => payments.includes(id)).map(({ id }) => id)
  return {
    payments,
    intents: ids(stored.intents),
    reservations: paidBy(stored.reservations),
    consultations: paidBy(stored.consultations),
    orders: ids(stored.orders),
    wallets: stored.wallets.filter((each) => each.owner === owner).map(({ currency }) => `${owner} ${currency}`),
    entries: stored.ledger
      .filter((line) => line.account === 'wallet' && line.owner === owner)
      .map(({ transfer_id: id }) => id),
  }
}

/** Somebody asks about their own payment, what is under way for it, its story and their cards, and is told of those and of nothing else. */
export const lookAtOwn = async (world: World, on: number, process: number): Promise<void> => {
  const payment = at(readStored(world.database).payments, on)
  if (payment === undefined) return
  const { id, owner } = payment
  const actor = guest(owner)
  const request = { actor, paymentId: id as PaymentId }
  const ask = <T>(run: (host: Host) => Promise<T>): Promise<T | undefined> => persist(world, process, false, run)
  const answer = await ask((host) => host.readPayment(request))
  if (answer !== undefined && !(answer.ok && isAsStored(world, payment, answer.value)))
    throw new Violation('A12', `the owner of ${id} was answered: ${shown(answer)}`)
  const story = await ask((host) => host.readTimeline(request))
  if (story !== undefined && !(story.ok && story.value.every(({ paymentId }) => paymentId === id)))
    throw new Violation('A12', `the owner of ${id} was told another story: ${shown(story)}`)
  const [taskId] = tasksOf(world, payment)
  const task = taskId === undefined ? undefined : await ask((host) => host.readTask({ actor, taskId }))
  if (task !== undefined && !(task.ok && task.value.taskId === taskId))
    throw new Violation('A12', `the owner of ${taskId} was answered: ${shown(task)}`)
  const cards = await ask((host) => host.listPaymentMethods({ actor }))
  if (cards?.ok === true) checkOwnCards(world, owner, cards.value)
  if (answer !== undefined) world.counts.add('owner_answered')
  await lookAround(world, owner, process)
}

type Case = Extract<Awaited<ReturnType<Host['readPayment']>>, { readonly ok: true }>['value']

/** The same in everything that does not change by itself meanwhile, and with nothing beside it that belongs elsewhere. */
const isAsStored = ({ database }: World, asked: StoredPayment, { payment, attempts, refunds }: Case): boolean => {
  const stored = readStored(database)
  const isOwn = (all: readonly { readonly id: string; readonly payment_id: string }[], id: string): boolean =>
    all.some((each) => each.id === id && each.payment_id === asked.id)
  return (
    payment.id === asked.id &&
    payment.owner === asked.owner &&
    payment.purpose === asked.purpose &&
    payment.subject.type === asked.subject_type &&
    payment.subject.id === asked.subject_id &&
    payment.amount.currency === asked.amount_currency &&
    attempts.every((each) => each.paymentId === asked.id && isOwn(stored.attempts, each.id)) &&
    refunds.every((each) => each.paymentId === asked.id && isOwn(stored.refunds, each.id))
  )
}

const checkOwnCards = (world: World, owner: string, cards: readonly { readonly id: string }[]): void => {
  const own = cardsOf(world, owner)
  const stranger = cards.find(({ id }) => !own.includes(id))
  if (stranger !== undefined)
    throw new Violation('A12', `${owner} is shown the card ${stranger.id}, which they never let be kept`)
}
