import type {
  AttemptId,
  AttemptKind,
  AttemptQuery,
  AttemptReport,
  AttemptState,
  ForgottenChargeQuery,
  ProviderAnswer,
} from '@holdfast/core'
import type Stripe from 'stripe'
import { minute } from '@holdfast/core'
import { ask, ofLookUp, type Asked } from './asking.ts'
import { absentFrom, findMarked, type Found } from './listing.ts'
import { ownerIsMissed, reportOfIntent, reportOfSession, waitsForSomebody } from './report.ts'
import { intentWire, sessionWire, type IntentWire } from './wire.ts'

type Answer = ProviderAnswer<AttemptReport>

/** How to look at attempts at Stripe, and how to end those that nobody will come for. */
export const attemptsAt = (stripe: Stripe, maxPages: number) => {
  /** What an attempt is now, by Stripe's id of it. */
  const retrieve = async (kind: AttemptKind, id: string): Promise<Answer> => {
    if (kind === 'off_session') {
      const asked = await ask(intentWire, () => stripe.paymentIntents.retrieve(id))
      return asked.type === 'got' ? settleWaiting(asked.body) : ofLookUp(asked)
    }
    const asked = await ask(sessionWire, () => stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] }))
    return asked.type === 'got' ? reported(reportOfSession(asked.body)) : ofLookUp(asked)
  }

  /**
   * A charge that waits for somebody, with nobody there: it is cancelled, so that it is dead at Stripe before it is
   * called declined here. Where it cannot be, it has moved on meanwhile, and is asked for again.
   */
  const settleWaiting = async (intent: IntentWire): Promise<Answer> => {
    if (!waitsForSomebody(intent)) return reported(reportOfIntent(intent))
    const cancelled = await ask(intentWire, () =>
      stripe.paymentIntents.cancel(intent.id, { cancellation_reason: 'abandoned' }),
    )
    if (cancelled.type === 'got' && cancelled.body.status === 'canceled')
      return reported({
        ...reportOfIntent(cancelled.body),
        state: intent.status === 'requires_action' ? { type: 'declined', failure: ownerIsMissed } : { type: 'expired' },
      })
    const now = await ask(intentWire, () => stripe.paymentIntents.retrieve(intent.id))
    return now.type === 'got' ? reported(reportOfIntent(now.body)) : ofLookUp(now)
  }

  /** What an attempt is now, by our mark among what was made since shortly before it was asked for. */
  const search = async ({ kind, attemptId, requestedAt }: AttemptQuery): Promise<Answer> => {
    const created = { gte: Math.floor((requestedAt - clocksDisagreeMs) / 1_000) }
    const found = await findMarked(
      kind === 'hosted'
        ? (paging) => stripe.checkout.sessions.list({ created, expand: ['data.payment_intent'], ...paging })
        : (paging) => stripe.paymentIntents.list({ created, ...paging }),
      ({ metadata }) => isOurs(metadata, kind, attemptId),
      maxPages,
    )
    if (found.type !== 'found') return found
    const reports: AttemptReport[] = []
    for (const object of found.objects) {
      const answer = await readFound(kind, object)
      if (answer.type !== 'reported') return answer
      reports.push(answer.report)
    }
    return pick(reports, found)
  }

  /** Money of a payment among all that a customer ever paid, by our mark; nothing is ended that is looked at. */
  const findForgotten = async ({ paymentId, customerId, known }: ForgottenChargeQuery): Promise<Answer> => {
    const found = await findMarked(
      (paging) => stripe.paymentIntents.list({ customer: customerId, ...paging }),
      ({ metadata }) => metadata.payment_id === paymentId && !known.some((id) => id === metadata.attempt_id),
      maxPages,
    )
    if (found.type !== 'found') return found
    const reports: AttemptReport[] = []
    for (const object of found.objects) {
      const intent = await ask(intentWire, async () => object)
      if (intent.type !== 'got') return ofLookUp(intent)
      const report = reportOfIntent(intent.body)
      if (weight(report) <= weightOfAuthorized) reports.push(report)
    }
    return pick(reports, found)
  }

  const readFound = async (kind: AttemptKind, object: unknown): Promise<Answer> => {
    if (kind === 'hosted') {
      const session = await ask(sessionWire, async () => object)
      return session.type === 'got' ? reported(reportOfSession(session.body)) : ofLookUp(session)
    }
    const intent: Asked<IntentWire> = await ask(intentWire, async () => object)
    return intent.type === 'got' ? settleWaiting(intent.body) : ofLookUp(intent)
  }

  return { retrieve, search, findForgotten, settleWaiting }
}

/** Ours and Stripe's clock may disagree by this much, and nothing made in time is overlooked. */
const clocksDisagreeMs = 10 * minute

const isOurs = (
  marks: { readonly attempt_id?: string | undefined; readonly kind?: string | undefined },
  kind: AttemptKind,
  attemptId: AttemptId,
): boolean => marks.attempt_id === attemptId && marks.kind === kind

/**
 * Of several of one attempt, the one that has brought money comes first, then the ones that may; the dead come last.
 */
const pick = (reports: readonly AttemptReport[], found: Found): Answer => {
  const [first, ...rest] = reports.toSorted((a, b) => weight(a) - weight(b))
  if (first === undefined) return absentFrom(found)
  const others = rest.filter((each) => weight(each) < weightOfDead).flatMap(({ providerId }) => providerId ?? [])
  return reported(others.length === 0 ? first : { ...first, others })
}

const order: readonly (AttemptState['type'] | 'unrecognized')[] = [
  'captured',
  'processing',
  'authorized',
  'opened',
  'unrecognized',
  'declined',
  'expired',
]
const weightOfAuthorized = order.indexOf('authorized')
const weightOfDead = order.indexOf('declined')
const weight = ({ state }: AttemptReport): number => order.indexOf(state.type)

const reported = (report: AttemptReport): Answer => ({ type: 'reported', report })
