import { effectId, type Effect } from '../effect/effect.ts'
import type { AttemptId, PaymentId, RefundId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import { decideAttempt, evolveAttempt, isLive, type AttemptCommand } from '../payment/attempt.ts'
import type { OnlySought } from '../payment/only-sought.ts'
import { getAttempt, withAttempt, withRefund, type PaymentCase } from '../payment/payment-case.ts'
import type { DisputeState } from '../payment/dispute.ts'
import { decideRefund, evolveRefund } from '../payment/refund.ts'
import type { AttemptReport, ChargeReport, RefundReport, Unrecognized } from '../ports/payment-provider.ts'
import type { StoredPayment, Transaction } from '../ports/unit-of-work.ts'
import { moveCase, type CaseChange, type CaseMove } from '../settlement/case-change.ts'
import { settleCharge } from '../settlement/settle-charge.ts'
import { mirrorRefund } from '../settlement/settle-refund.ts'
import { settle, type Observation } from '../settlement/settlement.ts'
import { oweClosing } from './close-live-attempt.ts'
import { storeChange, type ChangeDependencies, type Origin } from './store-change.ts'

/** A question that moved nothing. `unheard`: it was not even answered. `askingEndedAt`: from now on it is only looked for. */
type Look = Omit<Extract<AttemptCommand, { readonly type: 'note_look' }>, 'type'> & OnlySought
type RefundLook = Pick<Look, 'at' | 'askingEndedAt'>

interface Heard {
  readonly now: Instant
  readonly origin: Origin
  /** True when we asked: an answer without news still moves the next look further away. */
  readonly asked: boolean
}

/**
 * Applies what the provider says about an attempt. Replies, webhooks and look-ups all come through here, in any order
 * and any number: what is known already changes nothing.
 *
 * @returns the payment's case after it, or `undefined` when there is no such payment.
 */
export const applyAttemptReport = async (
  tx: Transaction,
  deps: ChangeDependencies,
  target: { readonly paymentId: PaymentId; readonly attemptId: AttemptId },
  report: AttemptReport,
  heard: Heard,
): Promise<PaymentCase | undefined> => {
  const found = await tx.payments.find(target.paymentId)
  if (found === undefined) return undefined
  const { now } = heard
  if (report.livemode !== deps.settings.livemode)
    return store(tx, deps, found, wrongMode(looked(found.value, target.attemptId, { at: now }), target, now), heard)
  const { state, providerId } = report
  if (state.type === 'unrecognized')
    return store(tx, deps, found, unrecognized(found.value, target.attemptId, state.status, now), heard)
  await closeOthers(tx, target, report, now)
  const observation = { at: now, state, ...(providerId === undefined ? {} : { providerId }) }
  const change = settle(found.value, target.attemptId, observation, deps.settings)
  await closeWhatIsToEnd(tx, change.kase, target.attemptId, observation)
  if (!heard.asked || !leavesItWaiting(change)) return store(tx, deps, found, change, heard)
  const { kase } = looked(change.kase, target.attemptId, { at: now })
  return store(tx, deps, found, { ...change, kase }, heard)
}

/** Applies what the provider says about a refund of ours, or about one made at the provider that we only follow. */
export const applyRefundReport = async (
  tx: Transaction,
  deps: ChangeDependencies,
  target: { readonly paymentId: PaymentId; readonly refundId?: RefundId },
  report: RefundReport,
  heard: Heard,
): Promise<PaymentCase | undefined> => {
  const found = await tx.payments.find(target.paymentId)
  if (found === undefined) return undefined
  const { state, providerId, refundId, chargeId, amount } = report
  const { now } = heard
  const asked =
    heard.asked && target.refundId ? refundLooked(found.value, target.refundId, { at: now }) : silent(found.value)
  if (report.livemode !== deps.settings.livemode) return store(tx, deps, found, wrongMode(asked, target, now), heard)
  if (state.type === 'unrecognized') {
    const move = moveCase(found.value, asked)
    raiseUnrecognized(move, providerId, state, now)
    return store(tx, deps, found, move.done(), heard)
  }
  const mark = refundId ?? target.refundId
  const made = { at: now, state, providerId, chargeId, amount, ...(mark === undefined ? {} : { refundId: mark }) }
  const change = mirrorRefund(found.value, made)
  return store(tx, deps, found, isSilent(change) ? asked : change, heard)
}

/**
 * Applies what the provider says has become of an attempt's charge: all that was not heard of, in one change. An answer
 * without news moves the next look further away.
 */
export const applyChargeReport = async (
  tx: Transaction,
  deps: ChangeDependencies,
  target: { readonly paymentId: PaymentId; readonly attemptId: AttemptId },
  report: ChargeReport,
  heard: Omit<Heard, 'asked'>,
): Promise<PaymentCase | undefined> => {
  const found = await tx.payments.find(target.paymentId)
  if (found === undefined) return undefined
  const { now } = heard
  if (report.livemode !== deps.settings.livemode)
    return store(tx, deps, found, wrongMode(looked(found.value, target.attemptId, { at: now }), target, now), heard)
  const change = settleCharge(found.value, target.attemptId, {
    at: now,
    refunds: report.refunds.flatMap(({ state, ...made }) => (state.type === 'unrecognized' ? [] : { ...made, state })),
    disputes: report.disputes.flatMap(({ state, ...dispute }) => (isKnown(state) ? { ...dispute, state } : [])),
  })
  const move = moveCase(found.value, isSilent(change) ? looked(found.value, target.attemptId, { at: now }) : change)
  for (const { providerId, state } of report.refunds)
    if (state.type === 'unrecognized') raiseUnrecognized(move, providerId, state, now)
  for (const { disputeId, state } of report.disputes)
    if (!isKnown(state)) raiseUnrecognized(move, disputeId, state, now)
  return store(tx, deps, found, move.done(), heard)
}

/** Notes that the provider was asked about an attempt, or the charge it brought, and gave no answer worth keeping: it is asked again, later. */
export const noteLook = async (
  tx: Transaction,
  deps: ChangeDependencies,
  { paymentId, attemptId }: { readonly paymentId: PaymentId; readonly attemptId: AttemptId },
  look: Look,
): Promise<PaymentCase | undefined> => {
  const found = await tx.payments.find(paymentId)
  if (found === undefined) return undefined
  return store(tx, deps, found, looked(found.value, attemptId, look), { now: look.at })
}

/** As {@link noteLook}, for a refund. */
export const noteRefundLook = async (
  tx: Transaction,
  deps: ChangeDependencies,
  { paymentId, refundId }: { readonly paymentId: PaymentId; readonly refundId: RefundId },
  look: RefundLook,
): Promise<void> => {
  const found = await tx.payments.find(paymentId)
  if (found !== undefined) await store(tx, deps, found, refundLooked(found.value, refundId, look), { now: look.at })
}

/** What bears the mark of one attempt but is not the one reported must not be payable beside it. */
export const closeOthers = async (
  tx: Transaction,
  { paymentId, attemptId }: { readonly paymentId: PaymentId; readonly attemptId: AttemptId },
  { others = [] }: Pick<AttemptReport, 'others'>,
  now: Instant,
): Promise<void> => {
  const effects = others.map((providerId): Effect => ({ type: 'close_attempt', paymentId, attemptId, providerId }))
  if (effects.length > 0)
    await tx.outbox.append(
      effects.map((body) => ({ id: effectId(body), body, dueAt: now })),
      now,
    )
}

/** A page that we have decided to end, and that is open all the same, is to be closed, whatever has become of the closing that was asked for. */
const closeWhatIsToEnd = async (
  tx: Transaction,
  kase: PaymentCase,
  attemptId: AttemptId,
  { at, state }: Observation,
): Promise<void> => {
  const attempt = getAttempt(kase, attemptId)
  if (state.type === 'opened' && isLive(attempt) && attempt.closing !== undefined) await oweClosing(tx, attempt, at)
}

const store = async (
  tx: Transaction,
  deps: ChangeDependencies,
  found: StoredPayment,
  change: CaseChange,
  heard: { readonly now: Instant; readonly origin?: Origin },
): Promise<PaymentCase> => {
  if (isSilent(change)) return change.kase === found.value ? found.value : quiet(tx, change, found)
  return storeChange(tx, deps, found.version, change, heard)
}

/** A look that found nothing new is no part of the story, and no change: only the row remembers it. */
const quiet = async (
  tx: Transaction,
  { kase }: CaseChange,
  { version, updatedAt }: StoredPayment,
): Promise<PaymentCase> => {
  await tx.payments.save(kase, version, updatedAt)
  return kase
}

const isSilent = ({ facts, effects, attention }: CaseChange): boolean =>
  facts.length === 0 && effects.length === 0 && attention.length === 0

/** True where an attempt waits after it for what it waited for before: nothing is new, or only that its page has declined somebody. */
const leavesItWaiting = ({ facts, effects, attention }: CaseChange): boolean =>
  facts.every(({ event }) => event.type === 'page_declined') && effects.length === 0 && attention.length === 0

const looked = (kase: PaymentCase, attemptId: AttemptId, { askingEndedAt, ...look }: Look): CaseChange => {
  const attempt = getAttempt(kase, attemptId)
  const events = [
    ...decideAttempt(attempt, { type: 'note_look', ...look }).events,
    ...(askingEndedAt === undefined ? [] : decideAttempt(attempt, { type: 'end_asking', at: askingEndedAt }).events),
  ]
  return silent(events.length === 0 ? kase : withAttempt(kase, events.reduce(evolveAttempt, attempt)))
}

const refundLooked = (kase: PaymentCase, refundId: RefundId, { at, askingEndedAt }: RefundLook): CaseChange => {
  const refund = kase.refunds.find(({ id }) => id === refundId)
  if (refund === undefined) return silent(kase)
  const events = [
    ...decideRefund(refund, { type: 'note_look', at }).events,
    ...(askingEndedAt === undefined ? [] : decideRefund(refund, { type: 'end_asking', at: askingEndedAt }).events),
  ]
  return silent(events.length === 0 ? kase : withRefund(kase, events.reduce(evolveRefund, refund)))
}

const silent = (kase: PaymentCase): CaseChange => ({
  before: kase,
  kase,
  facts: [],
  effects: [],
  attention: [],
  transfers: [],
  fallback: false,
})

/** What is said of the other mode is not believed: a human has to see which keys are configured where. */
const wrongMode = (
  { kase }: CaseChange,
  { attemptId, refundId }: { readonly attemptId?: AttemptId; readonly refundId?: RefundId },
  at: Instant,
): CaseChange => {
  const move = moveCase(kase)
  const about = attemptId ?? refundId ?? kase.payment.id
  const data = { ...(attemptId && { attemptId }), ...(refundId && { refundId }) }
  move.attention(`livemode_mismatch:${about}`, 'livemode_mismatch', at, data)
  return move.done()
}

const isKnown = (state: DisputeState | Unrecognized): state is DisputeState => typeof state === 'string'

const raiseUnrecognized = (move: CaseMove, providerId: string, { status }: Unrecognized, at: Instant): void =>
  move.attention(`unrecognized_status:${providerId}`, 'unrecognized_status', at, { providerId, status })

const unrecognized = (kase: PaymentCase, attemptId: AttemptId, status: string, at: Instant): CaseChange => {
  const move = moveCase(looked(kase, attemptId, { at }).kase)
  move.attention(`unrecognized_status:${attemptId}:${status}`, 'unrecognized_status', at, { attemptId, status })
  return move.done()
}
