import { defineSchedule, money, type Hours, type Money, type ResourceId, type Schedule } from '@holdfast/core'
import type { Language } from '../language/language.ts'

/** Somebody who can be seen, and asked by chat. As with the stays, the whole catalogue of the example is code. */
export interface Doctor {
  /** In addresses. */
  readonly slug: string
  readonly name: Readonly<Record<Language, string>>
  readonly speciality: Readonly<Record<Language, string>>
  readonly about: Readonly<Record<Language, string>>
  /** Where they are: appointments are read off the clocks there. */
  readonly place: Readonly<Record<Language, string>>
  readonly appointment: Money
  readonly consultation: Money
  readonly schedule: Schedule
}

/** A text by the language that it is in. */
type InWords = Readonly<Record<Language, string>>

const mxn = (pesos: number): Money => money(pesos * 100, 'MXN')

/** Opening hours in pairs: from, until, from, until. */
const hours = (...times: readonly string[]): readonly Hours[] =>
  times.flatMap((opens, index) => (index % 2 === 0 ? [{ opens, closes: times[index + 1] ?? '' }] : []))

const mexicoCity: InWords = { en: 'Mexico City', es: 'Ciudad de México', fa: 'مکزیکوسیتی' }

/** Everybody who works at the clinic, in the order in which they are shown. */
export const doctors: readonly Doctor[] = [
  {
    slug: 'lucia-herrera',
    name: { en: 'Dr Lucía Herrera', es: 'Dra. Lucía Herrera', fa: 'دکتر لوسیا اِررا' },
    speciality: { en: 'General medicine', es: 'Medicina general', fa: 'پزشک عمومی' },
    about: {
      en: 'For everything that has no name yet. She listens first, and sends you on only when it helps.',
      es: 'Para todo lo que aún no tiene nombre. Primero escucha, y solo te envía a otra parte si sirve de algo.',
      fa: 'برای هر چیزی که هنوز نامی ندارد. اول گوش می‌دهد و فقط وقتی به سود شماست شما را نزد دیگری می‌فرستد.',
    },
    place: mexicoCity,
    appointment: mxn(650),
    consultation: mxn(280),
    schedule: defineSchedule({
      timeZone: 'America/Mexico_City',
      slotMinutes: 30,
      noticeMinutes: 60,
      weekly: {
        monday: hours('09:00', '13:00', '16:00', '18:00'),
        tuesday: hours('09:00', '13:00', '16:00', '18:00'),
        wednesday: hours('09:00', '13:00'),
        thursday: hours('09:00', '13:00', '16:00', '18:00'),
        friday: hours('09:00', '14:00'),
      },
    }),
  },
  {
    slug: 'nasrin-karimi',
    name: { en: 'Dr Nasrin Karimi', es: 'Dra. Nasrin Karimi', fa: 'دکتر نسرین کریمی' },
    speciality: { en: 'Cardiology', es: 'Cardiología', fa: 'متخصص قلب' },
    about: {
      en: 'Hearts, calmly explained. She sees patients in Tijuana, and writes in Spanish, English and Persian.',
      es: 'El corazón, explicado con calma. Atiende en Tijuana y escribe en español, inglés y persa.',
      fa: 'قلب، با توضیح آرام. در تیخوانا بیمار می‌بیند و به فارسی، اسپانیایی و انگلیسی می‌نویسد.',
    },
    place: { en: 'Tijuana', es: 'Tijuana', fa: 'تیخوانا' },
    appointment: mxn(1_200),
    consultation: mxn(450),
    schedule: defineSchedule({
      timeZone: 'America/Tijuana',
      slotMinutes: 45,
      noticeMinutes: 120,
      weekly: {
        monday: hours('10:00', '13:00', '15:00', '18:00'),
        wednesday: hours('10:00', '13:00', '15:00', '18:00'),
        thursday: hours('10:00', '13:00'),
        saturday: hours('09:00', '12:00'),
      },
    }),
  },
  {
    slug: 'mateo-rios',
    name: { en: 'Mateo Ríos', es: 'Mateo Ríos', fa: 'ماتئو ریوس' },
    speciality: {
      en: 'Physiotherapy in pairs',
      es: 'Fisioterapia en pareja',
      fa: 'فیزیوتراپی دو نفره',
    },
    about: {
      en: 'Backs and knees, two patients at a time: every hour has two places.',
      es: 'Espaldas y rodillas, dos pacientes a la vez: cada hora tiene dos lugares.',
      fa: 'کمر و زانو، هر بار با دو بیمار: هر ساعت دو جا دارد.',
    },
    place: mexicoCity,
    appointment: mxn(320),
    consultation: mxn(180),
    schedule: defineSchedule({
      timeZone: 'America/Mexico_City',
      slotMinutes: 60,
      capacity: 2,
      weekly: {
        monday: hours('08:00', '12:00'),
        tuesday: hours('08:00', '12:00', '17:00', '20:00'),
        thursday: hours('08:00', '12:00', '17:00', '20:00'),
        friday: hours('08:00', '12:00'),
        saturday: hours('09:00', '13:00'),
      },
    }),
  },
  {
    slug: 'elena-castro',
    name: { en: 'Dr Elena Castro', es: 'Dra. Elena Castro', fa: 'دکتر النا کاسترو' },
    speciality: { en: 'Dermatology', es: 'Dermatología', fa: 'متخصص پوست' },
    about: {
      en: 'Skin, hair and nails. Many questions need no visit: a picture by chat will often do.',
      es: 'Piel, pelo y uñas. Muchas dudas no necesitan visita: a menudo basta una foto por chat.',
      fa: 'پوست، مو و ناخن. بسیاری از پرسش‌ها به ویزیت نیاز ندارند و یک عکس در گفتگو کافی است.',
    },
    place: { en: 'Cancún', es: 'Cancún', fa: 'کانکون' },
    appointment: mxn(890),
    consultation: mxn(350),
    schedule: defineSchedule({
      timeZone: 'America/Cancun',
      slotMinutes: 20,
      noticeMinutes: 30,
      weekly: {
        tuesday: hours('11:00', '14:00', '16:00', '19:00'),
        wednesday: hours('11:00', '14:00', '16:00', '19:00'),
        friday: hours('11:00', '14:00'),
      },
    }),
  },
]

// One name for all resources: a property's slug is its id, and a doctor's could be the same.
const prefix = 'doctor:'

/** What the doctor is known by to Holdfast, as the resource whose slots are booked. */
export const resourceOf = ({ slug }: Pick<Doctor, 'slug'>): ResourceId => `${prefix}${slug}` as ResourceId

/** True for a resource that is a doctor's time, and not a property's nights: so are told apart what reservations are of. */
export const isDoctor = (resourceId: string): boolean => resourceId.startsWith(prefix)

/** The doctor with this slug, if there is one. */
export const findDoctor = (slug: string): Doctor | undefined => doctors.find((doctor) => doctor.slug === slug)

/** The doctor that a resource is, if it is one. */
export const findDoctorOf = (resourceId: string): Doctor | undefined =>
  isDoctor(resourceId) ? findDoctor(resourceId.slice(prefix.length)) : undefined
