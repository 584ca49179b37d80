import type { FaultKind } from '@holdfast/stripe-simulator'
import type { Epoch, Kernel } from '../kernel/kernel.ts'
import type { Database } from '../system/database.ts'
import type { News, SeenCall, Stripe } from '../system/stripe.ts'
import { checkStored, checkStripe } from './always.ts'
import { createEdges, type Entry } from './edges.ts'
import type { Counts } from './sometimes.ts'
import { readStored } from './truth.ts'
import { Violation } from './violation.ts'

/** Sees everything that happens, checks what must always hold, and counts what a run comes across. */
export interface Watch {
  committed(epoch: Epoch): void
  stripeMoved(): void
  called(epoch: Epoch, call: SeenCall): void
  faulted(kind: FaultKind, key: string | null): void
  /** Nobody waits any longer for the answer to a call under this key. */
  givenUp(key: string): void
  crashed(epoch: Epoch): void
  crashedAfterAcknowledgement(): void
  acknowledged(eventId: string): void
  lost(news: News): void
  logged(event: string, data: Readonly<Record<string, unknown>>): void
  /** The events that a process answered 2xx. */
  readonly acknowledgedEvents: ReadonlySet<string>
  /** Checks everything once more, and that what was acknowledged is still there. */
  whole(): void
}

const day = 86_400_000

/** Nobody hears of these: the answer to a call that may have had its effect. */
const unheard = new Set<FaultKind>(['timeout_after_effect', 'reset_after_headers', 'malformed_json', '500_with_effect'])

export const createWatch = ({
  kernel,
  database,
  stripe,
  counts,
}: {
  readonly kernel: Kernel
  readonly database: Database
  readonly stripe: Stripe
  readonly counts: Counts
}): Watch => {
  const edges = createEdges(database, counts)
  const keys = new Map<string, SeenCall>()
  const unheardKeys = new Map<string, 'unheard' | 'crashed'>()
  const refunding = new Set<Epoch>()
  const acknowledged = new Set<string>()
  const lost = new Set<string>()
  let acknowledgedAtStep = -1

  const note = (entry: Entry): void => {
    const { type, name, about_id: about, data } = entry
    if (type === 'fact' && name === 'captured' && edges.statusOf(entry.payment_id) === 'cancelled')
      counts.add('paid_after_local_cancel')
    if (type === 'fact' && name === 'close_requested' && data.includes('"replaced"')) counts.add('page_replaced')
    if (type === 'fact' && name === 'requested' && data.includes('"slot_taken"')) counts.add('slot_lost_and_refunded')
    if (type === 'fact' && name === 'requested' && data.includes('"late_payment"')) counts.add('late_money_refunded')
    if (type === 'fact' && name === 'requested' && data.includes('"duplicate"')) counts.add('duplicate_refunded')
    if (name === 'message_sent' && data.includes('"payment_link"')) counts.add('fallback_page')
    if (type === 'answer' && name === 'look_up_attempt' && data.includes('"captured"') && lost.has(about))
      counts.add('lost_event_found_by_asking')
  }
  const wholeStore = (): void => checkStored(readStored(database), stripe.ledger())
  const isInInbox = (eventId: string): boolean =>
    database.query('SELECT id FROM holdfast_inbox WHERE id = ?', eventId).length > 0

  return {
    committed(epoch) {
      refunding.delete(epoch)
      const entries = edges.follow()
      entries.forEach(note)
      if (entries.some(({ type }) => type === 'fact')) wholeStore()
    },
    stripeMoved: () => checkStripe(stripe.ledger()),
    called(epoch, call) {
      const { key, path, parameters, atMs } = call
      const before = keys.get(key)
      if (path === '/v1/refunds') refunding.add(epoch)
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
      for (const key of unheardKeys.keys()) unheardKeys.set(key, 'crashed')
      if (refunding.delete(epoch)) counts.add('crash_between_refund_and_commit')
    },
    crashedAfterAcknowledgement() {
      if (kernel.steps - acknowledgedAtStep <= 3) counts.add('crash_after_acknowledgement')
      for (const eventId of acknowledged)
        if (!isInInbox(eventId))
          throw new Violation('A10', `event ${eventId} was answered 2xx, and is gone after a crash`)
    },
    acknowledged(eventId) {
      acknowledged.add(eventId)
      acknowledgedAtStep = kernel.steps
      if (!isInInbox(eventId)) throw new Violation('A10', `event ${eventId} was answered 2xx, and is not stored`)
    },
    lost({ payload }) {
      const { data } = JSON.parse(payload) as { data: { object: { metadata?: { attempt_id?: string } } } }
      const attemptId = data.object.metadata?.attempt_id
      if (attemptId !== undefined) lost.add(attemptId)
    },
    logged(event, data) {
      const detail = typeof data['detail'] === 'string' ? data['detail'] : ''
      const isForeseen = /^(Gave up: |The database was busy|The connection was lost during a commit|Event ')/.test(
        detail,
      )
      const isFailure = [
        'event_deferred',
        'event_not_applied',
        'effect_failed',
        'task_failed',
        'sweep_look_failed',
        'work_failed',
      ]
      if (isFailure.includes(event) && !isForeseen) throw new Violation('A13', `${event}: ${detail}`)
      counts.add(`log:${event}`)
    },
    acknowledgedEvents: acknowledged,
    whole() {
      edges.follow().forEach(note)
      wholeStore()
      for (const eventId of acknowledged)
        if (!isInInbox(eventId)) throw new Violation('A10', `event ${eventId} was answered 2xx, and is gone`)
      for (const { replayed, status } of stripe.ledger().calls) if (replayed && status === 500) counts.add('cached_500')
    },
  }
}
