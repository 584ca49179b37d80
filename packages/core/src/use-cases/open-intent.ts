import { after } from '../kernel/instant.ts'
import type { IntentId, PaymentId } from '../kernel/ids.ts'
import type { Json } from '../kernel/json.ts'
import type { Money } from '../kernel/money.ts'
import { amountFault } from '../fulfilment/amount-fault.ts'
import { invalidPayload } from '../fulfilment/invalid-payload.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { Instant } from '../kernel/instant.ts'
import type { OwnerId } from '../kernel/ids.ts'
import type { Payment } from '../payment/payment.ts'
import type { PendingIntent, Quote } from '../pending-intent/pending-intent.ts'
import type { FulfilmentKind, QuoteRefusal } from '../ports/fulfilment.ts'
import type { KindRequest } from '../fulfilment/typed-kind.ts'
import { moveCase } from '../settlement/case-change.ts'
import { taskId } from '../task/task.ts'
import { actorName, type Actor } from './actor.ts'
import type { Dependencies } from './dependencies.ts'
import { claimKey, settleKey, type KeyReused } from './request-key.ts'
import { storeChange } from './store-change.ts'

/** What is asked of {@link openIntent}. What a stranger sends is put in as it is; who knows the kind has `request` of it typed. */
export interface OpenIntentRequest extends KindRequest {
  readonly actor: Extract<Actor, { readonly type: 'owner' }>
  readonly idempotencyKey?: string
}

/** An intent that may now be paid. */
export interface OpenedIntent {
  readonly intentId: IntentId
  readonly paymentId: PaymentId
  /** For the browser's cookie. */
  readonly token: string
  readonly amount: Money
  readonly expiresAt: Instant
}

/** What {@link openIntent} answers. */
export type OpenIntentOutcome = Result<
  OpenedIntent,
  QuoteRefusal | KeyReused | { readonly code: 'unknown_kind'; readonly known: readonly string[] }
>
/** The use case {@link openIntent}, wired. */
export type OpenIntent = (request: OpenIntentRequest) => Promise<OpenIntentOutcome>

/**
 * Stores what somebody wants to buy, priced by the host, with the payment that is due for it. Nothing else exists yet.
 *
 * Refuses, first match wins: `unknown_kind`, `idempotency_key_reused`, and what the kind's own quote refuses:
 * `invalid_payload`, `unknown_resource`, `slot_taken`. A quote that cannot be charged, or is not within the kind's limits, is
 * `invalid_payload` as a whole: `currency_not_taken`, `amount_too_small`, `amount_too_large`, `amount_not_a_multiple`.
 */
export const openIntent =
  (
    deps: Pick<Dependencies, 'unitOfWork' | 'clock' | 'ids' | 'fulfilmentKinds' | 'settings' | 'returnUrls'>,
  ): OpenIntent =>
  async (request) => {
    const { unitOfWork, clock, ids, fulfilmentKinds, settings } = deps
    const kind = fulfilmentKinds.find(({ name }) => name === request.kind)
    if (kind === undefined) return err({ code: 'unknown_kind', known: fulfilmentKinds.map(({ name }) => name) })
    const owner: OwnerId = request.actor.id
    const quoted = checked(kind, await kind.quote(request.payload, { owner, now: clock.now() }))

    return unitOfWork.run(async (tx): Promise<OpenIntentOutcome> => {
      const now = clock.now()
      const asked = { useCase: 'open_intent', kind: request.kind, payload: request.payload }
      const claim = await claimKey<OpenIntentOutcome>(tx, request, asked, now)
      if (claim.type === 'reused') return err({ code: 'idempotency_key_reused' })
      if (claim.type === 'settled') return claim.outcome
      if (!quoted.ok) return settleKey(tx, request, quoted)

      const quote = quoted.value
      const id = ids.next('intent')
      const paymentId = ids.next('payment')
      const intent: PendingIntent = {
        id,
        token: ids.token(),
        kind: kind.name,
        owner,
        payload: request.payload,
        quote,
        paymentId,
        expiresAt: after(now, settings.intentTtlMs),
        createdAt: now,
        status: 'open',
      }
      const payment: Payment = {
        id: paymentId,
        purpose: quote.purpose,
        owner,
        subject: { type: 'intent', id },
        amount: quote.amount,
        item: quote.item,
        metadata: { intent_id: id, ...metadataOf(quote.details) },
        saveCard: quote.balance !== undefined,
        createdAt: now,
        status: 'pending',
      }
      await tx.intents.save(intent, 0)
      const change = moveCase({ payment, attempts: [], refunds: [] })
      change.fact('intent', id, { type: 'opened', kind: kind.name })
      await storeChange(tx, deps, 0, change.done(), {
        now,
        origin: {
          type: 'command',
          about: { type: 'intent', id },
          name: 'open_intent',
          actor: actorName(request.actor),
          data: {},
        },
      })
      const abandon = { type: 'abandon_intent', intentId: id } as const
      await tx.tasks.append([{ id: taskId(abandon), body: abandon, dueAt: intent.expiresAt }], now)
      return settleKey(
        tx,
        request,
        ok({ intentId: id, paymentId, token: intent.token, amount: quote.amount, expiresAt: intent.expiresAt }),
      )
    })
  }

/** The same, unless a sum in it cannot be asked for. */
const checked = ({ limits }: FulfilmentKind, quoted: Result<Quote, QuoteRefusal>): Result<Quote, QuoteRefusal> => {
  if (!quoted.ok) return quoted
  const { amount, balance } = quoted.value
  const fault = amountFault(amount, limits) ?? (balance === undefined ? undefined : amountFault(balance.amount))
  return fault === undefined ? quoted : invalidPayload('', fault)
}

/** What of a quote's details the provider's dashboard may show: short text, under the names the host gave it. */
const metadataOf = (details: Readonly<Record<string, Json>>): Readonly<Record<string, string>> => {
  const shown = details['metadata']
  if (typeof shown !== 'object' || shown === null || Array.isArray(shown)) return {}
  return Object.fromEntries(
    Object.entries(shown).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}
