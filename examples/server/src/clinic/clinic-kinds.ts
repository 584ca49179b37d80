import {
  appointmentCatalogue,
  consultationKind,
  err,
  money,
  ok,
  reservationKind,
  typedCatalogue,
  walletTopUpKind,
  type Schedules,
  type AmountLimits,
  type LineItem,
  type OwnerId,
  type UnitOfWork,
} from '@holdfast/core'
import { z } from 'zod'
import { textsIn, type Language } from '../language/language.ts'
import { findDoctor, findDoctorOf, resourceOf, type Doctor } from './doctors.ts'

/** The clinic's kinds, by what an intent calls them. The stays have the built-in `reservation`. */
export const clinicKinds = ['appointment', 'consultation', 'wallet_topup'] as const

/** One of {@link clinicKinds}. */
export type ClinicKind = (typeof clinicKinds)[number]

/** True for an intent of the clinic's. */
export const isClinicKind = (kind: string): kind is ClinicKind => clinicKinds.some((each) => each === kind)

/** When each doctor can be had. */
export const clinicSchedules: Schedules = {
  find: async (resourceId) => findDoctorOf(resourceId)?.schedule,
}

/** The currency that the clinic and its wallets reckon in. */
export const clinicCurrency = money(0, 'MXN').currency

/** How little and how much can be paid into a wallet at a time. */
export const topUpLimits: AmountLimits = { MXN: { least: 20_00n, most: 10_000_00n } }

/** What a wallet can be topped up by with one click, in minor units. */
export const topUpChoices: readonly bigint[] = [200_00n, 500_00n, 1_000_00n, 2_000_00n]

const consultationRequest = z.strictObject({ doctor: z.string().max(60) })

/** All that the clinic sells: a slot with a doctor, a conversation with one, and money to spend on either. */
export const createClinicKinds = (unitOfWork: UnitOfWork, languageOf: (owner: OwnerId) => Language) => ({
  appointment: reservationKind({
    name: 'appointment',
    unitOfWork,
    catalogue: appointmentCatalogue({
      schedules: clinicSchedules,
      price: ({ owner, resourceId, startsAt, schedule }) => {
        const doctor = getDoctorOf(resourceId)
        const language = languageOf(owner)
        return {
          amount: doctor.appointment,
          item: {
            name: `${textsIn[language].clinic.appointment} · ${doctor.name[language]}`,
            description: wallTime(startsAt, schedule.timeZone),
          },
          details: { metadata: { doctor: doctor.slug } },
        }
      },
    }),
  }),
  consultation: consultationKind({
    catalogue: typedCatalogue({
      payload: consultationRequest,
      quote: ({ doctor: slug }, { owner }) => {
        const doctor = findDoctor(slug)
        if (doctor === undefined) return err({ code: 'unknown_resource', field: 'doctor' })
        const language = languageOf(owner)
        return ok({
          amount: doctor.consultation,
          item: {
            name: `${textsIn[language].clinic.chat} · ${doctor.name[language]}`,
            description: doctor.speciality[language],
          },
          resourceId: resourceOf(doctor),
          details: { metadata: { doctor: doctor.slug } },
        })
      },
    }),
  }),
  walletTopUp: topUpKind(unitOfWork, languageOf),
})

/** The built-in top-up, with one thing more: what the payment page says is in its payer's language. */
const topUpKind = (
  unitOfWork: UnitOfWork,
  languageOf: (owner: OwnerId) => Language,
): ReturnType<typeof walletTopUpKind> => {
  const itemIn = (language: Language): LineItem => ({
    name: textsIn[language].site.wallet,
    description: textsIn[language].clinic.money.toSpend,
  })
  const topUp = walletTopUpKind({ unitOfWork, limits: topUpLimits, item: () => itemIn('en') })
  return {
    ...topUp,
    async quote(payload, context) {
      const quoted = await topUp.quote(payload, context)
      return quoted.ok ? ok({ ...quoted.value, item: itemIn(languageOf(context.owner)) }) : quoted
    },
  }
}

const getDoctorOf = (resourceId: string): Doctor => {
  const doctor = findDoctorOf(resourceId)
  if (doctor === undefined) throw new Error(`There is a schedule of '${resourceId}', and no such doctor.`)
  return doctor
}

/** `2026-12-03 10:30`, by the clocks there: what the payment page says is read in any language. */
const wallTime = (moment: number, timeZone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(moment)
