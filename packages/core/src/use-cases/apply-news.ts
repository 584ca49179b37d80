import { effectId, type Effect } from '../effect/effect.ts'
import type { Instant } from '../kernel/instant.ts'
import type { AttemptId, PaymentId } from '../kernel/ids.ts'
import { isLive } from '../payment/attempt.ts'
import { getAttempt } from '../payment/payment-case.ts'
import type { ProviderEvent, ProviderNews } from '../ports/provider-event.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import { settleDispute } from '../settlement/settle-dispute.ts'
import { applyAttemptReport, applyRefundReport } from './apply-report.ts'
import { storeChange, type ChangeDependencies, type Origin } from './store-change.ts'

/** News about something not known here, or not yet: it is kept and tried again, since what it is about may be on its way. */
export class UnknownObject extends Error {
  override readonly name = 'UnknownObject'
}

type AttemptNews = Extract<ProviderNews, { readonly about: 'attempt' }>
type AttemptTarget = { readonly paymentId: PaymentId; readonly attemptId: AttemptId }

/**
 * Applies what an event says, in the transaction that takes it in.
 *
 * @throws {@link UnknownObject} when it is about an attempt or charge that no payment has.
 */
export const applyNews = async (
  tx: Transaction,
  deps: ChangeDependencies,
  event: ProviderEvent,
  now: Instant,
): Promise<void> => {
  if (event.livemode !== deps.settings.livemode) {
    await tx.attention.raise([
      {
        id: `livemode_mismatch:${event.id}`,
        code: 'livemode_mismatch',
        at: now,
        data: { eventId: event.id, type: event.type },
      },
    ])
    return
  }
  const { news } = event
  switch (news.about) {
    case 'nothing':
    // No row of ours holds them. Whoever keeps a list of them is told by whoever took the event in.
    case 'payment_methods':
      return
    case 'attempt':
      return applyAttemptNews(tx, deps, event, news, now)
    case 'refund': {
      const target = await getTarget(tx, event, { chargeId: news.report.chargeId })
      const refundId = news.refundId === undefined ? {} : { refundId: news.refundId }
      await applyRefundReport(tx, deps, { paymentId: target.paymentId, ...refundId }, news.report, {
        now,
        asked: false,
        origin: origin(event, { state: news.report.state.type }),
      })
      return
    }
    case 'dispute':
      return applyDispute(tx, deps, event, news, now)
  }
}

const applyAttemptNews = async (
  tx: Transaction,
  deps: ChangeDependencies,
  event: ProviderEvent,
  news: AttemptNews,
  now: Instant,
): Promise<void> => {
  const { report } = news
  const target = (await findMarked(tx, news)) ?? (await findAttempt(tx, event, news))
  if (target === undefined) return
  if (report !== 'ask') {
    await applyAttemptReport(tx, deps, target, report, {
      now,
      asked: false,
      origin: origin(event, { state: report.state.type }),
    })
    return
  }
  const found = await tx.payments.find(target.paymentId)
  if (found === undefined) return
  const attempt = getAttempt(found.value, target.attemptId)
  const { providerId } = news
  const effects: Effect[] = []
  // A page is looked at by its name: it may bring money whatever the attempt is, or is called, by then.
  const named = attempt.kind === 'hosted' ? providerId : undefined
  if (named !== undefined) effects.push({ type: 'look_up_attempt', ...target, providerId: named })
  if (isLive(attempt) && (named === undefined || attempt.providerId === undefined))
    effects.push({ type: 'look_up_attempt', ...target })
  await tx.outbox.append(
    effects.map((body) => ({ id: effectId(body), body, dueAt: now })),
    now,
  )
}

/** The attempt that our marks name, where the payment they name has it. */
const findMarked = async (
  tx: Transaction,
  { attemptId, paymentId }: AttemptNews,
): Promise<AttemptTarget | undefined> => {
  if (attemptId === undefined || paymentId === undefined) return undefined
  const found = await tx.payments.find(paymentId)
  return found?.value.attempts.some(({ id }) => id === attemptId) ? { paymentId, attemptId } : undefined
}

/** The attempt by its own names. Without our mark it may be another program's: the provider's account need not be ours alone. */
const findAttempt = async (
  tx: Transaction,
  event: ProviderEvent,
  { providerId, attemptId }: AttemptNews,
): Promise<AttemptTarget | undefined> => {
  const by = providerId === undefined ? {} : { providerId }
  return attemptId === undefined ? tx.payments.findPaymentOf(by) : getTarget(tx, event, { ...by, attemptId })
}

const applyDispute = async (
  tx: Transaction,
  deps: ChangeDependencies,
  event: ProviderEvent,
  news: Extract<ProviderNews, { readonly about: 'dispute' }>,
  now: Instant,
): Promise<void> => {
  const target = await getTarget(tx, event, { chargeId: news.chargeId })
  const found = await tx.payments.find(target.paymentId)
  if (found === undefined) return
  const { providerId: disputeId, outcome: state, amount } = news
  const change = settleDispute(found.value, target.attemptId, { at: now, disputeId, state, amount, asked: false })
  if (change.kase === found.value && change.effects.length === 0) return
  await storeChange(tx, deps, found.version, change, { now, origin: origin(event, { outcome: state }) })
}

const getTarget = async (
  tx: Transaction,
  event: ProviderEvent,
  by: Parameters<Transaction['payments']['findPaymentOf']>[0],
): Promise<AttemptTarget> => {
  const target = await tx.payments.findPaymentOf(by)
  if (target === undefined)
    throw new UnknownObject(`Event '${event.id}' (${event.type}) is about something that no payment has.`)
  return target
}

const origin = (event: ProviderEvent, data: Origin['data']): Origin => ({
  type: 'event',
  about: { type: 'event', id: event.id },
  name: event.type,
  data,
})
