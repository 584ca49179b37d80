import type { Consultation } from '../consultation/consultation.ts'
import { bug } from '../kernel/bug.ts'
import { VersionConflict, type ConsultationStore, type Versioned } from '../ports/unit-of-work.ts'
import { newestThat, type MemoryTable } from './memory-table.ts'

/** Consultations in memory. */
export const memoryConsultationStore = (consultations: MemoryTable<Versioned<Consultation>>): ConsultationStore => ({
  async find(id) {
    return consultations.get(id)
  },
  async list({ owner, resourceId, ...filter }) {
    return newestThat(
      consultations,
      filter,
      (one) =>
        (owner === undefined || one.owner === owner) && (resourceId === undefined || one.resourceId === resourceId),
    )
  },
  async save(consultation, expected) {
    const { id, intentId } = consultation
    const stored = consultations.get(id)?.version ?? 0
    if (stored !== expected) throw new VersionConflict(`Consultation '${id}' is at version ${stored}, not ${expected}.`)
    if (consultations.all().some(({ value }) => value.intentId === intentId && value.id !== id))
      bug(`Consultation '${id}' is of the intent of another.`)
    consultations.set(id, { value: consultation, version: expected + 1 })
  },
})
