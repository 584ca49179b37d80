import {
  day,
  err,
  hour,
  instant,
  money,
  ok,
  type Instant,
  type Json,
  type Money,
  type ReservationCatalogue,
  type ResourceId,
  type TopUpLimits,
} from '@holdfast/core'

/** When every run begins. */
export const start: Instant = instant(Date.parse('2026-03-01T12:00:00Z'))

/** The first night that can be booked begins here; night n begins n days later. */
export const firstNight: Instant = instant(start + 4 * day)

/** How many nights there are. All of a run is over some days after the last. */
export const nights = 5

/**
 * A house with few nights, so that guests meet. A thousand pesos a night: three in ten now and the rest two days before,
 * from the card that was kept; odd nights are paid at once, and no card is kept.
 */
export const catalogue: ReservationCatalogue = {
  async quote(payload: Json, { now }) {
    const { night } = payload as { readonly night?: number }
    if (night === undefined || !Number.isInteger(night) || night < 0 || night >= nights)
      return err({ code: 'invalid_payload', field: 'night', message: `A whole number below ${nights}.` })
    const startsAt = instant(firstNight + night * day)
    const total = 1000_00n
    const slot = { resourceId: 'casa' as ResourceId, unit: 0, startsAt, endsAt: instant(startsAt + 20 * hour) }
    const item = { name: 'Casa', description: `Night ${night}` }
    if (night % 2 === 1) return ok({ amount: money(total, 'MXN'), purpose: 'full', item, slot, details: { night } })
    const deposit = (total * 3n) / 10n
    return ok({
      amount: money(deposit, 'MXN'),
      purpose: 'deposit',
      item,
      balance: {
        amount: money(total - deposit, 'MXN'),
        dueAt: instant(Math.max(startsAt - 2 * day, now)),
        item: { name: 'Second payment', description: `Night ${night}` },
      },
      slot,
      details: { night },
    })
  },
}

/** What can be paid into a wallet: between ten and ten thousand pesos at a time. */
export const topUps = {
  limits: { MXN: { least: 10_00n, most: 10_000_00n } } satisfies TopUpLimits,
  item: ({ currency }: Money) => ({ name: 'Wallet', description: `To spend later, in ${currency}` }),
}

/** When everything that was booked is over, and whatever follows from it has had its time. */
export const endOfEverything: Instant = instant(firstNight + nights * day + 12 * day)
