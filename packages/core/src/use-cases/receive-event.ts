import { after, second } from '../kernel/instant.ts'
import type { ProviderEvent } from '../ports/provider-event.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import { applyNews, UnknownObject } from './apply-news.ts'
import type { Dependencies } from './dependencies.ts'
import { customerIn, dropMethods } from './list-payment-methods.ts'

/** `applied`: taken in, and everything follows. `known`: it came before. `stored`: taken in, and applied later. */
export type ReceivedEvent = 'applied' | 'known' | 'stored'
export type ReceiveEvent = (event: ProviderEvent) => Promise<ReceivedEvent>

/**
 * Takes in one verified event: stored and applied in one transaction. When this resolves the event is durable, and only
 * then may the provider be told so. Where applying fails it is stored by itself, and applied later by the runner.
 *
 * The same event changes nothing the second time, nor does another event with the same news. Order means nothing: the
 * machines take what is new to them, and where news alone decides nothing the provider is asked what is so now.
 *
 * Where it tells of a customer's cards, or of money from one that may be new, their kept list is dropped, each time it comes: whoever
 * took it in before may have ended before that was done.
 */
export const receiveEvent =
  (deps: Dependencies): ReceiveEvent =>
  async (event) => {
    const received = await takeIn(deps, event)
    const customerId = customerOf(event)
    if (customerId !== undefined) await dropMethods(deps, customerId)
    return received
  }

const takeIn = async (deps: Dependencies, event: ProviderEvent): Promise<ReceivedEvent> => {
  const { unitOfWork, clock, logger } = deps
  try {
    return await unitOfWork.run(async (tx): Promise<ReceivedEvent> => {
      const now = clock.now()
      // Asked for together, so that a database far away is travelled to once. Nothing is done before the event is known to be new.
      const [recorded] = await Promise.all([tx.inbox.record(event, { status: 'done', at: now }), readAhead(tx, event)])
      if (recorded === 'known') return 'known'
      await applyNews(tx, deps, event, now)
      return 'applied'
    })
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    logger.log(error instanceof UnknownObject ? 'info' : 'error', 'event_deferred', {
      event: event.id,
      type: event.type,
      detail,
    })
    return unitOfWork.run(async (tx): Promise<ReceivedEvent> => {
      const now = clock.now()
      const recorded = await tx.inbox.record(event, {
        status: 'waiting',
        at: now,
        dueAt: after(now, 5 * second),
        error: detail,
      })
      return recorded === 'known' ? 'known' : 'stored'
    })
  }
}

/** Whose cards an event may have changed. */
const customerOf = ({ news }: ProviderEvent): string | undefined => {
  if (news.about === 'payment_methods') return news.customerId
  return news.about === 'attempt' && news.report !== 'ask' ? customerIn(news.report) : undefined
}

/** Reads what the event will be applied to, as far as its marks tell: the transaction has it at hand then. */
const readAhead = async (tx: Transaction, { news }: ProviderEvent): Promise<void> => {
  if (news.about === 'attempt' && news.paymentId !== undefined) await tx.payments.find(news.paymentId)
}
