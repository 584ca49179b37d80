import { describe, expect, it } from 'vitest'
import {
  defineSchedule,
  instant,
  isoTime,
  offeredSlots,
  parseIsoTime,
  weekdays,
  type Hours,
  type ScheduleDefinition,
} from '../src/index.ts'

const moment = (text: string) => parseIsoTime(text) ?? instant(NaN)

/** When the slots begin and end, in UTC. */
const slotsOf = (definition: ScheduleDefinition, from: string, to: string): readonly string[] =>
  offeredSlots(defineSchedule(definition), { from: moment(from), to: moment(to) }).map(
    ({ startsAt, endsAt }) => `${isoTime(startsAt).slice(0, 16)} ${isoTime(endsAt).slice(11, 16)}`,
  )

const everyDay = (...hours: readonly Hours[]): ScheduleDefinition['weekly'] =>
  Object.fromEntries(weekdays.map((name) => [name, hours]))

describe('a doctor in Mexico City', () => {
  const doctor: ScheduleDefinition = {
    timeZone: 'America/Mexico_City',
    slotMinutes: 60,
    weekly: {
      monday: [
        { opens: '16:00', closes: '18:00' },
        { opens: '09:00', closes: '11:30' },
      ],
      tuesday: [{ opens: '22:00', closes: '24:00' }],
    },
    closedOn: ['2026-11-16'],
    otherHours: {
      '2026-11-23': [{ opens: '12:00', closes: '13:00' }],
      '2026-11-22': [{ opens: '00:00', closes: '01:00' }],
    },
  }

  it('works in the morning and in the afternoon, and what is left of a slot at noon is nobody’s', () => {
    expect(slotsOf(doctor, '2026-11-09T00:00-06:00', '2026-11-10T00:00-06:00')).toEqual([
      '2026-11-09T15:00 16:00',
      '2026-11-09T16:00 17:00',
      '2026-11-09T22:00 23:00',
      '2026-11-09T23:00 00:00',
    ])
  })

  it('is asked by moments, wherever they are written: from the first, inclusive, to the last, exclusive', () => {
    expect(slotsOf(doctor, '2026-11-09T16:00Z', '2026-11-09T23:00+01:00')).toEqual(['2026-11-09T16:00 17:00'])
    expect(slotsOf(doctor, '2026-11-09T16:00:00.001Z', '2026-11-09T22:00:00.001Z')).toEqual(['2026-11-09T22:00 23:00'])
    expect(slotsOf(doctor, '2026-11-09T16:00Z', '2026-11-09T16:00Z')).toEqual([])
    expect(slotsOf(doctor, '2026-11-10T16:00Z', '2026-11-09T16:00Z')).toEqual([])
  })

  it('works until midnight, which is another day in UTC', () => {
    expect(slotsOf(doctor, '2026-11-10T00:00-06:00', '2026-11-15T00:00-06:00')).toEqual([
      '2026-11-11T04:00 05:00',
      '2026-11-11T05:00 06:00',
    ])
  })

  it('has days off, and days with other hours, also where the week has none', () => {
    expect(slotsOf(doctor, '2026-11-16T00:00-06:00', '2026-11-17T00:00-06:00')).toEqual([])
    expect(slotsOf(doctor, '2026-11-22T00:00-06:00', '2026-11-24T00:00-06:00')).toEqual([
      '2026-11-22T06:00 07:00',
      '2026-11-23T18:00 19:00',
    ])
  })

  it('offers nothing before the years that are reckoned with, and nothing after them', () => {
    const always = defineSchedule({ ...doctor, weekly: everyDay({ opens: '00:00', closes: '24:00' }) })
    const [past, future] = [instant(Date.UTC(1969, 11, 30)), instant(Date.UTC(9998, 11, 30))]
    const first = offeredSlots(always, { from: past, to: instant(3 * 3_600_000) })
    expect(first.map(({ startsAt }) => isoTime(startsAt).slice(0, 13))).toEqual([
      '1970-01-01T00',
      '1970-01-01T01',
      '1970-01-01T02',
    ])
    const last = offeredSlots(always, { from: future, to: instant(Number.MAX_SAFE_INTEGER) })
    expect(last).toHaveLength(48)
    expect(offeredSlots(always, { from: instant(9e15), to: instant(Number.MAX_SAFE_INTEGER) })).toEqual([])
    expect(offeredSlots(always, { from: instant(-9e15), to: past })).toEqual([])
  })
})

describe('a night clinic in New York', () => {
  const night = (slotMinutes: number, opens: string, closes: string): ScheduleDefinition => ({
    timeZone: 'America/New_York',
    slotMinutes,
    weekly: everyDay({ opens, closes }),
  })
  const spring = ['2026-03-08T00:00-05:00', '2026-03-09T00:00-04:00'] as const
  const autumn = ['2026-11-01T00:00-04:00', '2026-11-02T00:00-05:00'] as const

  it('has no slots at the times that the clock skips in spring', () => {
    expect(slotsOf(night(30, '01:00', '04:00'), ...spring)).toEqual([
      '2026-03-08T06:00 06:30',
      '2026-03-08T06:30 07:00',
      '2026-03-08T07:00 07:30',
      '2026-03-08T07:30 08:00',
    ])
  })

  it('gives a slot that begins before the skip its whole length, where nothing is in its way', () => {
    expect(slotsOf(night(60, '00:30', '05:00'), ...spring)).toEqual([
      '2026-03-08T05:30 06:30',
      '2026-03-08T06:30 07:30',
      '2026-03-08T07:30 08:30',
    ])
  })

  it('leaves out the slot that would begin before the one before it is over', () => {
    expect(slotsOf(night(90, '00:00', '06:00'), ...spring)).toEqual([
      '2026-03-08T05:00 06:30',
      '2026-03-08T06:30 08:00',
      '2026-03-08T08:30 10:00',
    ])
  })

  it('leaves out the slot that would be over after the clock shows closing time', () => {
    expect(slotsOf(night(60, '00:30', '03:00'), ...spring)).toEqual(['2026-03-08T05:30 06:30'])
    expect(slotsOf(night(30, '01:00', '02:30'), ...spring)).toEqual([
      '2026-03-08T06:00 06:30',
      '2026-03-08T06:30 07:00',
    ])
  })

  it('offers the times that the clock shows twice in autumn once, the first time', () => {
    expect(slotsOf(night(30, '00:30', '02:30'), ...autumn)).toEqual([
      '2026-11-01T04:30 05:00',
      '2026-11-01T05:00 05:30',
      '2026-11-01T05:30 06:00',
      '2026-11-01T07:00 07:30',
    ])
    expect(slotsOf(night(30, '01:00', '01:30'), ...autumn)).toEqual(['2026-11-01T05:00 05:30'])
  })

  it('begins at the same hour on the wall all year', () => {
    const nine = night(60, '09:00', '10:00')
    expect(slotsOf(nine, '2026-03-07T00:00Z', '2026-03-10T00:00Z')).toEqual([
      '2026-03-07T14:00 15:00',
      '2026-03-08T13:00 14:00',
      '2026-03-09T13:00 14:00',
    ])
  })
})

describe('clocks that are changed in other ways', () => {
  const open = (timeZone: string, slotMinutes: number, opens: string, closes: string): ScheduleDefinition => ({
    timeZone,
    slotMinutes,
    weekly: everyDay({ opens, closes }),
  })

  it('by half an hour: Lord Howe', () => {
    expect(
      slotsOf(open('Australia/Lord_Howe', 30, '01:00', '03:00'), '2026-10-03T12:00Z', '2026-10-04T12:00Z'),
    ).toEqual(['2026-10-03T14:30 15:00', '2026-10-03T15:00 15:30', '2026-10-03T15:30 16:00'])
    expect(
      slotsOf(open('Australia/Lord_Howe', 30, '01:00', '03:00'), '2026-04-04T12:00Z', '2026-04-05T12:00Z'),
    ).toEqual(['2026-04-04T14:00 14:30', '2026-04-04T14:30 15:00', '2026-04-04T15:30 16:00', '2026-04-04T16:00 16:30'])
  })

  it('at midnight: Tehran, while it had summer time', () => {
    expect(slotsOf(open('Asia/Tehran', 30, '00:00', '02:00'), '2022-03-21T12:00Z', '2022-03-22T12:00Z')).toEqual([
      '2022-03-21T20:30 21:00',
      '2022-03-21T21:00 21:30',
    ])
    expect(slotsOf(open('Asia/Tehran', 30, '23:00', '24:00'), '2022-09-21T12:00Z', '2022-09-22T12:00Z')).toEqual([
      '2022-09-21T18:30 19:00',
      '2022-09-21T19:00 19:30',
    ])
  })

  it('back over midnight: St. John’s, a minute after it, until 2011', () => {
    const shortly = open('America/St_Johns', 30, '00:00', '01:00')
    // The clock shows half past eleven, of the day before, for the second time.
    expect(slotsOf(shortly, '2009-11-01T02:00Z', '2009-11-01T03:00Z')).toEqual(['2009-11-01T02:30 03:00'])
    expect(slotsOf(shortly, '2009-11-01T02:00Z', '2009-11-01T12:00Z')).toEqual([
      '2009-11-01T02:30 03:00',
      '2009-11-01T04:00 04:30',
    ])
  })

  it('by a day that never was: Samoa', () => {
    expect(slotsOf(open('Pacific/Apia', 60, '10:00', '11:00'), '2011-12-29T00:00Z', '2012-01-01T00:00Z')).toEqual([
      '2011-12-29T20:00 21:00',
      '2011-12-30T20:00 21:00',
      '2011-12-31T20:00 21:00',
    ])
  })

  it('not at all, at a quarter to the hour: Kathmandu', () => {
    expect(slotsOf(open('Asia/Kathmandu', 45, '09:00', '10:30'), '2026-05-01T00:00Z', '2026-05-02T00:00Z')).toEqual([
      '2026-05-01T03:15 04:00',
      '2026-05-01T04:00 04:45',
    ])
  })
})
