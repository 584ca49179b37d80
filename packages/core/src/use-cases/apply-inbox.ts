import { backoffMs } from '../kernel/backoff.ts'
import { after, hour, second } from '../kernel/instant.ts'
import { nothingAround } from '../ports/around-work.ts'
import { applyNews, UnknownObject } from './apply-news.ts'
import type { Dependencies } from './dependencies.ts'
import { isGivenUp } from './given-up.ts'

/** How many pieces of work were taken up. 0: nothing was due. */
export interface Drained {
  readonly taken: number
}
export type ApplyInbox = (limit: number) => Promise<Drained>

/**
 * Applies events that were stored but could not be applied when they came, each in a transaction of its own, with growing
 * waits between tries. What keeps failing ends among the dead letters. A refund or dispute of something that no payment
 * ever had is let go in the end: the provider's account need not be ours alone.
 */
export const applyInbox =
  (deps: Dependencies): ApplyInbox =>
  async (limit) => {
    const { unitOfWork, clock, settings, logger, aroundWork = nothingAround } = deps
    const leased = await unitOfWork.run((tx) => tx.inbox.lease({ now: clock.now(), limit, leaseMs: settings.leaseMs }))
    for (const { id, body, tries, lease } of leased) {
      try {
        await aroundWork({ queue: 'inbox', id, type: body.type }, () =>
          unitOfWork.run(async (tx) => {
            const now = clock.now()
            await applyNews(tx, deps, body, now)
            await tx.inbox.finish(id, lease, { at: now })
          }),
        )
      } catch (error) {
        const detail = error instanceof Error ? error.message : String(error)
        logger.log('warn', 'event_not_applied', { event: id, tries, detail })
        await unitOfWork.run(async (tx) => {
          const now = clock.now()
          if (!isGivenUp(deps, { tries }, error))
            await tx.inbox.postpone(
              id,
              lease,
              after(now, backoffMs(tries, id, { firstMs: 5 * second, capMs: hour })),
              detail,
            )
          else if (error instanceof UnknownObject && body.news.about !== 'attempt')
            await tx.inbox.finish(id, lease, { at: now, result: 'unknown_object' })
          else await tx.inbox.bury(id, lease, detail, now)
        })
      }
    }
    return { taken: leased.length }
  }
