import { backoffMs } from '../kernel/backoff.ts'
import { after, minute } from '../kernel/instant.ts'
import type { Dependencies } from '../use-cases/dependencies.ts'
import type { Performed, PerformEffect } from '../use-cases/perform-effect.ts'
import { notAsked } from './guarded-provider.ts'
import type { Circuit } from './shared-circuit.ts'

/**
 * The same performer, which leaves effects alone that the provider would have to be asked for while its circuit is open: they stay
 * owed, come up again when it may be asked, and nothing of it is told in their payments' stories. Messages to owners go out as
 * ever.
 *
 * Work is counted each time it is taken, and while the circuit is open it is taken for nothing. So that no wait grows over that,
 * each waits for the circuit alone while it is open, the probe that failed as well; and as after {@link mostTries} tries at most
 * from then on. It is the circuit that leaves a provider in peace, and not each effect by itself.
 */
export const guardedEffects =
  (perform: PerformEffect, { unitOfWork, clock, logger }: Dependencies, circuit: Circuit): PerformEffect =>
  async (work, then, known) => {
    if (work.body.type === 'send_message') return perform(work, then, known)
    const { id, body, lease } = work
    // Spread over a quarter of a minute: what has waited together does not come back together.
    const spreadMs = minute - backoffMs(work.tries, id, { firstMs: minute, capMs: minute })
    const waitMs = await circuit.turnAway()
    if (waitMs !== undefined) {
      logger.log('debug', 'effect_not_asked_for', { effect: id, tries: work.tries, retryAfterMs: waitMs })
      return unitOfWork.run(async (tx): Promise<Performed> => {
        await tx.outbox.postpone(id, lease, after(clock.now(), waitMs + spreadMs), notAsked)
        return { type: 'postponed', because: 'not_asked', retryAfterMs: waitMs }
      })
    }
    const performed = await perform({ ...work, tries: Math.min(work.tries, mostTries) }, then, known)
    if (performed.type !== 'postponed' || performed.because !== 'unreachable') return performed
    const openMs = await circuit.waitMs()
    return unitOfWork.run(async (tx): Promise<Performed> => {
      const now = clock.now()
      const found = await tx.outbox.find(id)
      // A failure of its own, or one of the first by which the circuit will be opened.
      if (found?.status !== 'waiting' || (openMs === undefined && found.lastError !== notAsked)) return performed
      // As the probe that failed, or because another was: it waits no longer than whoever was not asked for.
      const soonMs = (openMs ?? 0) + spreadMs
      await tx.outbox.append([{ id, body, dueAt: after(now, soonMs) }], now)
      return { ...performed, retryAfterMs: Math.min(performed.retryAfterMs, soonMs) }
    })
  }

/** How many tries there are at most, as far as waits are concerned: the longest after an unheard call is some five minutes. */
const mostTries = 7
