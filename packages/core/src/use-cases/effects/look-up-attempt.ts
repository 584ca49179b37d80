import type { Effect } from '../../effect/effect.ts'
import { hour } from '../../kernel/instant.ts'
import { isInDoubt, isLive, type Attempt } from '../../payment/attempt.ts'
import type { AttemptReport } from '../../ports/payment-provider.ts'
import { noteLook } from '../apply-report.ts'
import type { Dependencies } from '../dependencies.ts'
import type { EffectPerformer, EffectResult } from './effect-result.ts'
import { heard, nothingToDo, queryFor, readAttempt, unheard } from './asking.ts'

type LookUpAttempt = Extract<Effect, { readonly type: 'look_up_attempt' }>

/** Asks the provider what an attempt is now, and believes that. */
export const lookUpAttempt: EffectPerformer<LookUpAttempt> = async (deps, effect, work) => {
  const found = await readAttempt(deps, effect, work)
  if (found === undefined || (effect.providerId === undefined && !isLive(found.attempt))) return nothingToDo
  const providerId = effect.providerId ?? found.attempt.providerId
  const answer = await deps.paymentProvider.findAttempt({
    ...queryFor(found.attempt),
    ...(providerId === undefined ? {} : { providerId }),
  })
  switch (answer.type) {
    case 'reported':
      return isInDoubt(found.attempt, effect.providerId)
        ? heardInDoubt(deps, effect, found.attempt, answer.report)
        : heard(deps, effect, answer.report)
    // Whoever asked for it still owes the answer, and concludes; here it is only looked at again later.
    case 'absent':
    case 'refused':
      return { type: 'done', store: (tx) => noteLook(tx, deps, effect, { at: deps.clock.now() }) }
    case 'unreachable':
    case 'unknown':
      return unheard(deps, effect, answer)
  }
}

/**
 * What a page is that need not be the attempt's own one: that it brings nothing says nothing of the attempt, and while its money is on
 * its way nothing but this effect watches it, unless the attempt has no page by name yet and takes this one.
 */
const heardInDoubt = (
  deps: Dependencies,
  effect: LookUpAttempt,
  attempt: Attempt,
  report: AttemptReport,
): EffectResult => {
  switch (report.state.type) {
    case 'expired':
    case 'declined':
    case 'page_declined':
      return nothingToDo
    case 'processing':
    case 'authorized':
      return isLive(attempt) && attempt.providerId === undefined
        ? heard(deps, effect, report)
        : { type: 'again', because: 'unknown', detail: 'Its money is on its way.', atLeastMs: 6 * hour }
    case 'opened':
    case 'captured':
      return heard(deps, effect, report)
    case 'unrecognized': {
      const { store } = heard(deps, effect, report)
      return {
        type: 'again',
        because: 'unknown',
        detail: `Its status '${report.state.status}' is not known here.`,
        store,
      }
    }
  }
}
