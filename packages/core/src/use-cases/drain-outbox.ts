import { bug } from '../kernel/bug.ts'
import { backoffMs } from '../kernel/backoff.ts'
import { after, hour, second } from '../kernel/instant.ts'
import { nothingAround } from '../ports/around-work.ts'
import type { Drained } from './apply-inbox.ts'
import type { Dependencies } from './dependencies.ts'
import type { PerformEffect } from './perform-effect.ts'

/** The use case {@link drainOutbox}, wired. */
export type DrainOutbox = (limit: number) => Promise<Drained>

/**
 * Performs effects that are owed: those nobody performed in their own request, and those whose performer crashed or heard
 * nothing. Several at once, since they wait for the provider and not for each other.
 */
export const drainOutbox =
  (deps: Dependencies & { readonly perform: PerformEffect }): DrainOutbox =>
  async (limit) => {
    const { unitOfWork, clock, settings, logger, perform, aroundWork = nothingAround } = deps
    const leased = await unitOfWork.run((tx) => tx.outbox.lease({ now: clock.now(), limit, leaseMs: settings.leaseMs }))
    const ended = await Promise.allSettled(
      leased.map((work) => aroundWork({ queue: 'outbox', id: work.id, type: work.body.type }, () => perform(work))),
    )
    for (const [index, outcome] of ended.entries()) {
      if (outcome.status === 'fulfilled') continue
      const { id, tries, lease } = leased[index] ?? bug('More outcomes than work.')
      const detail = outcome.reason instanceof Error ? outcome.reason.message : String(outcome.reason)
      logger.log('error', 'effect_failed', { effect: id, tries, detail })
      const wait = backoffMs(tries, id, { firstMs: 5 * second, capMs: hour })
      await unitOfWork.run((tx) => tx.outbox.postpone(id, lease, after(clock.now(), wait), detail))
    }
    return { taken: leased.length }
  }
