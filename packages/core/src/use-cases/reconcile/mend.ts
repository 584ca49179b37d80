import { effectId, type Effect } from '../../effect/effect.ts'
import { isLive, isWatched, type Attempt } from '../../payment/attempt.ts'
import type { AuditedCharge } from '../../ports/provider-audit.ts'
import type { ProviderEvent } from '../../ports/provider-event.ts'
import type { Dependencies, Settings } from '../dependencies.ts'
import type { PerformEffect } from '../perform-effect.ts'
import type { ReceiveEvent } from '../receive-event.ts'
import type { MendedAs } from './drift.ts'

/** What mending needs: the ways in which news is heard anyway. */
export interface MendDependencies extends Pick<Dependencies, 'unitOfWork' | 'paymentProvider' | 'clock'> {
  readonly performEffect: PerformEffect
  readonly receiveEvent: ReceiveEvent
  readonly settings: Pick<Settings, 'leaseMs'>
}

/** Asks, and looks whether that has mended it. */
export const askAgain = async (ask: () => Promise<boolean>, isStill: () => Promise<boolean>): Promise<MendedAs> => {
  const heard = await ask()
  if (!(await isStill())) return 'mended'
  return heard ? 'unchanged' : 'unheard'
}

/** Has the provider asked about an attempt that may still be paid, or about the charge that it brought. True when it answered. */
export const askAbout = async (deps: MendDependencies, attempt: Attempt): Promise<boolean> => {
  const target = { paymentId: attempt.paymentId, attemptId: attempt.id }
  if (isLive(attempt)) return perform(deps, { type: 'look_up_attempt', ...target })
  return isWatched(attempt) ? perform(deps, { type: 'look_up_charge', ...target }) : true
}

/**
 * Makes money known of which nobody has heard: by asking about its attempt, and where that tells nothing (it was taken for
 * dead, or goes by another page) by the news of the charge itself, as a webhook would have brought it.
 */
export const hearOfCharge = async (
  deps: MendDependencies,
  attempt: Attempt,
  charge: AuditedCharge,
  isStill: () => Promise<boolean>,
): Promise<boolean> => {
  const heard = await askAbout(deps, attempt)
  if (!heard || !(await isStill())) return heard
  await deps.receiveEvent(newsOf(attempt, charge))
  return true
}

/** Closes a page that nobody must pay. What was paid a moment ago is left to whoever reads of it. */
export const closePage = async (
  { paymentProvider }: Pick<MendDependencies, 'paymentProvider'>,
  providerId: string,
): Promise<MendedAs> => {
  const answer = await paymentProvider.closeAttempt({ kind: 'hosted', providerId })
  switch (answer.type) {
    case 'reported':
      return answer.report.state.type === 'expired' ? 'mended' : 'unchanged'
    case 'absent':
      return 'mended'
    case 'refused':
      return 'unchanged'
    case 'unreachable':
    case 'unknown':
      return 'unheard'
  }
}

/** Stores the question as an effect and performs it at once, so that it is asked once however many do so. */
const perform = async (deps: MendDependencies, effect: Effect): Promise<boolean> => {
  const { unitOfWork, clock, settings, performEffect } = deps
  const id = effectId(effect)
  const work = await unitOfWork.run(async (tx) => {
    const now = clock.now()
    await tx.outbox.append([{ id, body: effect, dueAt: now }], now)
    return tx.outbox.take(id, { now, leaseMs: settings.leaseMs })
  })
  return work !== undefined && (await performEffect(work)).type === 'done'
}

const newsOf = ({ id, paymentId, kind }: Attempt, charge: AuditedCharge): ProviderEvent => {
  const { livemode, createdAt, amount, customerId, paymentMethodId } = charge
  // A saved card's charge is its attempt; what was paid on a page does not say on which.
  const named = kind === 'off_session' ? { providerId: charge.id } : {}
  return {
    id: `reconcile:${charge.id}`,
    type: 'reconcile.charge_found',
    occurredAt: createdAt,
    livemode,
    news: {
      about: 'attempt',
      attemptId: id,
      paymentId,
      ...named,
      report: {
        state: {
          type: 'captured',
          charge: {
            id: charge.id,
            amount,
            ...(customerId === undefined ? {} : { customerId }),
            ...(paymentMethodId === undefined ? {} : { paymentMethodId }),
          },
        },
        livemode,
        ...named,
      },
    },
  }
}
