import type { Effect } from '../../effect/effect.ts'
import { isWatched, type PaidAttempt } from '../../payment/attempt.ts'
import type { ProviderAnswer } from '../../ports/payment-provider.ts'
import type { Dependencies } from '../dependencies.ts'
import type { EffectPerformer } from './effect-result.ts'
import { applyChargeReport, closeOthers, noteLook } from '../apply-report.ts'
import { nothingToDo, queryFor, readAttempt, unheard } from './asking.ts'

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
  const twins = await findTwins(deps, found.attempt)
  if (twins.type === 'unreachable' || twins.type === 'unknown') return unheard(deps, effect, twins)
  const answer = await deps.paymentProvider.findCharge({ chargeId: charge.id, hasDisputes: disputes.length > 0 })
  switch (answer.type) {
    case 'reported': {
      const { report } = answer
      return {
        type: 'done',
        store: async (tx) => {
          const now = clock.now()
          if (twins.type === 'reported') await closeOthers(tx, effect, { others: twins.report }, now)
          return applyChargeReport(tx, deps, effect, report, {
            now,
            origin: {
              type: 'answer',
              about: { type: 'attempt', id: effect.attemptId },
              name: effect.type,
              data: { refunds: report.refunds.length, disputes: report.disputes.length },
            },
          })
        },
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

/**
 * Other charges that bear an attempt's mark, by the provider's ids: of a saved card that was charged twice, since somebody on the way
 * asked for it again, and no event told of the second. Looked for once; nobody is sent to the page that is asked for a second time.
 */
const findTwins = async (
  { paymentProvider }: Pick<Dependencies, 'paymentProvider'>,
  attempt: PaidAttempt,
): Promise<ProviderAnswer<readonly string[]>> => {
  if (attempt.kind !== 'off_session' || attempt.looks !== 0) return { type: 'absent' }
  const answer = await paymentProvider.findAttempt(queryFor(attempt))
  if (answer.type !== 'reported') return answer
  const { providerId, others = [] } = answer.report
  return {
    type: 'reported',
    report: [providerId, ...others].flatMap((id) => (id === undefined || id === attempt.charge.id ? [] : [id])),
  }
}
