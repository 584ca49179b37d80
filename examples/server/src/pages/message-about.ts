import type { Consultation, Json, Reservation, Transaction } from '@holdfast/core'
import { readVisitDetails } from '../clinic/read-clinic.ts'
import type { SentMessage } from '../messages/guest-book.ts'
import { readStayDetails } from '../stays/stay-kind.ts'
import type { MessageAbout } from './messages-page.ts'

/** Finds out what a message is about: nights, a doctor, an order, or the wallet. */
export const readMessageAbout = async (tx: Transaction, { message }: SentMessage): Promise<MessageAbout> => {
  switch (message.template) {
    case 'refunded_unavailable': {
      const { subject } = (await tx.payments.find(message.paymentId))?.value.payment ?? {}
      return subject?.type === 'order' ? { type: 'order', id: subject.id } : aboutOf(message.details)
    }
    case 'kept_in_wallet':
      return aboutOf(message.details)
    case 'confirmed':
      return message.record.type === 'wallet_entry' ? { type: 'wallet' } : aboutRecord(tx, message.record)
    case 'cancelled':
      return aboutRecord(tx, message.record)
    case 'payment_link':
      return aboutRecord(tx, message.subject)
    case 'refunded_surplus':
      return { type: 'stay', name: '' }
  }
}

const aboutRecord = async (
  tx: Transaction,
  { type, id }: { readonly type: string; readonly id: string },
): Promise<MessageAbout> => {
  if (type === 'order') return { type, id }
  const found =
    type === 'consultation'
      ? await tx.consultations.find(id as Consultation['id'])
      : await tx.reservations.find(id as Reservation['id'])
  return found === undefined ? { type: 'stay', name: '' } : aboutOf(found.value.details)
}

const aboutOf = (details: Readonly<Record<string, Json>>): MessageAbout => {
  const { doctor, startsAt } = readVisitDetails(details)
  return doctor === undefined
    ? { type: 'stay', name: readStayDetails(details).name }
    : { type: 'visit', doctor, hasTime: startsAt !== undefined }
}
