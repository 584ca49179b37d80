import { openConsultation } from '../consultation/consultation.ts'
import { bug } from '../kernel/bug.ts'
import type { OwnerId, ResourceId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'
import type { Money } from '../kernel/money.ts'
import { ok, type Result } from '../kernel/result.ts'
import type { LineItem } from '../payment/payment.ts'
import type { QuoteRefusal } from '../ports/fulfilment.ts'
import type { StandardSchema } from './standard-schema.ts'
import { typedKind, type Sendable, type TypedKind } from './typed-kind.ts'

/** What a host takes for a consultation, and what is written on the bill. */
export interface ConsultationTerms {
  readonly amount: Money
  readonly item: LineItem
  /** Who is consulted. */
  readonly resourceId: ResourceId
  /** What the consultation is to remember beside `resource_id`. */
  readonly details?: Readonly<Record<string, Json>>
}

/** The host's part of a consultation: who can be consulted, and what it costs. `typedCatalogue` types what is sent by a schema. */
export interface ConsultationCatalogue<Sent = unknown> {
  /** What it reads by, where that is a schema. */
  readonly payload?: StandardSchema<unknown, Sent>
  /** Reads what a stranger sent and prices it. */
  quote(
    payload: Json,
    context: { readonly owner: OwnerId; readonly now: Instant },
  ): Promise<Result<ConsultationTerms, QuoteRefusal>>
}

/**
 * The built-in kind `consultation`: a conversation that takes no slot, and that exists only once it is paid. All of the
 * price is due at once. Whoever pays has it: nobody else's payment can be in its way.
 */
export const consultationKind = <Sent = unknown>({
  catalogue,
}: {
  readonly catalogue: ConsultationCatalogue<Sent>
}): TypedKind<Sendable<Sent>> =>
  typedKind({
    name: 'consultation',
    async quote(payload, context) {
      const quoted = await catalogue.quote(payload, context)
      if (!quoted.ok) return quoted
      const { amount, item, resourceId, details } = quoted.value
      return ok({ amount, item, purpose: 'consultation', details: { ...details, [doctor]: resourceId } })
    },
    async fulfil({ tx, ids, intent, payment, now }) {
      const { [doctor]: resourceId } = intent.quote.details
      if (typeof resourceId !== 'string') return bug(`Intent '${intent.id}' is a consultation of nobody.`)
      const id = ids.next('consultation')
      await tx.consultations.save(
        openConsultation({
          id,
          owner: intent.owner,
          resourceId: resourceId as ResourceId,
          intentId: intent.id,
          paymentId: payment.id,
          details: intent.quote.details,
          createdAt: now,
        }),
        0,
      )
      return { type: 'done', record: { type: 'consultation', id } }
    },
  })

// Named as in the details of an appointment, so that a message about either says who it is with in the same way.
const doctor = 'resource_id'
