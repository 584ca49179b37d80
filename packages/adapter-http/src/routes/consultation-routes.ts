import { mayTouch, type ConsultationId } from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import {
  cancelConsultationBody,
  cancelledConsultationAnswer,
  closedConsultationAnswer,
  consultationAnswer,
  consultationsAnswer,
  showConsultation,
} from '../wire/consultation.ts'
import { pageOf, paging } from '../wire/parts.ts'
import { refused, reply, route } from './route.ts'

const tag = 'Consultations'

const listConsultations = route({
  name: 'list_consultations',
  method: 'get',
  path: '/consultations',
  tag,
  summary: "The caller's consultations, newest first; everybody's for staff.",
  who: 'owner_or_staff',
  query: z.strictObject(paging),
  answers: { 200: consultationsAnswer },
  refusals: [],
  handle: async ({ actor, query: { limit, after }, words }, { unitOfWork }) => {
    const found = await unitOfWork.read((tx) =>
      tx.consultations.list({
        limit: limit + 1,
        ...(actor.type === 'owner' ? { owner: actor.id } : {}),
        ...(after === undefined ? {} : { after: after as ConsultationId }),
      }),
    )
    const { rows, next_cursor } = pageOf(found, limit, ({ id }) => id)
    return reply(200, { consultations: rows.map((row) => showConsultation(row, words)), next_cursor })
  },
})

const readConsultation = route({
  name: 'read_consultation',
  method: 'get',
  path: '/consultations/{id}',
  tag,
  summary: 'A consultation.',
  who: 'owner_or_staff',
  id: 'consultation',
  answers: { 200: consultationAnswer },
  refusals: ['consultation_not_found'],
  handle: async ({ actor, id, words }, { unitOfWork }) => {
    const found = (await unitOfWork.read((tx) => tx.consultations.find(id)))?.value
    return found === undefined || !mayTouch(actor, found.owner)
      ? refused({ code: 'consultation_not_found' })
      : reply(200, showConsultation(found, words))
  },
})

const closeConsultation = route({
  name: 'close_consultation',
  method: 'post',
  path: '/consultations/{id}/close',
  tag,
  summary: 'Ends a consultation that took place. What was paid for it stays.',
  who: 'staff',
  id: 'consultation',
  keyed: true,
  answers: { 200: closedConsultationAnswer },
  refusals: ['consultation_not_found', 'idempotency_key_reused', 'consultation_cancelled'],
  handle: async ({ actor, id: consultationId, keyed, words }, { holdfast }) => {
    const outcome = await holdfast.closeConsultation({ actor, consultationId, ...keyed })
    if (!outcome.ok) return refused(outcome.error)
    return reply(200, {
      status: 'closed' as const,
      message: words.messages.consultation_closed,
      consultation: showConsultation(outcome.value.consultation, words),
    })
  },
})

const cancelConsultation = route({
  name: 'cancel_consultation',
  method: 'post',
  path: '/consultations/{id}/cancel',
  tag,
  summary: 'Cancels a consultation that is not to take place. `refund` says whether what was paid goes back.',
  who: 'staff',
  id: 'consultation',
  body: cancelConsultationBody,
  keyed: true,
  answers: { 200: cancelledConsultationAnswer },
  refusals: ['consultation_not_found', 'idempotency_key_reused', 'consultation_closed'],
  handle: async ({ actor, id: consultationId, body: { refund }, keyed, words }, { holdfast }) => {
    const outcome = await holdfast.cancelConsultation({ actor, consultationId, refund, ...keyed })
    if (!outcome.ok) return refused(outcome.error)
    return reply(200, {
      status: 'cancelled' as const,
      message: words.messages.consultation_cancelled,
      consultation: showConsultation(outcome.value.consultation, words),
    })
  },
})

/** Conversations that were paid for, and how they end. */
export const consultationRoutes = [listConsultations, readConsultation, closeConsultation, cancelConsultation] as const
