import type { ConsultationId } from '../kernel/ids.ts'
import type { Actor } from './actor.ts'
import type { Dependencies } from './dependencies.ts'
import { endConsultation, type EndConsultationOutcome } from './end-consultation.ts'

/** What is asked of {@link cancelConsultation}. */
export interface CancelConsultationRequest {
  readonly actor: Actor
  readonly consultationId: ConsultationId
  /** Whether what was paid goes back: the host's terms, not the wish of whoever paid. */
  readonly refund: 'all' | 'nothing'
  readonly idempotencyKey?: string
}

/** What {@link cancelConsultation} answers. */
export type CancelConsultationOutcome = EndConsultationOutcome<'consultation_closed'>
/** The use case {@link cancelConsultation}, wired. */
export type CancelConsultation = (request: CancelConsultationRequest) => Promise<CancelConsultationOutcome>

/**
 * Cancels a consultation that is not to take place. What has not gone back of its payment goes back where `refund` says so,
 * but not while a dispute about it is open: its outcome decides. Its owner is told, where somebody else cancels it.
 *
 * Refuses, first match wins: `consultation_not_found`, `idempotency_key_reused`, `consultation_closed`.
 */
export const cancelConsultation =
  (deps: Dependencies): CancelConsultation =>
  (request) =>
    endConsultation(deps, request, { type: 'cancel', refund: request.refund })
