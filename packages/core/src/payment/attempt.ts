import { bug } from '../kernel/bug.ts'
import { accept, unchanged, type Decision } from '../kernel/decision.ts'
import type { AttemptId, PaymentId } from '../kernel/ids.ts'
import { after, day, hour, minute, type Instant } from '../kernel/instant.ts'
import { evolver, type Transitions } from '../kernel/machine.ts'
import type { Money } from '../kernel/money.ts'
import type { Dispute } from './dispute.ts'
import type { PaymentFailure } from './failure.ts'
import type { OnlySought } from './only-sought.ts'
import { isNewDecline, type DeclinedTry, type PageDecline } from './page-decline.ts'
import type { CancelReason, SavedCard } from './payment.ts'

/**
 * `hosted`: a page of the provider's, paid by a person. `off_session`: a saved card, charged without one. `wallet`: its owner's
 * balance, of which the provider knows nothing; it has its money in the commit that stores it.
 */
export type AttemptKind = ProviderAttemptKind | 'wallet'

/** Ways to pay that the provider is asked for. */
export type ProviderAttemptKind = 'hosted' | 'off_session'

/** Money that an attempt brought in, as the provider reports it: what counts is what it says, not what we asked for. */
export interface Charge {
  /** The provider's id of what refunds refer to (at Stripe the PaymentIntent's). For a wallet, one of ours. */
  readonly id: string
  readonly amount: Money
  readonly customerId?: string
  readonly paymentMethodId?: string
}

/** Why a live attempt is being ended by us. A cancelled payment waits for it; a replaced attempt makes room for the next. */
export type ClosingReason = CancelReason | 'replaced'

/**
 * What a hosted page is opened with, fixed when it is asked for: every try has to send the same request, or the provider
 * takes the key for misused.
 */
export interface PageTerms {
  readonly successUrl: string
  readonly cancelUrl: string
  readonly expiresAt: Instant
  /** The payer's language, as BCP 47. */
  readonly locale?: string
  /** The provider's customer of the owner, where it was known by then. */
  readonly customerId?: string
}

interface Base {
  readonly id: AttemptId
  readonly paymentId: PaymentId
  readonly kind: AttemptKind
  /** What was asked for, in the payment's currency at that time. */
  readonly amount: Money
  /** Sent with every try to start this attempt, so that all tries together start it once. Never changes. */
  readonly idempotencyKey: string
  readonly requestedAt: Instant
  /**
   * True for what is collected without its owner present: where a saved card does not work, a page is opened, and the link to
   * a page is sent to the owner once.
   */
  readonly announce: boolean
  /** Present exactly for hosted attempts. */
  readonly page?: PageTerms
  /** The card that is charged. Present exactly for off-session attempts. */
  readonly card?: SavedCard
  /** The provider's id of the page (hosted) or of the charge (off session), once heard. */
  readonly providerId?: string
  /** Tries that were declined on its page while it was open, in the order in which we heard of them. Absent where there were none. */
  readonly declines?: readonly PageDecline[]
}

interface Watched {
  /** When to ask the provider about it next. Nothing that may move there goes unasked. */
  readonly lookAt: Instant
  /** How often it has been asked about since it last moved. */
  readonly looks: number
}

interface Live extends Watched {
  /** Set once we have decided to end it. It stays live until the provider says that it is dead. */
  readonly closing?: ClosingReason
}

/** Watched but for what was paid from a wallet: nothing of that moves at the provider. */
interface Paid extends Partial<Watched> {
  readonly succeededAt: Instant
  /** What the attempt brought. It goes on moving at the provider: refunds are made and sent back, disputes are opened. */
  readonly charge: Charge
  /** In the order in which we heard of them. */
  readonly disputes: readonly Dispute[]
}

/** One way to pay one payment, in each of its statuses with what is known then. */
export type Attempt =
  | (Base & Live & OnlySought & { readonly status: 'requested' }) // asked for, answer not yet heard
  | (Base & Live & { readonly status: 'open'; readonly url: string; readonly expiresAt: Instant })
  | (Base & Live & { readonly status: 'processing' }) // the payer has done their part, the money has not come
  | (Base & Paid & { readonly status: 'succeeded' })
  | (Base & { readonly status: 'declined'; readonly declinedAt: Instant; readonly failure: PaymentFailure })
  | (Base & { readonly status: 'expired'; readonly expiredAt: Instant })

/** An attempt that may still bring money: at most one per payment. */
export type LiveAttempt = Extract<Attempt, { readonly status: 'requested' | 'open' | 'processing' }>

/** An attempt that brought money. */
export type PaidAttempt = Extract<Attempt, Paid>

/** What can happen to an attempt. `close_requested`, `looked` and `asking_ended` are ours, the rest was told by the provider. */
export type AttemptEvent =
  | {
      readonly type: 'opened'
      readonly at: Instant
      readonly providerId: string
      readonly url: string
      readonly expiresAt: Instant
    }
  /** Somebody tried to pay on its page and could not. It ends nothing. */
  | { readonly type: 'page_declined'; readonly at: Instant; readonly id: string; readonly failure: PaymentFailure }
  | { readonly type: 'processing_started'; readonly at: Instant; readonly providerId?: string }
  | { readonly type: 'captured'; readonly at: Instant; readonly charge: Charge; readonly providerId?: string }
  | { readonly type: 'declined'; readonly at: Instant; readonly failure: PaymentFailure; readonly providerId?: string }
  | { readonly type: 'expired'; readonly at: Instant; readonly providerId?: string }
  | { readonly type: 'close_requested'; readonly reason: ClosingReason }
  | { readonly type: 'looked'; readonly at: Instant; readonly unheard?: true }
  | { readonly type: 'asking_ended'; readonly at: Instant }
  /** A refund or a dispute of its charge moved: what has moved once may move again soon. */
  | { readonly type: 'charge_moved'; readonly at: Instant; readonly disputes: readonly Dispute[] }

/**
 * What the provider says an attempt is, from its reply, a webhook or a look-up. All three are the same fact.
 *
 * `page_declined` is what a webhook alone says: somebody could not pay on a page, of which it is not said what has become of it since.
 * Whoever asks for the page hears it as `declined` beside what the page is now: the last such try, where the provider tells of one.
 */
export type AttemptState =
  | { readonly type: 'opened'; readonly url: string; readonly expiresAt: Instant; readonly declined?: DeclinedTry }
  | { readonly type: 'page_declined'; readonly declined: DeclinedTry }
  | { readonly type: 'processing' }
  | { readonly type: 'authorized' }
  | { readonly type: 'captured'; readonly charge: Charge }
  | { readonly type: 'declined'; readonly failure: PaymentFailure }
  | { readonly type: 'expired'; readonly declined?: DeclinedTry }

/** What can be put to an attempt. */
export type AttemptCommand =
  | { readonly type: 'observe'; readonly at: Instant; readonly state: AttemptState; readonly providerId?: string }
  | { readonly type: 'close'; readonly reason: ClosingReason }
  /** Asked the provider, and heard nothing new or, `unheard`, nothing at all. */
  | { readonly type: 'note_look'; readonly at: Instant; readonly unheard?: true }
  /** From now on it is only looked for, see {@link OnlySought}. */
  | { readonly type: 'end_asking'; readonly at: Instant }
  | { readonly type: 'note_charge_moved'; readonly at: Instant; readonly disputes: readonly Dispute[] }

/** status → event → status: all that may happen to an attempt. */
export const attemptTransitions = {
  requested: {
    opened: 'open',
    page_declined: 'requested',
    processing_started: 'processing',
    captured: 'succeeded',
    declined: 'declined',
    expired: 'expired',
    close_requested: 'requested',
    looked: 'requested',
    asking_ended: 'requested',
  },
  open: {
    page_declined: 'open',
    processing_started: 'processing',
    captured: 'succeeded',
    declined: 'declined',
    expired: 'expired',
    close_requested: 'open',
    looked: 'open',
  },
  processing: {
    captured: 'succeeded',
    declined: 'declined',
    expired: 'expired',
    close_requested: 'processing',
    looked: 'processing',
  },
  succeeded: { looked: 'succeeded', charge_moved: 'succeeded' },
  // Money is believed whenever it is heard of, even from what was taken for dead: it is counted or sent back, never dropped.
  declined: { captured: 'succeeded' },
  expired: { captured: 'succeeded' },
} as const satisfies Transitions<Attempt['status'], AttemptEvent['type']>

const base = ({
  id,
  paymentId,
  kind,
  amount,
  idempotencyKey,
  requestedAt,
  announce,
  page,
  card,
  providerId,
  declines,
}: Attempt): Base => ({
  id,
  paymentId,
  kind,
  amount,
  idempotencyKey,
  requestedAt,
  announce,
  ...(page === undefined ? {} : { page }),
  ...(card === undefined ? {} : { card }),
  ...(providerId === undefined ? {} : { providerId }),
  ...(declines === undefined ? {} : { declines }),
})
const named = (attempt: Attempt, { providerId }: { readonly providerId?: string }): Base => ({
  ...base(attempt),
  ...(attempt.providerId === undefined && providerId !== undefined ? { providerId } : {}),
})
/** Of several pages, the one that the money comes by is the attempt's own from then on. */
const paidBy = (attempt: Attempt, event: { readonly providerId?: string }): Base => ({
  ...named(attempt, event),
  ...(isBeside(attempt, event.providerId) ? { providerId: event.providerId } : {}),
})
const stillClosing = (attempt: LiveAttempt): { readonly closing?: ClosingReason } =>
  attempt.closing === undefined ? {} : { closing: attempt.closing }

/** The attempt after an event. @throws IllegalTransition for an event its table forbids. */
export const evolveAttempt: (attempt: Attempt, event: AttemptEvent) => Attempt = evolver<
  Attempt,
  AttemptEvent,
  typeof attemptTransitions
>(attemptTransitions, {
  opened: (attempt, event) => ({
    ...named(attempt, event),
    ...stillClosing(attempt),
    status: 'open',
    url: event.url,
    expiresAt: event.expiresAt,
    lookAt: firstLook(event.at, event.expiresAt),
    looks: 0,
  }),
  page_declined: (attempt, { at, id, failure }) => ({
    ...attempt,
    declines: [...(attempt.declines ?? []), { id, at, failure }],
  }),
  processing_started: (attempt, event) => ({
    ...paidBy(attempt, event),
    ...stillClosing(attempt),
    status: 'processing',
    lookAt: after(event.at, hour),
    looks: 0,
  }),
  captured: (attempt, event) => ({
    ...paidBy(attempt, event),
    status: 'succeeded',
    succeededAt: event.at,
    charge: event.charge,
    disputes: [],
    ...(attempt.kind === 'wallet' ? {} : { lookAt: nextChargeLook(event.at, 0), looks: 0 }),
  }),
  declined: (attempt, event) => ({
    ...named(attempt, event),
    status: 'declined',
    declinedAt: event.at,
    failure: event.failure,
  }),
  expired: (attempt, event) => ({ ...named(attempt, event), status: 'expired', expiredAt: event.at }),
  close_requested: (attempt, { reason }) => ({ ...attempt, closing: reason }),
  looked: (attempt, { at, unheard }) =>
    attempt.status === 'succeeded' && unheard
      ? { ...attempt, lookAt: after(at, hour) } // no look at all: the distance to the next does not grow
      : { ...attempt, looks: (attempt.looks ?? 0) + 1, lookAt: nextLook(attempt, at) },
  asking_ended: (attempt, { at }) => ({ ...attempt, askingEndedAt: at }),
  charge_moved: (attempt, { at, disputes }) => ({ ...attempt, disputes, lookAt: nextChargeLook(at, 0), looks: 0 }),
})

/**
 * Decides what a command means for an attempt as it stands. Refuses nothing: what the provider says is so.
 *
 * Only `opened`, a decline on a page and the two endings without money are ever late; `captured` always counts, see
 * {@link attemptTransitions}.
 */
export const decideAttempt = (attempt: Attempt, command: AttemptCommand): Decision<AttemptEvent, never, never> => {
  switch (command.type) {
    case 'close':
      return isLive(attempt) && attempt.closing === undefined
        ? accept([{ type: 'close_requested', reason: command.reason }])
        : isLive(attempt) && attempt.closing === 'replaced' && command.reason !== 'replaced'
          ? accept([{ type: 'close_requested', reason: command.reason }])
          : unchanged
    case 'note_look':
      return isLive(attempt) || isWatched(attempt) ? accept([{ ...command, type: 'looked' }]) : unchanged
    case 'end_asking':
      return attempt.status === 'requested' && attempt.askingEndedAt === undefined
        ? accept([{ type: 'asking_ended', at: command.at }])
        : unchanged
    case 'note_charge_moved':
      return isWatched(attempt)
        ? accept([{ type: 'charge_moved', at: command.at, disputes: command.disputes }])
        : unchanged
    case 'observe':
      return observe(attempt, command)
  }
}

/** How the provider was asked. @throws Bug for what was paid from a wallet: the provider knows nothing of it. */
export const providerKind = ({ id, kind }: Attempt): ProviderAttemptKind =>
  kind === 'wallet' ? bug(`The provider was never asked about attempt '${id}'.`) : kind

/** True while the attempt may still bring money, as far as the provider has told us. */
export const isLive = (attempt: Attempt): attempt is LiveAttempt =>
  attempt.status === 'requested' || attempt.status === 'open' || attempt.status === 'processing'

/** True for a live attempt with which its payment ends, should it bring no money: it makes room for no other. */
export const isEnding = ({ closing }: LiveAttempt): boolean => closing !== undefined && closing !== 'replaced'

/** True for an attempt whose charge may still move at the provider. It never stops being one, see {@link nextChargeLook}. */
export const isWatched = (attempt: Attempt): attempt is PaidAttempt & Watched =>
  attempt.status === 'succeeded' && attempt.kind !== 'wallet'

/**
 * True for a page or a charge of this attempt that is not known to be its own: somebody between us and the provider has sent a request
 * twice, or it was paid before any page of it had a name here. Its money counts as any other, but that it is gone says nothing of the attempt. A live
 * attempt without a name takes the first that it hears.
 */
export const isBeside = (attempt: Attempt, providerId: string | undefined): providerId is string =>
  attempt.kind !== 'wallet' &&
  providerId !== undefined &&
  providerId !== attempt.providerId &&
  (attempt.providerId !== undefined || !isLive(attempt))

/**
 * True for a page or a charge of which what is known of the attempt does not say what has become of it: one that is not its own as far as is known,
 * or any of an attempt that is over, since word of money may have come without saying by which page.
 */
export const isInDoubt = (attempt: Attempt, providerId: string | undefined): providerId is string =>
  attempt.kind !== 'wallet' && providerId !== undefined && (providerId !== attempt.providerId || !isLive(attempt))

const observe = (
  attempt: Attempt,
  { at, state, providerId }: Extract<AttemptCommand, { readonly type: 'observe' }>,
): Decision<AttemptEvent, never, never> => {
  const heard = providerId === undefined ? { at } : { at, providerId }
  switch (state.type) {
    case 'opened': {
      const declines = isBeside(attempt, providerId) ? [] : declinesOn(attempt, at, state.declined)
      return attempt.status === 'requested' && providerId !== undefined
        ? accept([{ type: 'opened', at, providerId, url: state.url, expiresAt: state.expiresAt }, ...declines])
        : accept(declines)
    }
    case 'page_declined':
      return accept(declinesOn(attempt, at, state.declined))
    case 'processing':
    case 'authorized':
      return attempt.status === 'requested' || attempt.status === 'open'
        ? accept([{ type: 'processing_started', ...heard }])
        : unchanged
    case 'captured':
      return attempt.status === 'succeeded' ? unchanged : accept([{ type: 'captured', ...heard, charge: state.charge }])
    case 'declined':
      return isLive(attempt) && !isBeside(attempt, providerId)
        ? accept([{ type: 'declined', ...heard, failure: state.failure }])
        : unchanged
    case 'expired':
      return isLive(attempt) && !isBeside(attempt, providerId)
        ? accept([...declinesOn(attempt, at, state.declined), { type: 'expired', ...heard }])
        : unchanged
  }
}

/** The news in a try that was declined. Once money is on its way the page is done with, and a try that is heard of then is no news. */
const declinesOn = (attempt: Attempt, at: Instant, declined: DeclinedTry | undefined): readonly AttemptEvent[] =>
  declined !== undefined &&
  attempt.kind === 'hosted' &&
  (attempt.status === 'requested' || attempt.status === 'open') &&
  isNewDecline(attempt.declines, declined)
    ? [{ type: 'page_declined', at, id: declined.id, failure: declined.failure }]
    : []

/** A new attempt, asked for at `at` and heard of by nobody yet. */
export const requestAttempt = (
  ask: Pick<Base, 'id' | 'paymentId' | 'kind' | 'amount' | 'announce' | 'page' | 'card'> & { readonly at: Instant },
): LiveAttempt => ({
  id: ask.id,
  paymentId: ask.paymentId,
  kind: ask.kind,
  amount: ask.amount,
  announce: ask.announce,
  ...(ask.page === undefined ? {} : { page: ask.page }),
  ...(ask.card === undefined ? {} : { card: ask.card }),
  idempotencyKey: ask.id,
  requestedAt: ask.at,
  status: 'requested',
  lookAt: after(ask.at, 2 * minute),
  looks: 0,
})

// A page that nobody pays is asked about seldom; one that is about to end is asked about soon after its end.
const firstLook = (at: Instant, expiresAt: Instant): Instant =>
  sooner(after(at, 15 * minute), after(expiresAt, minute), at)

const nextLook = (attempt: LiveAttempt | PaidAttempt, at: Instant): Instant => {
  if (attempt.status === 'succeeded') return nextChargeLook(at, (attempt.looks ?? 0) + 1)
  const wait = Math.min(5 * minute * 2 ** Math.min(attempt.looks, 10), attempt.status === 'processing' ? day : 6 * hour)
  return attempt.status === 'open' ? sooner(after(at, wait), after(attempt.expiresAt, minute), at) : after(at, wait)
}

/**
 * When to ask about a charge that has not moved for `looks` looks: after an hour, two, four, up to a week; every week
 * until some 120 days have gone by, which is how long most cardholders have for a dispute; then at twice the distance
 * each time, up to a year. It never ends, since no charge is ever known to be done with: about 25 requests in the first four
 * months, three or four more in the first year, one a year after that.
 */
const nextChargeLook = (at: Instant, looks: number): Instant => {
  const wait = looks <= weeklyLooks ? Math.min(hour * 2 ** looks, week) : week * 2 ** (looks - weeklyLooks)
  return after(at, Math.min(wait, 365 * day))
}
const week = 7 * day
const weeklyLooks = 23

/** The earlier of two moments, but never within five minutes of `at` in the past: a moment gone by means "not again at once". */
const sooner = (a: Instant, b: Instant, at: Instant): Instant => (b > at && b < a ? b : a)
