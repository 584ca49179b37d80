import {
  appointmentCatalogue,
  day,
  defineSchedule,
  err,
  hour,
  instant,
  isoTime,
  money,
  ok,
  type Article,
  type ArticleId,
  type ConsultationCatalogue,
  type CouponCode,
  type CouponTerms,
  type Instant,
  type Json,
  type Money,
  type ReservationCatalogue,
  type ResourceId,
  type Schedules,
  type ShopCatalogue,
} from '@holdfast/core'
import { currencies, limits, partOf, priceOf, type CurrencyName } from './prices.ts'

/** When every run begins. */
export const start: Instant = instant(Date.parse('2026-03-01T12:00:00Z'))

/** The first night that can be booked begins here; night n begins n days later. */
export const firstNight: Instant = instant(start + 4 * day)

/** How many nights there are. All of a run is over some days after the last. */
export const nights = 5

/**
 * A house with few nights, so that guests meet. Three tenths of a night's price are due now and the rest two days before,
 * from the card that was kept; odd nights are paid at once, and no card is kept.
 */
export const catalogueIn = (currency: CurrencyName): ReservationCatalogue => ({
  async quote(payload: Json, { now }) {
    const { night } = payload as { readonly night?: number }
    if (night === undefined || !Number.isInteger(night) || night < 0 || night >= nights)
      return err({ code: 'invalid_payload', field: 'night', message: `A whole number below ${nights}.` })
    const startsAt = instant(firstNight + night * day)
    const total = priceOf('night', currency)
    const slot = { resourceId: 'casa' as ResourceId, unit: 0, startsAt, endsAt: instant(startsAt + 20 * hour) }
    const item = { name: 'Casa', description: `Night ${night}` }
    if (night % 2 === 1) return ok({ amount: total, purpose: 'full', item, slot, details: { night } })
    const deposit = partOf(total.minorUnits, [3, 10], currency)
    return ok({
      amount: money(deposit, currency),
      purpose: 'deposit',
      item,
      balance: {
        amount: money(total.minorUnits - deposit, currency),
        dueAt: instant(Math.max(startsAt - 2 * day, now)),
        item: { name: 'Second payment', description: `Night ${night}` },
      },
      slot,
      details: { night },
    })
  },
})

/** A doctor who sees two at a time. */
export const doctor = 'doctor' as ResourceId

/** How many can have one slot of something. */
export const capacityOf = (resourceId: string): number => (resourceId === doctor ? 2 : 1)

/**
 * When the doctor can be seen: an hour in the evening, and the two of a night in which the clock skips the one between them.
 * They can be had until they begin.
 */
export const schedules: Schedules = {
  async find(resourceId) {
    return resourceId === doctor ? schedule : undefined
  },
}

const schedule = defineSchedule({
  timeZone: 'America/New_York',
  slotMinutes: 60,
  capacity: capacityOf(doctor),
  weekly: {},
  otherHours: {
    '2026-03-06': [{ opens: '19:00', closes: '20:00' }],
    '2026-03-08': [{ opens: '01:00', closes: '04:00' }],
  },
})

/** The same slots, as they are told from their schedule by hand. */
export const appointments: readonly Instant[] = [
  '2026-03-07T00:00:00Z',
  '2026-03-08T06:00:00Z',
  '2026-03-08T07:00:00Z',
].map((time) => instant(Date.parse(time)))

/** What somebody sends who wants to see the doctor. */
export const appointmentAt = (slot: number): Json => ({
  resource_id: doctor,
  starts_at: isoTime(appointments[slot % appointments.length] ?? firstNight),
})

/** Appointments with the doctor. */
export const appointmentsIn = (currency: CurrencyName): ReservationCatalogue =>
  appointmentCatalogue({
    schedules,
    price: () => ({
      amount: priceOf('appointment', currency),
      item: { name: 'Appointment', description: 'An hour' },
    }),
  })

/** Asking the doctor in writing. */
export const consultationsIn = (currency: CurrencyName): ConsultationCatalogue => ({
  async quote() {
    const item = { name: 'Consultation', description: 'In writing' }
    return ok({ amount: priceOf('consultation', currency), item, resourceId: doctor })
  },
})

/** What can be paid into a wallet, in each currency. */
export const topUps = {
  limits,
  item: ({ currency }: Money) => ({ name: 'Wallet', description: `To spend later, in ${currency}` }),
}

const pricesOf = (what: 'mug' | 'vase' | 'print'): Article['prices'] =>
  currencies.map((currency) => priceOf(what, currency))

/** What the shop sells: two things of which there are few, and one that never runs out. */
export const articles: readonly Article[] = [
  { articleId: 'mug' as ArticleId, name: 'Mug', prices: pricesOf('mug') },
  { articleId: 'vase' as ArticleId, name: 'Vase', prices: pricesOf('vase') },
  { articleId: 'print' as ArticleId, name: 'Print', prices: pricesOf('print'), unlimited: true },
]

/** What the shop sells, to everybody alike. */
export const shop: ShopCatalogue = {
  async find(ids) {
    return articles.filter(({ articleId }) => ids.includes(articleId))
  },
}

/** A tenth off, once for everybody. */
export const coupon: CouponTerms = {
  code: 'TENTH' as CouponCode,
  discount: { type: 'percent', percent: 10 },
  limitPerOwner: 1,
}

/** When everything that was booked is over, and whatever follows from it has had its time. */
export const endOfEverything: Instant = instant(firstNight + nights * day + 12 * day)
