import type { Effect } from '../../effect/effect.ts'
import { isLive } from '../../payment/attempt.ts'
import { noteLook } from '../apply-report.ts'
import type { EffectPerformer } from './effect-result.ts'
import { heard, nothingToDo, queryFor, readAttempt, unheard } from './asking.ts'

/** Asks the provider what an attempt is now, and believes that. */
export const lookUpAttempt: EffectPerformer<Extract<Effect, { readonly type: 'look_up_attempt' }>> = async (
  deps,
  effect,
  work,
) => {
  const found = await readAttempt(deps, effect, work)
  if (found === undefined || !isLive(found.attempt)) return nothingToDo
  const { providerId } = found.attempt
  const answer = await deps.paymentProvider.findAttempt({
    ...queryFor(found.attempt),
    ...(providerId === undefined ? {} : { providerId }),
  })
  switch (answer.type) {
    case 'reported':
      return heard(deps, effect, answer.report)
    // Whoever asked for it still owes the answer, and concludes; here it is only looked at again later.
    case 'absent':
    case 'refused':
      return { type: 'done', store: (tx) => noteLook(tx, deps, effect, { at: deps.clock.now() }) }
    case 'unreachable':
    case 'unknown':
      return unheard(deps, effect, answer)
  }
}
