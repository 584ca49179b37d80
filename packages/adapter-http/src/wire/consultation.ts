import { consultationTransitions, isoTime, type Consultation } from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import type { Catalogue } from '../language/catalogue.ts'
import { free, id, nextCursor, plainObject, time, timeOrNull, words } from './parts.ts'

const statuses = Object.keys(consultationTransitions) as [Consultation['status'], ...Consultation['status'][]]

/** A consultation as whoever asked for it sees it. */
export const consultationAnswer = z
  .object({
    consultation_id: id,
    owner_id: id,
    status: z.enum(statuses),
    status_display: words,
    resource_id: id.openapi({ description: 'Who is consulted.' }),
    payment_id: id,
    details: free,
    created_at: time,
    closed_at: time.nullable(),
    cancelled_at: time.nullable(),
  })
  .openapi('Consultation')

/** A page of consultations. */
export const consultationsAnswer = z
  .object({ consultations: z.array(consultationAnswer), next_cursor: nextCursor })
  .openapi('Consultations')

/** A consultation that was closed. */
export const closedConsultationAnswer = z
  .object({ status: z.literal('closed'), message: words, consultation: consultationAnswer })
  .openapi('ClosedConsultation')

/** What staff send to cancel a consultation. */
export const cancelConsultationBody = z
  .strictObject({
    refund: z.enum(['all', 'nothing']).openapi({ description: 'Whether what was paid goes back.' }),
  })
  .openapi('ConsultationCancellation')

/** A consultation that was cancelled. */
export const cancelledConsultationAnswer = z
  .object({ status: z.literal('cancelled'), message: words, consultation: consultationAnswer })
  .openapi('CancelledConsultation')

/** A consultation. */
export const showConsultation = (
  consultation: Consultation,
  catalogue: Catalogue,
): z.infer<typeof consultationAnswer> => ({
  consultation_id: consultation.id,
  owner_id: consultation.owner,
  status: consultation.status,
  status_display: catalogue.consultationStatus[consultation.status],
  resource_id: consultation.resourceId,
  payment_id: consultation.paymentId,
  details: plainObject(consultation.details),
  created_at: isoTime(consultation.createdAt),
  closed_at: timeOrNull(consultation.status === 'closed' ? consultation.closedAt : undefined),
  cancelled_at: timeOrNull(consultation.status === 'cancelled' ? consultation.cancelledAt : undefined),
})
