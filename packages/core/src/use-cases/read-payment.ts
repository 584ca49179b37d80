import { effectId, type Effect } from '../effect/effect.ts'
import type { PaymentId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { isLive, isWatched } from '../payment/attempt.ts'
import type { PaymentCase } from '../payment/payment-case.ts'
import type { TimelineEntry } from '../timeline/timeline.ts'
import { mayTouch, type Actor } from './actor.ts'
import type { Dependencies } from './dependencies.ts'
import type { PerformEffect } from './perform-effect.ts'
import { takeEffect } from './take-effect.ts'

/** What is asked of {@link readPayment}. */
export interface ReadPaymentRequest {
  readonly actor: Actor
  readonly paymentId: PaymentId
}

/** Somebody else's payment is not found, like one that does not exist. */
export interface PaymentNotFound {
  readonly code: 'payment_not_found'
}

/** A payment with its attempts and refunds, as stored. */
export interface ReadPaymentCase extends PaymentCase {
  /** When it last changed here. Asking the provider and hearing nothing new is no change. */
  readonly updatedAt: Instant
}

/** The use case {@link readPayment}, wired. */
export type ReadPayment = (request: ReadPaymentRequest) => Promise<Result<ReadPaymentCase, PaymentNotFound>>

/** A payment with its attempts and refunds, and when it last changed. Refuses: `payment_not_found`. */
export const readPayment =
  ({ unitOfWork }: Pick<Dependencies, 'unitOfWork'>): ReadPayment =>
  async ({ actor, paymentId }) => {
    const found = await unitOfWork.read((tx) => tx.payments.find(paymentId))
    return found === undefined || !mayTouch(actor, found.value.payment.owner)
      ? err({ code: 'payment_not_found' })
      : ok({ ...found.value, updatedAt: found.updatedAt })
  }

/** The use case {@link readTimeline}, wired. */
export type ReadTimeline = (request: ReadPaymentRequest) => Promise<Result<readonly TimelineEntry[], PaymentNotFound>>

/** Everything that happened to a payment, oldest first: commands, facts, calls and their answers, events. */
export const readTimeline =
  ({ unitOfWork }: Pick<Dependencies, 'unitOfWork'>): ReadTimeline =>
  async ({ actor, paymentId }) =>
    unitOfWork.read(async (tx) => {
      const found = await tx.payments.find(paymentId)
      if (found === undefined || !mayTouch(actor, found.value.payment.owner)) return err({ code: 'payment_not_found' })
      return ok(await tx.timeline.list(paymentId, longestStory))
    })

const longestStory = 2_000

/** `asked`: the provider was asked, and its answer is in the case. `unheard`: it could not be; it is asked again by itself. */
export interface SyncedPayment {
  readonly kase: PaymentCase
  readonly type: 'asked' | 'nothing_to_ask' | 'unheard'
}
export type SyncPayment = (request: ReadPaymentRequest) => Promise<Result<SyncedPayment, PaymentNotFound>>

/**
 * Asks the provider now, and applies the answer: for a payer who has just come back, and for anybody who does not want to
 * wait for a webhook or the sweep. The live attempt is asked about; where there is none and it is not the owner who asks,
 * what has become of every charge. Refuses: `payment_not_found`.
 */
export const syncPayment =
  (deps: Dependencies & { readonly perform: PerformEffect }): SyncPayment =>
  async ({ actor, paymentId }) => {
    const { unitOfWork } = deps
    const found = await unitOfWork.read((tx) => tx.payments.find(paymentId))
    if (found === undefined || !mayTouch(actor, found.value.payment.owner)) return err({ code: 'payment_not_found' })
    const effects = questionsAbout(found.value, actor)
    if (effects.length === 0) return ok({ kase: found.value, type: 'nothing_to_ask' })
    const asked = await Promise.all(effects.map((effect) => askNow(deps, effect)))
    const after = await unitOfWork.read((tx) => tx.payments.find(paymentId))
    return ok({ kase: after?.value ?? found.value, type: asked.every((heard) => heard) ? 'asked' : 'unheard' })
  }

// A payer comes back to hear whether the money has come. Once it has, the provider is not asked again each time.
const questionsAbout = ({ payment, attempts }: PaymentCase, actor: Actor): readonly Effect[] => {
  const live = attempts.find(isLive)
  if (live !== undefined)
    return live.providerId === undefined ? [] : [{ type: 'look_up_attempt', paymentId: payment.id, attemptId: live.id }]
  if (actor.type === 'owner') return []
  return attempts.filter(isWatched).map(({ id }) => ({ type: 'look_up_charge', paymentId: payment.id, attemptId: id }))
}

/** Stores the question as an effect and performs it at once. True when it was answered. */
const askNow = async (deps: Dependencies & { readonly perform: PerformEffect }, effect: Effect): Promise<boolean> => {
  const { unitOfWork, clock, perform } = deps
  const work = await unitOfWork.run(async (tx) => {
    const now = clock.now()
    await tx.outbox.append([{ id: effectId(effect), body: effect, dueAt: now }], now)
    return takeEffect(tx, deps, effect, now)
  })
  return work !== undefined && (await perform(work)).type === 'done'
}
