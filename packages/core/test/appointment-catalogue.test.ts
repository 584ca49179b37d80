import { describe, expect, it } from 'vitest'
import { ownerId } from '../src/contracts/samples.ts'
import {
  appointmentCatalogue,
  defineSchedule,
  instant,
  isoTime,
  money,
  parseIsoTime,
  type Appointment,
  type Json,
  type ResourceId,
} from '../src/index.ts'

const ana = ownerId('ana')
const now = instant(Date.parse('2026-11-20T14:00Z')) // Eight in the morning, a Friday.

const clinic = (noticeMinutes = 0) => {
  const asked: Appointment[] = []
  const schedule = defineSchedule({
    timeZone: 'America/Mexico_City',
    slotMinutes: 30,
    capacity: 2,
    noticeMinutes,
    weekly: { friday: [{ opens: '07:00', closes: '13:00' }], sunday: [{ opens: '00:00', closes: '02:00' }] },
  })
  const catalogue = appointmentCatalogue({
    schedules: { find: async (id) => (id === ('dr:lopez' as ResourceId) ? schedule : undefined) },
    price: (appointment) => {
      asked.push(appointment)
      return {
        amount: money(800_00, 'MXN'),
        item: { name: 'Appointment', description: isoTime(appointment.startsAt) },
        details: { reason: appointment.payload['reason'], time_zone: 'of the host' },
      }
    },
  })
  return { schedule, asked, quote: (payload: Json) => catalogue.quote(payload, { owner: ana, now }) }
}

const at = (text: string) => parseIsoTime(text)

describe('an appointment', () => {
  it('is quoted by the host’s price for the slot that the schedule offers, for as many as can have it', async () => {
    const { quote, asked, schedule } = clinic()
    const payload = { resource_id: 'dr:lopez', starts_at: '2026-11-20T10:30:00-06:00', reason: 'cough', amount: 1 }
    const slot = { startsAt: at('2026-11-20T16:30Z'), endsAt: at('2026-11-20T17:00Z') }
    expect(await quote(payload)).toEqual({
      ok: true,
      value: {
        amount: money(800_00, 'MXN'),
        purpose: 'reservation',
        item: { name: 'Appointment', description: '2026-11-20T16:30:00.000Z' },
        slot: { ...slot, resourceId: 'dr:lopez', unit: 0 },
        capacity: 2,
        payableUntil: slot.startsAt,
        details: {
          reason: 'cough',
          resource_id: 'dr:lopez',
          starts_at: '2026-11-20T16:30:00.000Z',
          ends_at: '2026-11-20T17:00:00.000Z',
          time_zone: 'America/Mexico_City',
        },
      },
    })
    expect(asked).toEqual([{ ...slot, owner: ana, resourceId: 'dr:lopez', schedule, payload, now }])
  })

  it('is the same moment however its time is written', async () => {
    const { quote } = clinic()
    const spellings = [
      '2026-11-20T16:30Z',
      '2026-11-20T17:30:00+01:00',
      '2026-11-20T16:30:00.000000Z',
      '2026-11-20T22:00+05:30',
    ]
    const quotes = await Promise.all(spellings.map((time) => quote({ resource_id: 'dr:lopez', starts_at: time })))
    expect(new Set(quotes.map((quoted) => quoted.ok && quoted.value.slot.startsAt))).toEqual(
      new Set([at('2026-11-20T16:30Z')]),
    )
  })

  it('can be had at the last moment, unless notice has to be given', async () => {
    const inAMinute = { resource_id: 'dr:lopez', starts_at: '2026-11-20T08:30-06:00' }
    expect(await clinic().quote(inAMinute)).toMatchObject({ ok: true })
    expect(await clinic(29).quote(inAMinute)).toMatchObject({ ok: true })
    expect(await clinic(30).quote(inAMinute)).toEqual({
      ok: false,
      error: {
        code: 'invalid_payload',
        field: 'starts_at',
        message: 'Appointments are booked at least 30 minutes ahead.',
        reason: { code: 'slot_within_notice', noticeMinutes: 30 },
      },
    })
  })
})

describe('an appointment is refused', () => {
  const refusal = async (payload: Json) => {
    const { quote, asked } = clinic()
    const quoted = await quote(payload)
    expect(asked).toEqual([])
    return quoted.ok ? undefined : quoted.error
  }
  const time = '2026-11-20T10:30-06:00'

  it.each([null, 'text', 7, true, [], [{ resource_id: 'dr:lopez', starts_at: time }]])(
    'where %j was sent for an object',
    async (sent) => {
      expect(await refusal(sent as Json)).toEqual({
        code: 'invalid_payload',
        field: '',
        message: 'An object { resource_id, starts_at }.',
        reason: { code: 'not_an_object', shape: '{ resource_id, starts_at }' },
      })
    },
  )

  it.each([undefined, null, 7, '', 'x'.repeat(129), "' OR 1=1--", ['dr:lopez']])(
    'where %j was sent for a resource',
    async (id) => {
      expect(await refusal({ resource_id: id, starts_at: 'no time' } as Json)).toEqual({
        code: 'invalid_payload',
        field: 'resource_id',
        message: 'An id: 1 to 128 letters, digits or any of _ . : @ -.',
        reason: { code: 'not_an_id' },
      })
    },
  )

  it.each([
    undefined,
    null,
    1_795_000_000_000,
    '',
    '2026-11-20',
    '2026-11-20T10:30',
    '2026-11-20 10:30Z',
    'tomorrow',
    [time],
  ])('where %j was sent for a time', async (starts) => {
    expect(await refusal({ resource_id: 'nobody', starts_at: starts } as Json)).toEqual({
      code: 'invalid_payload',
      field: 'starts_at',
      message: 'A time with its offset from UTC, written 2026-11-20T10:00:00-06:00.',
      reason: { code: 'not_a_time' },
    })
  })

  it('where there is no such resource', async () => {
    expect(await refusal({ resource_id: 'dr:nobody', starts_at: time })).toEqual({
      code: 'unknown_resource',
      field: 'resource_id',
    })
  })

  it.each([
    '2026-11-20T10:31-06:00',
    '2026-11-20T10:29:59.999-06:00',
    '2026-11-20T10:30:00.001-06:00',
    '2026-11-20T13:00-06:00',
    '2026-11-19T10:30-06:00',
    '9999-12-31T23:59Z',
    '0001-01-01T00:00Z',
  ])('where none begins at %s', async (starts) => {
    expect(await refusal({ resource_id: 'dr:lopez', starts_at: starts })).toEqual({
      code: 'invalid_payload',
      field: 'starts_at',
      message: 'No appointment begins at this time.',
      reason: { code: 'slot_not_offered' },
    })
  })

  it.each(['2026-11-20T07:30-06:00', '2026-11-20T08:00-06:00', '2026-11-13T10:30-06:00'])(
    'where it has begun: %s',
    async (starts) => {
      expect(await refusal({ resource_id: 'dr:lopez', starts_at: starts })).toEqual({
        code: 'invalid_payload',
        field: 'starts_at',
        message: 'This appointment has already begun.',
        reason: { code: 'slot_begun' },
      })
    },
  )
})
