import type { ConsultationId } from '../kernel/ids.ts'
import type { Actor } from './actor.ts'
import type { Dependencies } from './dependencies.ts'
import { endConsultation, type EndConsultationOutcome } from './end-consultation.ts'

/** What is asked of {@link closeConsultation}. */
export interface CloseConsultationRequest {
  readonly actor: Actor
  readonly consultationId: ConsultationId
  readonly idempotencyKey?: string
}

/** What {@link closeConsultation} answers. */
export type CloseConsultationOutcome = EndConsultationOutcome<'consultation_cancelled'>
/** The use case {@link closeConsultation}, wired. */
export type CloseConsultation = (request: CloseConsultationRequest) => Promise<CloseConsultationOutcome>

/**
 * Ends a consultation that took place. What was paid for it stays.
 *
 * Refuses, first match wins: `consultation_not_found`, `idempotency_key_reused`, `consultation_cancelled`.
 */
export const closeConsultation =
  (deps: Dependencies): CloseConsultation =>
  (request) =>
    endConsultation(deps, request, { type: 'close' })
