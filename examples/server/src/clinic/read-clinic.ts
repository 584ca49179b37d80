import {
  parseIsoTime,
  payableUntil,
  type Consultation,
  type Instant,
  type Json,
  type Money,
  type OwnerId,
  type PendingIntent,
  type Reservation,
  type UnitOfWork,
} from '@holdfast/core'
import { listReservations } from '../stays/list-reservations.ts'
import { clinicCurrency, isClinicKind } from './clinic-kinds.ts'
import { findDoctorOf, isDoctor, type Doctor } from './doctors.ts'

/** What a patient has at the clinic. */
export interface Visits {
  readonly appointments: readonly Reservation[]
  readonly consultations: readonly Consultation[]
}

/** What a patient has had and will have, newest first. */
export const readVisits = (unitOfWork: UnitOfWork, owner: OwnerId): Promise<Visits> =>
  unitOfWork.read(async (tx) => ({
    appointments: await listReservations(tx, { owner }, ({ slot }) => isDoctor(slot.resourceId)),
    consultations: await tx.consultations.list({ owner, limit: 50 }),
  }))

/** The appointments of all patients, newest first. */
export const listAppointments = (unitOfWork: UnitOfWork): Promise<readonly Reservation[]> =>
  unitOfWork.read((tx) => listReservations(tx, {}, ({ slot }) => isDoctor(slot.resourceId)))

/** What a patient has begun to pay at the clinic, top-ups of the wallet included, newest first. */
export const readUnpaid = (unitOfWork: UnitOfWork, owner: OwnerId, now: Instant): Promise<readonly PendingIntent[]> =>
  unitOfWork.read(async (tx) =>
    (await tx.intents.listOpen(owner, 50)).filter((intent) => isClinicKind(intent.kind) && payableUntil(intent) > now),
  )

/** What is in a patient's wallet. */
export const readBalance = async (unitOfWork: UnitOfWork, owner: OwnerId): Promise<Money> => {
  const found = await unitOfWork.read((tx) => tx.wallets.find(owner, clinicCurrency))
  return { minorUnits: found?.value.balance ?? 0n, currency: clinicCurrency }
}

/** What the details of an appointment or a consultation say. Top-ups are with nobody, consultations at no time. */
export interface VisitDetails {
  readonly doctor: Doctor | undefined
  readonly startsAt: Instant | undefined
  /** The intent that a wallet is topped up for. */
  readonly forIntent: string | undefined
}

/** Reads the details that the clinic's kinds store. */
export const readVisitDetails = (details: Readonly<Record<string, Json>>): VisitDetails => {
  const { resource_id: resourceId, starts_at: time, forIntent } = details
  return {
    doctor: typeof resourceId === 'string' ? findDoctorOf(resourceId) : undefined,
    startsAt: typeof time === 'string' ? parseIsoTime(time) : undefined,
    forIntent: typeof forIntent === 'string' ? forIntent : undefined,
  }
}
