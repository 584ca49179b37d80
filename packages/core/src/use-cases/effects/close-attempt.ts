import type { Effect } from '../../effect/effect.ts'
import { bug } from '../../kernel/bug.ts'
import { isLive, providerKind, type ProviderAttemptKind } from '../../payment/attempt.ts'
import type { AttemptReport } from '../../ports/payment-provider.ts'
import { applyAttemptReport } from '../apply-report.ts'
import type { Dependencies } from '../dependencies.ts'
import type { EffectPerformer, EffectResult } from './effect-result.ts'
import { conclude, concluded, heard, nothingToDo, readAttempt, seekAttempt, unheard, type Sought } from './asking.ts'
import { askForPage } from './open-session.ts'

type CloseAttempt = Extract<Effect, { readonly type: 'close_attempt' }>

/**
 * Makes sure that an attempt can no longer be paid, and hears what it is: expired, or paid before we came.
 *
 * An attempt of which nobody has heard yet is asked for first, under its own key: only what is known can be closed.
 */
export const closeAttemptAtProvider: EffectPerformer<CloseAttempt> = async (deps, effect, work) => {
  const found = await readAttempt(deps, effect, work)
  if (found === undefined) return nothingToDo
  const { attempt, kase } = found
  if (!isLive(attempt) && effect.providerId === undefined) return nothingToDo
  const providerId = effect.providerId ?? attempt.providerId
  if (providerId !== undefined) return close(deps, effect, providerKind(attempt), providerId)

  // Whoever closes it comes after somebody who has asked for it.
  const answer: Sought<AttemptReport> =
    attempt.kind === 'hosted'
      ? await askForPage(deps, kase, attempt, { tries: work.tries, isFirst: false })
      : await seekAttempt(deps, attempt)
  if (answer.type !== 'reported')
    return conclude(deps, effect, answer, () => concluded(deps, effect, { type: 'expired' }))
  const { report } = answer
  const { state, providerId: named } = report
  // A key only repeats its first answer, so a status in it that nobody knows stays unknown; the page has a name all the same.
  const isToBeClosed = state.type === 'opened' || (state.type === 'unrecognized' && named !== undefined)
  if (!isToBeClosed || !isOurs(deps, report)) return told(deps, effect, report)
  // The page's id is stored before it is closed, as before anybody would be sent to it.
  await deps.unitOfWork.run((tx) =>
    applyAttemptReport(tx, deps, effect, report, {
      now: deps.clock.now(),
      asked: true,
      origin: origin(effect, state.type),
    }),
  )
  return close(deps, effect, providerKind(attempt), named ?? bug('An open page has no id.'))
}

const close = async (
  deps: Dependencies,
  effect: CloseAttempt,
  kind: ProviderAttemptKind,
  providerId: string,
): Promise<EffectResult> => {
  const answer = await deps.paymentProvider.closeAttempt({ kind, providerId })
  switch (answer.type) {
    case 'reported':
      return answer.report.state.type === 'opened'
        ? unheard(deps, effect, { type: 'unknown', answered: true, detail: 'Asked to close it, and it is still open.' })
        : told(deps, effect, answer.report)
    // The provider knows no such thing: nobody can pay it.
    case 'absent':
      return told(deps, effect, { state: { type: 'expired' }, livemode: deps.settings.livemode })
    case 'refused':
      return unheard(deps, effect, {
        type: 'unknown',
        answered: true,
        detail: answer.failure.detail ?? answer.failure.code,
      })
    case 'unreachable':
    case 'unknown':
      return unheard(deps, effect, answer)
  }
}

/**
 * That a page named beside the attempt is gone says nothing of the attempt, whose own may be open; that it was paid does. After what
 * cannot be read, or is not believed, it may be open as before: the closing stays owed.
 */
const told = (deps: Dependencies, effect: CloseAttempt, report: AttemptReport): EffectResult => {
  const { state } = report
  if (!isOurs(deps, report) || leavesItOpen(state))
    return { type: 'again', because: 'unknown', detail: notClosed, store: heard(deps, effect, report).store }
  return effect.providerId !== undefined && state.type === 'expired' ? nothingToDo : heard(deps, effect, report)
}

const notClosed = 'Asked to close it, and nothing that was said shows that it is closed.'

/** A report of the other mode is believed in nothing. */
const isOurs = ({ settings }: Pick<Dependencies, 'settings'>, { livemode }: Pick<AttemptReport, 'livemode'>): boolean =>
  livemode === settings.livemode

const leavesItOpen = ({ type }: AttemptReport['state']): boolean => type === 'page_declined' || type === 'unrecognized'

const origin = (effect: CloseAttempt, state: string) => ({
  type: 'answer' as const,
  about: { type: 'attempt', id: effect.attemptId },
  name: effect.type,
  data: { state },
})
