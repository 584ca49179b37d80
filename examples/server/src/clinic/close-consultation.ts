import {
  decideConsultation,
  evolveConsultation,
  type Clock,
  type ConsultationId,
  type UnitOfWork,
} from '@holdfast/core'

/**
 * Ends a consultation that took place, and says so in the story of its payment. True when it is closed now, also where it
 * was before; false when there is none, or it was cancelled.
 */
export const closeConsultation = (
  { unitOfWork, clock }: { readonly unitOfWork: UnitOfWork; readonly clock: Pick<Clock, 'now'> },
  id: ConsultationId,
  staffId: string,
): Promise<boolean> =>
  unitOfWork.run(async (tx) => {
    const found = await tx.consultations.find(id)
    if (found === undefined) return false
    const at = clock.now()
    const decision = decideConsultation(found.value, { type: 'close', at, by: 'staff' })
    if (!decision.ok) return false
    if (decision.events.length === 0) return true
    await tx.consultations.save(decision.events.reduce(evolveConsultation, found.value), found.version)
    const { paymentId } = found.value
    const about = { type: 'consultation', id }
    const entry = { paymentId, at, type: 'fact', about, name: 'closed', actor: `staff:${staffId}`, data: {} } as const
    await tx.timeline.append([entry])
    return true
  })
