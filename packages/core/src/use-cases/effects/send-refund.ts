import type { Effect } from '../../effect/effect.ts'
import type { RefundId } from '../../kernel/ids.ts'
import { getAttempt, refundableFrom } from '../../payment/payment-case.ts'
import { decideRefund, evolveRefund, isUnsettled, type Refund } from '../../payment/refund.ts'
import type { ProviderAnswer, RefundReport } from '../../ports/payment-provider.ts'
import type { Transaction } from '../../ports/unit-of-work.ts'
import { moveCase } from '../../settlement/case-change.ts'
import { giveBack } from '../../settlement/give-back.ts'
import { settleRefund } from '../../settlement/settle-refund.ts'
import { isSentBack, sendBack } from '../../settlement/settlement.ts'
import { applyChargeReport, applyRefundReport, noteRefundLook } from '../apply-report.ts'
import type { Dependencies } from '../dependencies.ts'
import type { EffectPerformer, EffectResult, Performing } from './effect-result.ts'
import { storeChange } from '../store-change.ts'
import { againAfter, isStuck, nothingToDo, provenOr, readCase, tooLongAgo, type Undecided } from './asking.ts'

type RefundEffect = Extract<Effect, { readonly type: 'send_refund' | 'look_up_refund' }>

/** Gives money back, or finds the refund that an earlier try made. */
export const sendRefund: EffectPerformer<Extract<Effect, { readonly type: 'send_refund' }>> = async (
  deps,
  effect,
  work,
) => {
  const found = await readRefund(deps, effect, work)
  if (found === undefined || found.refund.status !== 'requested') return nothingToDo
  const { refund, chargeId } = found
  const { paymentProvider, clock } = deps
  const startedAt = clock.now()
  const age = startedAt - refund.requestedAt
  if (refund.askingEndedAt === undefined) {
    // A provider that has forgotten the key would make under it again what an earlier try has made, or what was made before
    // a backup that was restored.
    const made = await paymentProvider.findRefund({ refundId: refund.id, chargeId })
    if (made.type !== 'absent') return conclude(deps, effect, made)
    // Whoever stood still until now looked before others may have made it, under a key that is another one or forgotten by now.
    if (clock.now() - startedAt > deps.settings.leaseMs) return unheard(deps, effect, tooLongAgo)
    const answer = await paymentProvider.refund({
      refundId: refund.id,
      paymentId: refund.paymentId,
      idempotencyKey: refund.idempotencyKey,
      chargeId,
      amount: refund.amount,
      reason: refund.reason,
    })
    if (answer.type === 'refused')
      return refused(deps, effect, refund, chargeId, answer.failure.detail ?? answer.failure.code)
    if (!isStuck(answer, { tries: work.tries, age })) return conclude(deps, effect, answer)
  }
  // The key answers with an error for good. Whether money went is the provider's to say; if not, a new key may try.
  const now = clock.now()
  const kept = await paymentProvider.findRefund({ refundId: refund.id, chargeId })
  if (kept.type !== 'absent') return conclude(deps, effect, kept)
  const none = provenOr(kept, refund, { now, what: 'money' })
  if (none.type === 'unproven') return unheard(deps, effect, none)
  return {
    type: 'again',
    because: 'unknown',
    detail: 'Nothing was refunded under this key; trying under the next one.',
    store: (tx) => rotateKey(tx, deps, effect, refund.idempotencyKey),
  }
}

/** Asks the provider what a refund is now, and believes that. */
export const lookUpRefund: EffectPerformer<Extract<Effect, { readonly type: 'look_up_refund' }>> = async (
  deps,
  effect,
  work,
) => {
  const found = await readRefund(deps, effect, work)
  if (found === undefined || !isUnsettled(found.refund)) return nothingToDo
  const { refund, chargeId } = found
  const { providerId } = refund
  const answer = await deps.paymentProvider.findRefund({
    refundId: refund.id,
    chargeId,
    ...(providerId === undefined ? {} : { providerId }),
  })
  // What was never made is the business of whoever makes it.
  return answer.type === 'absent' || answer.type === 'refused'
    ? { type: 'done', store: (tx) => noteRefundLook(tx, deps, effect, { at: deps.clock.now() }).then(() => undefined) }
    : conclude(deps, effect, answer)
}

const readRefund = async (
  deps: Dependencies,
  effect: RefundEffect,
  work: Performing,
): Promise<{ readonly refund: Refund; readonly chargeId: string } | undefined> => {
  const kase = await readCase(deps, effect, work)
  const refund = kase?.refunds.find(({ id }) => id === effect.refundId)
  if (kase === undefined || refund === undefined) return undefined
  const attempt = getAttempt(kase, refund.attemptId)
  return attempt.status === 'succeeded' ? { refund, chargeId: attempt.charge.id } : undefined
}

const conclude = (deps: Dependencies, effect: RefundEffect, answer: ProviderAnswer<RefundReport>): EffectResult => {
  const now = deps.clock.now()
  const about = { type: 'refund', id: effect.refundId }
  switch (answer.type) {
    case 'reported':
      return {
        type: 'done',
        store: (tx) =>
          applyRefundReport(tx, deps, effect, answer.report, {
            now,
            asked: true,
            origin: { type: 'answer', about, name: effect.type, data: { state: answer.report.state.type } },
          }),
      }
    case 'absent':
      return nothingToDo
    // A look that was refused has shown nothing about what it looked for.
    case 'refused':
      return { type: 'again', because: 'unknown', detail: answer.failure.detail ?? answer.failure.code }
    case 'unreachable':
    case 'unknown':
      return unheard(deps, effect, answer)
  }
}

const unheard = (deps: Dependencies, effect: RefundEffect, answer: Undecided): EffectResult =>
  againAfter(deps, effect, { type: 'refund', id: effect.refundId }, answer, (tx, look) =>
    noteRefundLook(tx, deps, effect, look),
  )

/**
 * The provider will not make this refund. Most often somebody has given back a part of the charge there, or its payer's bank
 * asks for it: what has become of the charge is learned first, so that the rest of what has to go back still can.
 */
const refused = async (
  deps: Dependencies,
  effect: RefundEffect,
  refund: Refund,
  chargeId: string,
  detail: string,
): Promise<EffectResult> => {
  const charge = await deps.paymentProvider.findCharge({ chargeId, hasDisputes: true })
  if (charge.type === 'unreachable' || charge.type === 'unknown')
    return { type: 'again', because: charge.type, detail: `${detail} Its charge could not be read: ${charge.detail}` }
  const now = deps.clock.now()
  const about = { type: 'refund', id: effect.refundId }
  return {
    type: 'done',
    store: async (tx) => {
      const target = { paymentId: effect.paymentId, attemptId: refund.attemptId }
      if (charge.type === 'reported')
        await applyChargeReport(tx, deps, target, charge.report, {
          now,
          origin: { type: 'answer', about, name: 'look_up_charge', data: { refunds: charge.report.refunds.length } },
        })
      const found = await tx.payments.find(effect.paymentId)
      // It is there after all: the charge has it, or somebody else has heard of it meanwhile. That counts more than a refusal.
      if (found?.value.refunds.find(({ id }) => id === refund.id)?.status !== 'requested') return found?.value
      const failed = settleRefund(found.value, refund.id, { at: now, state: { type: 'failed', detail } })
      const move = moveCase(found.value, failed)
      const rest = refundableFrom(move.kase, getAttempt(move.kase, refund.attemptId))
      if (isSentBack(refund.id, refund.attemptId) && rest < refund.amount.minorUnits)
        sendBack(move, refund.attemptId, { at: now, reason: refund.reason, policy: deps.settings })
      else if (isOfCancellation(refund) && 0n < rest && rest < refund.amount.minorUnits)
        giveBack(move, { ...refund, id: restOf(refund), amount: { ...refund.amount, minorUnits: rest }, at: now })
      const origin = { type: 'answer' as const, about, name: effect.type, data: { outcome: 'refused', detail } }
      return storeChange(tx, deps, found.version, move.done(), { now, origin })
    },
  }
}

const rotateKey = async (tx: Transaction, deps: Dependencies, effect: RefundEffect, used: string): Promise<void> => {
  const found = await tx.payments.find(effect.paymentId)
  const refund = found?.value.refunds.find(({ id }) => id === effect.refundId)
  if (found === undefined || refund === undefined) return
  const { events } = decideRefund(refund, { type: 'rotate_key', used })
  if (events.length === 0) return
  const move = moveCase(found.value)
  for (const event of events) move.refund(evolveRefund(refund, event), event)
  await storeChange(tx, deps, found.version, move.done(), { now: deps.clock.now() })
}

/** Whoever cancels something that was paid gives back what there is, also where a part went back in the meantime. */
const isOfCancellation = ({ reason }: Refund): boolean =>
  reason === 'reservation_cancelled' || reason === 'consultation_cancelled' || reason === 'order_cancelled'

const restOf = ({ id }: Refund): RefundId => `${id}.rest` as RefundId
