import type { Effect } from '../../effect/effect.ts'
import { isWatched } from '../../payment/attempt.ts'
import type { EffectPerformer } from './effect-result.ts'
import { applyChargeReport, noteLook } from '../apply-report.ts'
import { nothingToDo, readAttempt, unheard } from './asking.ts'

/** Asks the provider what has become of the money that an attempt brought, and believes that. */
export const lookUpCharge: EffectPerformer<Extract<Effect, { readonly type: 'look_up_charge' }>> = async (
  deps,
  effect,
  work,
) => {
  const found = await readAttempt(deps, effect, work)
  if (found === undefined || !isWatched(found.attempt)) return nothingToDo
  const { charge, disputes } = found.attempt
  const { logger, clock } = deps
  const answer = await deps.paymentProvider.findCharge({ chargeId: charge.id, hasDisputes: disputes.length > 0 })
  switch (answer.type) {
    case 'reported': {
      const { report } = answer
      return {
        type: 'done',
        store: (tx) =>
          applyChargeReport(tx, deps, effect, report, {
            now: clock.now(),
            origin: {
              type: 'answer',
              about: { type: 'attempt', id: effect.attemptId },
              name: effect.type,
              data: { refunds: report.refunds.length, disputes: report.disputes.length },
            },
          }),
      }
    }
    // It was there when it was paid: another account is asked than the one that took it, or a test account was emptied.
    case 'absent':
    case 'refused':
      logger.log('warn', 'charge_not_found', { charge: charge.id, attempt: effect.attemptId })
      return { type: 'done', store: (tx) => noteLook(tx, deps, effect, { at: clock.now() }) }
    case 'unreachable':
    case 'unknown':
      return unheard(deps, effect, answer)
  }
}
