import { expect, it } from 'vitest'
import { z } from 'zod'
import {
  after,
  createHoldfast,
  defaultSettings,
  defineKind,
  err,
  hour,
  instant,
  makeReservation,
  money,
  ok,
  silentLogger,
  type ResourceId,
  type Slot,
} from '../src/index.ts'
import { ana, ben } from '../src/contracts/rules/world.ts'
import {
  memoryClock,
  memoryNotifier,
  memoryPaymentProvider,
  memoryUnitOfWork,
  sequentialIds,
} from '../src/memory/index.ts'

// #region own-kind
const plays: Readonly<Record<string, { readonly title: string; readonly day: string }>> = {
  celestina: { title: 'La Celestina', day: '2027-03-05' },
}

/** A seat at a play. Its record is the reservation of one unit of that evening: who pays second gets the money back. */
const seatKind = defineKind({
  name: 'seat',
  // Any schema that keeps to Standard Schema: zod here. What it makes of a payload types everything below.
  payload: z.strictObject({ play: z.string(), seat: z.int().min(1).max(200) }),

  price({ play, seat }) {
    const found = plays[play]
    if (found === undefined) return err({ code: 'unknown_resource', field: 'play' })
    return ok({
      amount: money(seat <= 40 ? 60_00n : 35_00n, 'EUR'),
      item: { name: `Seat ${seat} · ${found.title}`, description: found.day },
      // Kept with the price: should the play be moved tomorrow, this seat was still bought for this day.
      details: { title: found.title, opensAt: `${found.day}T20:00:00Z` },
    })
  },

  async available(tx, { payload, details }) {
    const { unit, resourceId, startsAt: from, endsAt: to } = slotOf(payload, details)
    const held = await tx.reservations.listHolding({ resourceId, from, to, limit: 200 })
    return held.every(({ slot }) => slot.unit !== unit)
  },

  async fulfil({ tx, ids, intent, payment, payload, details, now }) {
    const slot = slotOf(payload, details)
    const held = await tx.reservations.listOverlapping(slot)
    if (held.some((other) => other.slot.unit === slot.unit)) return { type: 'unavailable', reason: 'slot_taken' }
    const id = ids.next('reservation')
    const { owner } = intent
    await tx.reservations.save(
      makeReservation({
        id,
        owner,
        slot,
        intentId: intent.id,
        paymentId: payment.id,
        details: { title: details.title },
        createdAt: now,
      }),
      0,
    )
    return { type: 'done', record: { type: 'seat', id } }
  },
})

const slotOf = ({ play, seat }: { play: string; seat: number }, { opensAt }: { opensAt: string }): Slot => {
  const startsAt = instant(Date.parse(opensAt))
  return { resourceId: play as ResourceId, unit: seat, startsAt, endsAt: after(startsAt, 3 * hour) }
}
// #endregion

const theatre = () => {
  const clock = memoryClock(instant(Date.parse('2027-02-01T09:00:00Z')))
  const unitOfWork = memoryUnitOfWork()
  const provider = memoryPaymentProvider({ clock })
  const notifier = memoryNotifier()
  const holdfast = createHoldfast({
    unitOfWork,
    paymentProvider: provider,
    clock,
    notifier,
    ids: sequentialIds(),
    logger: silentLogger,
    settings: defaultSettings,
    returnUrls: { of: () => ({ successUrl: 'https://host.example/ok', cancelUrl: 'https://host.example/no' }) },
    fulfilmentKinds: [seatKind],
  })
  const goToPay = async (actor: typeof ana, seat: number) => {
    const opened = await holdfast.openIntent({ actor, ...seatKind.request({ play: 'celestina', seat }) })
    if (!opened.ok) throw new Error(opened.error.code)
    const page = await holdfast.startCheckout({ actor, paymentId: opened.value.paymentId })
    if (!page.ok || page.value.type !== 'open') throw new Error('No page.')
    return { ...opened.value, sessionId: page.value.sessionId }
  }
  const hear = async () => {
    for (const event of provider.events()) await holdfast.receiveEvent(event)
    while ((await holdfast.workOnce()) > 0);
  }
  return { holdfast, unitOfWork, provider, notifier, goToPay, hear }
}

it('sells a seat: nothing is there before it is paid, and the seat with the money', async () => {
  const { unitOfWork, provider, notifier, goToPay, hear } = theatre()
  const { amount, sessionId } = await goToPay(ana, 7)
  expect(amount).toEqual(money(60_00n, 'EUR'))
  const seats = () => unitOfWork.read((tx) => tx.reservations.list({ limit: 9 }))
  expect(await seats()).toEqual([])
  await provider.payer.pay(sessionId)
  await hear()
  expect(await seats()).toMatchObject([
    { owner: 'ana', slot: { resourceId: 'celestina', unit: 7 }, details: { title: 'La Celestina' } },
  ])
  expect(notifier.sent).toMatchObject([{ template: 'confirmed', record: { type: 'seat', id: 'res_0001' } }])
})

it('gives whoever pays for a seat second the money back', async () => {
  const { unitOfWork, provider, notifier, goToPay, hear } = theatre()
  const first = await goToPay(ana, 7)
  const second = await goToPay(ben, 7)
  for (const { sessionId } of [first, second]) await provider.payer.pay(sessionId)
  await hear()
  expect(await unitOfWork.read((tx) => tx.reservations.list({ limit: 9 }))).toMatchObject([{ owner: 'ana' }])
  expect(provider.truth.refunds()).toMatchObject([{ amount: money(60_00n, 'EUR') }])
  expect(notifier.sent).toContainEqual(
    expect.objectContaining({ to: 'ben', template: 'refunded_unavailable', reason: 'slot_taken' }),
  )
})

it('sends nobody to pay for a seat that is gone', async () => {
  const { holdfast, provider, goToPay, hear } = theatre()
  const late = await holdfast.openIntent({ actor: ben, ...seatKind.request({ play: 'celestina', seat: 7 }) })
  await provider.payer.pay((await goToPay(ana, 7)).sessionId)
  await hear()
  if (!late.ok) throw new Error(late.error.code)
  const page = await holdfast.startCheckout({ actor: ben, paymentId: late.value.paymentId })
  expect(page).toEqual({ ok: false, error: { code: 'slot_taken' } })
})

it('refuses what the schema and the price rule will not have, by its field', async () => {
  const { holdfast } = theatre()
  // As a stranger sends it, of whom the compiler knows nothing.
  const open = (payload: object) => holdfast.openIntent({ actor: ana, kind: 'seat', payload: { ...payload } })
  expect(await open({ play: 'celestina', seat: 0 })).toMatchObject({
    ok: false,
    error: { code: 'invalid_payload', field: 'seat' },
  })
  expect(await open({ play: 'hamlet', seat: 1 })).toEqual({
    ok: false,
    error: { code: 'unknown_resource', field: 'play' },
  })
})
