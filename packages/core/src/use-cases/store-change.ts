import { effectId } from '../effect/effect.ts'
import type { Instant } from '../kernel/instant.ts'
import { after, minute } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'
import type { PageTerms } from '../payment/attempt.ts'
import type { Payment } from '../payment/payment.ts'
import type { PaymentCase } from '../payment/payment-case.ts'
import type { Transaction, Version } from '../ports/unit-of-work.ts'
import { beginAttempt } from '../settlement/begin-attempt.ts'
import { moveCase, type CaseChange, type Fact } from '../settlement/case-change.ts'
import type { TimelineEntry } from '../timeline/timeline.ts'
import type { Dependencies } from './dependencies.ts'
import { postTransfers } from './post-transfers.ts'
import { react } from './react.ts'
import { reverseTopUp } from './reverse-top-up.ts'

/** What storing a change needs beside a transaction. */
export type ChangeDependencies = Pick<Dependencies, 'fulfilmentKinds' | 'ids' | 'returnUrls' | 'settings'>

/** Where a change came from, for the payment's story. */
export type Origin = Omit<TimelineEntry, 'paymentId' | 'at'>

/**
 * Stores everything that follows from a change in one transaction: the case, what its subject makes of it, the effects it
 * calls for, its story, and what needs a human.
 *
 * @returns the case as it was stored.
 */
export const storeChange = async (
  tx: Transaction,
  deps: ChangeDependencies,
  version: Version,
  change: CaseChange,
  { now, origin }: { readonly now: Instant; readonly origin?: Origin },
): Promise<PaymentCase> => {
  const move = moveCase(change.kase, change)
  await react(tx, deps, move, now)
  await reverseTopUp(tx, { value: change.before, version }, move)
  await postTransfers(tx, move, now)
  if (change.fallback)
    beginAttempt(move, {
      id: deps.ids.next('attempt'),
      kind: 'hosted',
      announce: true,
      at: now,
      page: await pageTerms(tx, deps, move.kase.payment, now),
    })
  const { kase, facts, effects, attention } = move.done()
  await tx.payments.save(kase, version, now)
  if (effects.length > 0)
    await tx.outbox.append(
      effects.map((effect) => ({ id: effectId(effect), body: effect, dueAt: now })),
      now,
    )
  const paymentId = kase.payment.id
  await tx.timeline.append([
    ...(origin === undefined ? [] : [{ ...origin, paymentId, at: now }]),
    ...facts.map(
      ({ about, event }): TimelineEntry => ({
        paymentId,
        at: now,
        type: 'fact',
        about,
        name: event.type,
        data: dataOf(event),
      }),
    ),
    ...attention.map(
      ({ code, id, data }): TimelineEntry => ({
        paymentId,
        at: now,
        type: 'attention',
        about: { type: 'attention', id },
        name: code,
        data,
      }),
    ),
  ])
  if (attention.length > 0) await tx.attention.raise(attention)
  return kase
}

/** An event but for its name. By hand, on the way of every webhook: V8 takes several times as long over a rest pattern. */
const dataOf = (event: Fact['event']): TimelineEntry['data'] => {
  const data: Record<string, Json> = {}
  for (const name of Object.keys(event)) if (name !== 'type') data[name] = event[name]
  return data
}

/** What a hosted page for this payment is opened with. It ends with the intent it is for, within the provider's bounds. */
export const pageTerms = async (
  tx: Transaction,
  { returnUrls, settings }: Pick<Dependencies, 'returnUrls' | 'settings'>,
  payment: Payment,
  now: Instant,
  endsAt: Instant = after(now, settings.pageTtlMs),
): Promise<PageTerms> => {
  const customerId = await tx.customers.find(payment.owner)
  const longest = after(now, settings.pageTtlMs)
  const shortest = after(now, shortestPageMs)
  const expiresAt = endsAt > longest ? longest : endsAt < shortest ? shortest : endsAt
  return { ...returnUrls.of(payment), expiresAt, ...(customerId === undefined ? {} : { customerId }) }
}

// Stripe opens no page for less than 30 minutes by its clock (Checkout Session, `expires_at`); ten more for ours, two for slow networks.
const shortestPageMs = 42 * minute
