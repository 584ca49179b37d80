import { day, type Message } from '@holdfast/core'
import type { FaultKind } from '@holdfast/stripe-simulator'
import type { Epoch, Kernel } from '../kernel/kernel.ts'
import type { Database } from '../system/database.ts'
import type { News, SeenCall, Stripe } from '../system/stripe.ts'
import { checkStored, checkStripe } from './always.ts'
import { createConvergence } from './convergence.ts'
import { countClosedFor } from './closed-for.ts'
import { createEdges, readTimeline, type Entry } from './edges.ts'
import { createOutgoing } from './outgoing.ts'
import type { CapacityOf } from './places.ts'
import { createPolicyWatch, type HostPolicy } from './host-policy.ts'
import type { Counts } from './sometimes.ts'
import { countClosed, readNames, straysOf, type SecondPages } from './second-pages.ts'
import type { Restocked } from './shop.ts'
import { checkReplaced } from './replaced.ts'
import { createSentTo } from './sent-to.ts'
import { countWrongSum } from './sums.ts'
import { readStored } from './truth.ts'
import { checkUntold } from './untold.ts'
import { Violation } from './violation.ts'
import { createWalletNews } from './wallet-news.ts'

/** Sees everything that happens, checks what must always hold, and counts what a run comes across. */
export interface Watch {
  committed(epoch: Epoch): void
  stripeMoved(): void
  /** A process wants to ask others for something: Stripe, or the host's notifier. */
  asking(what: string): void
  called(epoch: Epoch, call: SeenCall): void
  /** A person was answered by a process, whatever they asked. */
  answered(answer: unknown): void
  faulted(kind: FaultKind, key: string | null): void
  /** Nobody waits any longer for the answer to a call under this key. */
  givenUp(key: string): void
  crashed(epoch: Epoch): void
  crashedAfterAcknowledgement(): void
  acknowledged(letter: { readonly eventId: string; readonly payload: string }): void
  /** An odd letter is on its way: nothing may follow from it. */
  expectOdd(eventId: string): void
  /** An odd letter was answered: it must have had this fate. */
  odd(letter: { readonly eventId: string; readonly fate: 'refused' | 'ignored'; readonly status: number }): void
  /** Somebody who came back from a page was answered. */
  cameBack(paymentId: string): void
  told(message: Message): void
  /** The stock of something is to change by so much, whatever becomes of that: until it is told, it may have or not. */
  stockAsked(articleId: string, by: number): (outcome: 'changed' | 'refused') => void
  /** Between which two numbers of each article were put there, as far as is known. */
  readonly restocked: ReadonlyMap<string, Restocked>
  /** What is known so far of pages that somebody between us and Stripe has made; `healedMs`: since when nothing goes wrong. */
  secondPages(healedMs: number): SecondPages
  /** The disk is full: what fails because of that is foreseen. */
  diskFilled(): void
  lost(news: News): void
  logged(event: string, data: Readonly<Record<string, unknown>>): void
  /** From now on nothing goes wrong any more: what is still to be put right is put right from here on. */
  healed(): void
  /** How long after that the last of it was, in milliseconds. */
  readonly convergedMs: number
  /** Checks everything once more, and that what was acknowledged is still there. */
  whole(): void
}

/** Nobody hears of these: the answer to a call that may have had its effect. */
const unheard = new Set<FaultKind>(['timeout_after_effect', 'reset_after_headers', 'malformed_json', '500_with_effect'])

export const createWatch = ({
  kernel,
  database,
  stripe,
  counts,
  profile,
  capacityOf,
}: {
  readonly kernel: Kernel
  readonly database: Database
  readonly stripe: Stripe
  readonly counts: Counts
  readonly profile: HostPolicy & { readonly livemode: boolean }
  readonly capacityOf: CapacityOf
}): Watch => {
  const edges = createEdges(database, counts)
  const wallets = createWalletNews(database, counts)
  const policy = createPolicyWatch(database, { ...profile, capacityOf })
  const outgoing = createOutgoing(database, stripe)
  const sentTo = createSentTo(database, stripe)
  const keys = new Map<string, SeenCall>()
  const askedBy = new Map<string, Epoch>()
  const unheardKeys = new Map<string, 'unheard' | 'crashed'>()
  /** The refunds that a process has asked for. */
  const refunding = new Map<Epoch, Set<string>>()
  const acknowledged = new Set<string>()
  const lost = new Set<string>()
  let acknowledgedAtStep = -1
  const odd = new Set<string>()
  /** The disputes of a part of a charge. */
  const parts = new Set<string>()
  const messages = new Map<string, string>()
  const finished = new Map<string, { readonly completed?: number; readonly cameBack?: number }>()
  /** Of each payment, when the last of its pages expired of which that was heard. */
  const expiredAt = new Map<string, number>()
  const heardPaid = new Map<string, number>()
  const restocks: Restock[] = []
  const convergence = createConvergence(database, kernel)
  let wasDiskFull = false

  const note = (entry: Entry): void => {
    const { type, name, about_id: about, data } = entry
    if (type === 'fact' && name === 'captured' && edges.statusOf(entry.payment_id) === 'cancelled')
      counts.add('paid_after_local_cancel')
    if (type === 'fact' && name === 'close_requested' && data.includes('"replaced"')) counts.add('page_replaced')
    if (type === 'fact' && name === 'requested' && data.includes('"slot_taken"')) counts.add('slot_lost_and_refunded')
    if (type === 'fact' && name === 'requested' && data.includes('"late_payment"')) counts.add('late_money_refunded')
    if (type === 'fact' && name === 'requested' && data.includes('"duplicate"')) counts.add('duplicate_refunded')
    if (type === 'fact' && entry.about_type === 'dispute') {
      if (name === 'opened') noteDisputed(entry.payment_id)
      notePart(about, name, data)
    }
    if (type === 'attention' && name === 'refund_owed_after_dispute') counts.add(name)
    if (type === 'fact' && name === 'fulfilled') counts.add(`became:${becomes(data)}`)
    countWrongSum(entry, counts)
    if (name === 'message_sent' && data.includes('"payment_link"')) counts.add('fallback_page')
    if (type === 'answer' && data.includes('proves nothing so soon')) counts.add('absence_not_believed')
    if (type === 'answer' && name === 'close_attempt' && data.includes('"processing"'))
      counts.add('on_its_way_when_closed')
    if (type === 'answer' && name === 'look_up_charge') counts.add('aftermath_found_by_asking')
    if (type === 'answer' && name === 'look_up_attempt' && data.includes('"captured"') && lost.has(about))
      counts.add('lost_event_found_by_asking')
  }
  const noteDisputed = (paymentId: string): void => {
    for (const { status } of database.query<{ readonly status: string }>(orderOf, paymentId))
      counts.add(`order_disputed:${status}`)
  }
  /** What becomes of a dispute of a part of a charge. */
  const notePart = (id: string, name: string, data: string): void => {
    const { amount, charged } = JSON.parse(data) as { readonly amount: unknown; readonly charged?: unknown }
    if (charged !== undefined && JSON.stringify(amount) !== JSON.stringify(charged)) parts.add(id)
    if (parts.has(id)) counts.add(`part_disputed:${name}`)
  }
  /** A webhook and somebody who came back finish one payment: within a second, or not. */
  const noteFinish = (paymentId: string, what: 'completed' | 'cameBack'): void => {
    const before = finished.get(paymentId) ?? {}
    const now = { ...before, [what]: kernel.now() }
    finished.set(paymentId, now)
    const { completed, cameBack } = now
    if (completed === undefined || cameBack === undefined || Math.abs(completed - cameBack) > 1_000) return
    if (before[what] === undefined) counts.add('return_and_webhook_at_once')
  }
  /** Reads what the timeline tells anew, and hands it to all who follow it. */
  const follow = (): readonly Entry[] => {
    const entries = edges.follow()
    entries.forEach(note)
    wallets.follow(entries)
    sentTo.follow(entries)
    policy.follow(entries)
    convergence.follow(entries)
    checkReplaced(database, entries)
    countClosedFor(entries, counts)
    return entries
  }
  const wholeStore = (): void =>
    checkStored(readStored(database), stripe.ledger(), { livemode: profile.livemode, capacityOf })
  /** True where Stripe has made one of these refunds, and nothing here says so yet. */
  const isMadeUnheard = (asked: ReadonlySet<string>): boolean => {
    const waiting = database
      .query<{ readonly id: string }>("SELECT id FROM holdfast_refunds WHERE status = 'requested' ORDER BY id")
      .filter(({ id }) => asked.has(id))
    if (waiting.length === 0) return false
    const made = new Set(stripe.ledger().objects.refund.map(({ metadata }) => metadata?.['refund_id']))
    return waiting.some(({ id }) => made.has(id))
  }
  const isInInbox = (eventId: string): boolean =>
    database.query('SELECT id FROM holdfast_inbox WHERE id = ?', eventId).length > 0

  return {
    committed() {
      const entries = follow()
      if (entries.some(({ type }) => type === 'fact')) wholeStore()
      else checkUntold(database)
    },
    stripeMoved() {
      const { sentTwice } = stripe
      const ledger = stripe.ledger()
      if (sentTwice.size === 0) checkStripe(ledger)
      else checkStripe(ledger, { strays: straysOf(sentTwice, ledger, readNames(database)), sentTwice })
    },
    asking: outgoing.asking,
    called(epoch, call) {
      outgoing.called(call)
      const { key, path, parameters, atMs } = call
      const before = keys.get(key)
      askedBy.set(key, epoch)
      const refundId = path === '/v1/refunds' ? refundIn(parameters) : undefined
      if (refundId !== undefined) refunding.set(epoch, (refunding.get(epoch) ?? new Set()).add(refundId))
      if (before === undefined) {
        keys.set(key, call)
        return
      }
      if (before.path !== path || before.parameters !== parameters)
        throw new Violation('A11', `key ${key} was used for ${before.path} and, differently, for ${path}`)
      if (atMs - before.atMs > day) counts.add('key_forgotten_before_retry')
      if (unheardKeys.get(key) === 'crashed') counts.add('effect_unheard_then_crash_then_retry')
      unheardKeys.delete(key)
    },
    faulted(kind, key) {
      if (key !== null && unheard.has(kind)) unheardKeys.set(key, 'unheard')
    },
    givenUp: (key) => void unheardKeys.set(key, 'unheard'),
    crashed(epoch) {
      for (const key of unheardKeys.keys()) if (askedBy.get(key) === epoch) unheardKeys.set(key, 'crashed')
      const asked = refunding.get(epoch)
      refunding.delete(epoch)
      if (asked !== undefined && isMadeUnheard(asked)) counts.add('crash_between_refund_and_commit')
    },
    crashedAfterAcknowledgement() {
      if (kernel.steps - acknowledgedAtStep <= 3) counts.add('crash_after_acknowledgement')
      for (const eventId of acknowledged)
        if (!isInInbox(eventId))
          throw new Violation('A10', `event ${eventId} was answered 2xx, and is gone after a crash`)
    },
    acknowledged({ eventId, payload }) {
      acknowledged.add(eventId)
      acknowledgedAtStep = kernel.steps
      if (!isInInbox(eventId)) throw new Violation('A10', `event ${eventId} was answered 2xx, and is not stored`)
      const { type, created, data } = JSON.parse(payload) as SeenEvent
      const paymentId = data.object.metadata?.payment_id
      if (paymentId === undefined || odd.has(eventId)) return
      for (const id of paidIn(type, data.object)) if (!heardPaid.has(id)) heardPaid.set(id, kernel.now())
      if (type === 'checkout.session.expired') expiredAt.set(paymentId, created)
      if (type !== 'checkout.session.completed') return
      const expired = expiredAt.get(paymentId)
      if (expired !== undefined) counts.add('another_page_expired_before_completed')
      if (expired !== undefined && expired > created) counts.add('expired_overtook_completed')
      expiredAt.delete(paymentId)
      noteFinish(paymentId, 'completed')
    },
    expectOdd: (eventId) => void odd.add(eventId),
    odd({ eventId, fate, status }) {
      if (fate === 'refused' && (status < 400 || isInInbox(eventId)))
        throw new Violation('W1', `event ${eventId} had to be refused, and was answered ${status}`)
      if (fate === 'ignored' && status !== 200)
        throw new Violation('W1', `event ${eventId} had to be taken in, and was answered ${status}`)
    },
    cameBack: (paymentId) => noteFinish(paymentId, 'cameBack'),
    answered: sentTo.told,
    told(message) {
      sentTo.told(message)
      counts.add(`message:${message.template}`)
      const { id, ...rest } = message
      const text = JSON.stringify(rest, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
      const twin = [...messages].find(([other, known]) => other !== id && known === text && !isOfSurplus(other))
      if (twin !== undefined && !isOfSurplus(id))
        throw new Violation('N1', `messages ${twin[0]} and ${id} say the same`)
      const before = messages.get(id)
      messages.set(id, text)
      if (before === undefined) return
      counts.add('message_sent_again')
      if (before !== text) throw new Violation('N1', `message ${id} is another one now`)
    },
    stockAsked(articleId, by) {
      const restock: Restock = { articleId, by, outcome: undefined }
      restocks.push(restock)
      return (outcome) => void (restock.outcome = outcome)
    },
    get restocked() {
      const bounds = new Map<string, Restocked>()
      for (const { articleId, by, outcome } of restocks) {
        const { least, most } = bounds.get(articleId) ?? { least: 0, most: 0 }
        if (outcome === 'refused') continue
        const isSure = outcome === 'changed'
        bounds.set(articleId, {
          least: least + (isSure || by < 0 ? by : 0),
          most: most + (isSure || by > 0 ? by : 0),
        })
      }
      return bounds
    },
    secondPages: (healedMs) => ({ attempts: stripe.sentTwice, heard: heardPaid, healedMs }),
    healed: convergence.healed,
    get convergedMs() {
      return convergence.ms
    },
    diskFilled: () => void (wasDiskFull = true),
    lost({ payload }) {
      const { data } = JSON.parse(payload) as SeenEvent
      const attemptId = data.object.metadata?.attempt_id
      if (attemptId !== undefined) lost.add(attemptId)
    },
    logged(event, data) {
      const detail = typeof data['detail'] === 'string' ? data['detail'] : ''
      const isForeseen =
        /^(Gave up: |The database was busy|The connection was lost during a commit|Event ')/.test(detail) ||
        (wasDiskFull && isOfFullDisk.test(detail))
      const isFailure = [
        'event_deferred',
        'event_not_applied',
        'effect_failed',
        'task_failed',
        'sweep_look_failed',
        'work_failed',
        'intent_clean_up_failed',
      ]
      if (isFailure.includes(event) && !isForeseen) throw new Violation('A13', `${event}: ${detail}`)
      if (detail.endsWith('is about something that no payment has.')) counts.add('event_of_unknown_object')
      counts.add(`log:${event}`)
    },
    whole() {
      follow()
      wholeStore()
      for (const eventId of acknowledged)
        if (!isInInbox(eventId)) throw new Violation('A10', `event ${eventId} was answered 2xx, and is gone`)
      for (const { name, about_type: type, about_id: id } of readTimeline(database)) {
        if (type === 'event' && odd.has(id))
          throw new Violation('W1', `event ${id} is none of ours, and something followed from it`)
        if (type === 'message' && name === 'message_sent' && !messages.has(id))
          throw new Violation('N1', `message ${id} is taken for sent, and nobody took it`)
      }
      wallets.whole()
      for (const { what } of database.query<{ readonly what: string }>(seenAtTheEnd)) counts.add(what)
      const closed = countClosed(database, stripe.sentTwice)
      for (let count = 0; count < closed; count += 1) counts.add('second_page_closed')
      for (const { replayed, status } of stripe.ledger().calls) if (replayed && status === 500) counts.add('cached_500')
    },
  }
}

/** Of two pages of one attempt, what came on each is given back by itself, and told by itself: also where it is the same sum. */
const isOfSurplus = (messageId: string): boolean => /^refunded:rf_[^:]+:/.test(messageId)

/** What was asked of a stock, and what became of that, where somebody was told. */
interface Restock {
  readonly articleId: string
  readonly by: number
  outcome: 'changed' | 'refused' | undefined
}

/** What an intent became. */
const becomes = (data: string): string =>
  (JSON.parse(data) as { readonly record: { readonly type: string } }).record.type

const refundIn = (parameters: string): string | undefined =>
  new URLSearchParams(parameters).get('metadata[refund_id]') ?? undefined

/** Of an event, what is read here. */
interface SeenEvent {
  readonly type: string
  /** In seconds. */
  readonly created: number
  readonly data: { readonly object: SeenObject }
}

interface SeenObject {
  readonly id: string
  readonly metadata?: { readonly payment_id?: string; readonly attempt_id?: string }
  readonly payment_intent?: string | null
}

/** The page and the PaymentIntent of which an event says that money came, or, where the page is completed, that it is on its way. */
const paidIn = (type: string, { id, payment_intent: intentId }: SeenObject): readonly string[] => {
  if (type === 'payment_intent.succeeded') return [id]
  const isPage = type === 'checkout.session.completed' || type === 'checkout.session.async_payment_succeeded'
  return isPage && typeof intentId === 'string' ? [id, intentId] : []
}

/** What shows in the rows of the end only. */
const seenAtTheEnd = `
  SELECT 'second_place_taken' AS what FROM holdfast_reservations WHERE unit = 1
  UNION ALL SELECT 'place_lost_and_refunded' FROM holdfast_refunds JOIN holdfast_payments ON holdfast_payments.id = payment_id
    WHERE reason = 'slot_taken' AND purpose = 'reservation'
  UNION ALL SELECT 'order_could_not_be_had' FROM holdfast_refunds JOIN holdfast_payments ON holdfast_payments.id = payment_id
    WHERE reason = 'unavailable' AND purpose = 'order'
  UNION ALL SELECT 'paid_after_its_end' FROM holdfast_intents WHERE fulfilled_at > expires_at AND abandoned_at IS NULL`

const orderOf = 'SELECT status FROM holdfast_orders WHERE payment_id = ?'

/** What a full disk makes SQLite say. */
export const isOfFullDisk = /database or disk is full|SQLite has ended the transaction/
