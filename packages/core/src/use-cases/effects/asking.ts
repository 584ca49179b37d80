import { effectId, type Effect } from '../../effect/effect.ts'
import type { PaymentFailure } from '../../payment/failure.ts'
import { minute, type Instant } from '../../kernel/instant.ts'
import { isLive, providerKind, type Attempt, type AttemptState } from '../../payment/attempt.ts'
import { unprovenForMs, type OnlySought } from '../../payment/only-sought.ts'
import { getAttempt, type PaymentCase } from '../../payment/payment-case.ts'
import type { AttemptQuery, AttemptReport, ProviderAnswer } from '../../ports/payment-provider.ts'
import type { Transaction } from '../../ports/unit-of-work.ts'
import { applyAttemptReport, noteLook } from '../apply-report.ts'
import type { Dependencies } from '../dependencies.ts'
import type { EffectResult, Performing } from './effect-result.ts'

/** An effect about one attempt. */
export type AttemptEffect = Extract<Effect, { readonly attemptId: Attempt['id'] }>

/** The case of a payment, as whoever took the work has read it or as it stands; `undefined` when the payment is gone. */
export const readCase = async (
  { unitOfWork }: Pick<Dependencies, 'unitOfWork'>,
  { paymentId }: Pick<AttemptEffect, 'paymentId'>,
  { known }: Performing,
): Promise<PaymentCase | undefined> => known ?? (await unitOfWork.read((tx) => tx.payments.find(paymentId)))?.value

/** The payment and attempt an effect is about, see {@link readCase}. */
export const readAttempt = async (
  deps: Pick<Dependencies, 'unitOfWork'>,
  effect: AttemptEffect,
  work: Performing,
): Promise<{ readonly kase: PaymentCase; readonly attempt: Attempt } | undefined> => {
  const kase = await readCase(deps, effect, work)
  return kase && { kase, attempt: getAttempt(kase, effect.attemptId) }
}

/** What every try to start an attempt says of it. */
export const requestOf = ({ payment }: PaymentCase, attempt: Attempt) => ({
  attemptId: attempt.id,
  paymentId: payment.id,
  idempotencyKey: attempt.idempotencyKey,
  amount: attempt.amount,
  item: payment.item,
  purpose: payment.purpose,
  metadata: payment.metadata,
})

/** What an attempt is known by at the provider where its own id there was never heard. */
export const queryFor = (attempt: Attempt): AttemptQuery => ({
  kind: providerKind(attempt),
  attemptId: attempt.id,
  requestedAt: attempt.requestedAt,
})

/** Over, with nothing to store: what was to be done has happened or lost its point. */
export const nothingToDo: EffectResult = { type: 'done', store: async () => undefined }

/** Over: this is what the provider said. */
export const heard = (
  deps: Dependencies,
  effect: AttemptEffect,
  report: AttemptReport,
): Extract<EffectResult, { readonly type: 'done' }> => ({
  type: 'done',
  store: (tx) =>
    applyAttemptReport(tx, deps, effect, report, {
      now: deps.clock.now(),
      asked: true,
      origin: {
        type: 'answer',
        about: { type: 'attempt', id: effect.attemptId },
        name: effect.type,
        data: {
          state: report.state.type,
          ...(report.providerId === undefined ? {} : { providerId: report.providerId }),
        },
      },
    }),
})

/**
 * Over: we conclude this ourselves, because it is proven that the provider holds nothing.
 *
 * It is our word and not the provider's, so it counts only while nobody has heard anything: another process may have asked
 * meanwhile, under the same key, and got what we were refused.
 */
export const concluded = (
  deps: Dependencies,
  effect: AttemptEffect,
  state: Extract<AttemptState, { readonly type: 'declined' | 'expired' }>,
): EffectResult => ({
  type: 'done',
  store: async (tx) =>
    (await heardByOthers(tx, deps, effect)) ??
    heard(deps, effect, { state, livemode: deps.settings.livemode }).store(tx),
})

/**
 * Over: the provider will not do it. The payer may try again; whoever runs this has to know, since it asked wrongly. As
 * with {@link concluded}, what others have heard meanwhile counts more.
 */
export const refused = (deps: Dependencies, effect: AttemptEffect, failure: PaymentFailure): EffectResult => ({
  type: 'done',
  store: async (tx) => {
    const { paymentId, attemptId } = effect
    const others = await heardByOthers(tx, deps, effect)
    if (others !== undefined) return others
    await tx.attention.raise([
      {
        id: `provider_refused:${attemptId}`,
        code: 'provider_refused',
        paymentId,
        at: deps.clock.now(),
        data: { attemptId, call: effect.type, code: failure.code, detail: failure.detail ?? '' },
      },
    ])
    const report: AttemptReport = { state: { type: 'declined', failure }, livemode: deps.settings.livemode }
    return applyAttemptReport(tx, deps, effect, report, {
      now: deps.clock.now(),
      asked: true,
      origin: {
        type: 'answer',
        about: { type: 'attempt', id: attemptId },
        name: effect.type,
        data: { outcome: 'refused' },
      },
    })
  },
})

/** The case, where somebody else has heard what became of the attempt. What was to be closed is then closed by its name. */
const heardByOthers = async (
  tx: Transaction,
  { clock }: Pick<Dependencies, 'clock'>,
  effect: AttemptEffect,
): Promise<PaymentCase | undefined> => {
  const found = await tx.payments.find(effect.paymentId)
  if (found === undefined) return undefined
  const attempt = getAttempt(found.value, effect.attemptId)
  if (attempt.status === 'requested') return undefined
  if (effect.type === 'close_attempt' && isLive(attempt) && attempt.providerId !== undefined) {
    const body: Effect = { ...effect, providerId: attempt.providerId }
    const now = clock.now()
    await tx.outbox.append([{ id: effectId(body), body, dueAt: now }], now)
  }
  return found.value
}

/** What came of looking for what is no longer asked for. */
export type Sought<Report> = ProviderAnswer<Report> | Unproven

/** It was not found, which for so long yet proves nothing. `asOf`: the provider's time. */
export interface Unproven {
  readonly type: 'unproven'
  readonly forMs: number
  readonly asOf: Instant
}

/** Looks for an attempt instead of asking for it. `absent` means proven to be none. */
export const seekAttempt = async (
  { paymentProvider, clock }: Pick<Dependencies, 'paymentProvider' | 'clock'>,
  attempt: Attempt,
): Promise<Sought<AttemptReport>> => {
  const now = clock.now()
  const found = await paymentProvider.findAttempt(queryFor(attempt))
  // Of what has been heard of it is known that it is there.
  if (found.type !== 'absent' || attempt.status !== 'requested') return found
  return provenOr(found, attempt, { now, what: attempt.kind === 'hosted' ? 'page' : 'money' })
}

/** "There is none", if that is to be believed yet. `now`: before it was looked for. */
export const provenOr = <Absent extends Extract<ProviderAnswer<never>, { readonly type: 'absent' }>>(
  absent: Absent,
  sought: OnlySought,
  { now, what }: { readonly now: Instant; readonly what: 'page' | 'money' },
): Absent | Unproven => {
  const asOf = absent.asOf ?? now
  const forMs = unprovenForMs(sought, asOf, what)
  return forMs > 0 ? { type: 'unproven', forMs, asOf } : absent
}

/** An answer after which nothing is decided. */
export type Undecided = Extract<ProviderAnswer<never>, { readonly type: 'unreachable' | 'unknown' }> | Unproven

/**
 * Nothing heard that decides anything: to be asked again, later each time. What was looked for too early to believe that there is
 * none is only looked for from now on. `note` remembers the look, with the time at which asking ended where it did.
 */
export const againAfter = (
  { clock }: Pick<Dependencies, 'clock'>,
  { type: name, paymentId }: Pick<Effect, 'type' | 'paymentId'>,
  about: { readonly type: 'attempt' | 'refund'; readonly id: string },
  answer: Undecided,
  note: (tx: Transaction, look: { readonly at: Instant } & OnlySought) => Promise<unknown>,
): EffectResult => {
  const because = answer.type === 'unproven' ? 'unknown' : answer.type
  const detail = answer.type === 'unproven' ? notFoundYet : answer.detail
  const atLeastMs =
    answer.type === 'unproven' ? answer.forMs : answer.type === 'unreachable' ? answer.retryAfterMs : undefined
  return {
    type: 'again',
    because,
    detail,
    ...(atLeastMs === undefined ? {} : { atLeastMs }),
    store: async (tx) => {
      const at = clock.now()
      await note(tx, { at, ...(answer.type === 'unproven' ? { askingEndedAt: answer.asOf } : {}) })
      await tx.timeline.append([{ paymentId, at, type: 'answer', about, name, data: { outcome: because, detail } }])
    },
  }
}

const notFoundYet = 'Not found yet, which proves nothing so soon. It is only looked for from now on.'

/** Of whoever stood still between a look and what was to be asked for because of it: for longer than a piece of work is theirs. */
export const tooLongAgo: Undecided = { type: 'unknown', answered: false, detail: 'The look was too long ago.' }

/** {@link againAfter}, of an attempt. */
export const unheard = (deps: Dependencies, effect: AttemptEffect, answer: Undecided): EffectResult =>
  againAfter(deps, effect, { type: 'attempt', id: effect.attemptId }, answer, (tx, look) =>
    noteLook(tx, deps, effect, { ...look, unheard: true }),
  )

/** What follows from the answer to a request for an attempt; `absent` says what does where there is proven to be none. */
export const conclude = (
  deps: Dependencies,
  effect: AttemptEffect,
  answer: Sought<AttemptReport>,
  absent: () => EffectResult,
): EffectResult => {
  switch (answer.type) {
    case 'reported':
      return heard(deps, effect, answer.report)
    case 'refused':
      return refused(deps, effect, answer.failure)
    case 'absent':
      return absent()
    case 'unproven':
    case 'unreachable':
    case 'unknown':
      return unheard(deps, effect, answer)
  }
}

/** Over: the provider answered with errors only, and holds nothing. The payer may try again. */
export const neverMade = (deps: Dependencies, effect: AttemptEffect, what: 'page' | 'charge'): EffectResult =>
  concluded(deps, effect, {
    type: 'declined',
    failure: {
      code: 'provider_error',
      retryable: true,
      detail: `The provider failed, and holds no ${what} for this attempt.`,
    },
  })

/**
 * Whether the key, after some tries and some time, only repeats an error that says nothing about the effect: what it asked
 * for has to be looked for.
 */
export const isStuck = (
  answer: ProviderAnswer<unknown>,
  { tries, age }: { readonly tries: number; readonly age: number },
): boolean => answer.type === 'unknown' && answer.answered && tries >= errorsBeforeLookUp && age > patienceMs

const errorsBeforeLookUp = 3
const patienceMs = 2 * minute
