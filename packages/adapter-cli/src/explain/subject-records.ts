import type {
  Consultation,
  ConsultationId,
  IntentId,
  Order,
  OrderId,
  PaymentCase,
  PendingIntent,
  Reservation,
  ReservationId,
  Transaction,
} from '@holdfast/core'

/** What a payment is for, as far as there is a record of it. */
export interface SubjectRecords {
  readonly intent?: PendingIntent
  readonly reservation?: Reservation
  readonly consultation?: Consultation
  readonly order?: Order
}

/** Reads what a payment is for: its intent, and what that has become. */
export const readSubject = async (tx: Transaction, { payment: { subject } }: PaymentCase): Promise<SubjectRecords> => {
  if (subject.type === 'reservation') return readReservation(tx, subject.id)
  if (subject.type === 'order') {
    const order = (await tx.orders.find(subject.id as OrderId))?.value
    return order === undefined ? {} : { order }
  }
  const intent = (await tx.intents.find(subject.id as IntentId))?.value
  if (intent === undefined) return {}
  if (intent.status !== 'fulfilled') return { intent }
  const { type, id } = intent.record
  if (type === 'reservation') return { intent, ...(await readReservation(tx, id)) }
  if (type !== 'consultation') return { intent }
  const consultation = (await tx.consultations.find(id as ConsultationId))?.value
  return { intent, ...(consultation === undefined ? {} : { consultation }) }
}

const readReservation = async (tx: Transaction, id: string): Promise<SubjectRecords> => {
  const reservation = (await tx.reservations.find(id as ReservationId))?.value
  return reservation === undefined ? {} : { reservation }
}
