import { describe, expect, it } from 'vitest'
import { defineSchedule, offeredSlots, instant, type ScheduleDefinition } from '../src/index.ts'

const clinic: ScheduleDefinition = {
  timeZone: 'Europe/Madrid',
  slotMinutes: 20,
  weekly: { friday: [{ opens: '09:00', closes: '13:00' }] },
}
const define = (change: object) => () => defineSchedule({ ...clinic, ...change })
const onFriday = (...hours: readonly (readonly [opens: string, closes: string])[]) =>
  define({ weekly: { friday: hours.map(([opens, closes]) => ({ opens, closes })) } })

describe('a schedule', () => {
  it('is for one at a time and until the last moment, unless it says otherwise', () => {
    expect(defineSchedule(clinic)).toMatchObject({ capacity: 1, noticeMinutes: 0 })
    expect(define({ capacity: 4, noticeMinutes: 90 })()).toMatchObject({ capacity: 4, noticeMinutes: 90 })
  })

  it('is kept as it was when it was defined, in order', () => {
    const friday = [
      { opens: '16:00', closes: '24:00' },
      { opens: '00:00', closes: '02:00' },
    ]
    const schedule = defineSchedule({ ...clinic, weekly: { friday } })
    friday.pop()
    expect(schedule.weekly.friday).toEqual([
      { opensAt: 0, closesAt: 120 },
      { opensAt: 960, closesAt: 1440 },
    ])
    expect(schedule.weekly.saturday).toEqual([])
  })

  it('may have one slot a day, as long as the day', () => {
    const friday = [{ opens: '00:00', closes: '24:00' }]
    expect(defineSchedule({ ...clinic, slotMinutes: 1440, weekly: { friday } }).slotMinutes).toBe(1440)
  })

  it('may be closed all week', () => {
    const never = defineSchedule({ ...clinic, weekly: {} })
    expect(offeredSlots(never, { from: instant(0), to: instant(30 * 86_400_000) })).toEqual([])
  })

  it.each(['UTC', 'Asia/Tehran', 'America/Argentina/Buenos_Aires', 'Australia/Lord_Howe', 'Etc/GMT+12'])(
    'hangs its clock in %s',
    (timeZone) => {
      expect(define({ timeZone })().timeZone).toBe(timeZone)
    },
  )
})

describe('a schedule is refused, with what to do,', () => {
  it.each(['', 'Mexico/City', 'CET-1CEST', '+05:30', '-06:00', 'local', 'Europe/Madrid '])(
    "where there is no time zone '%s'",
    (timeZone) => {
      expect(define({ timeZone })).toThrow(
        new RangeError(
          `'${timeZone}' is no time zone that is known here: give its IANA name, such as 'America/Mexico_City'.`,
        ),
      )
    },
  )

  it.each([0, -30, 1.5, NaN, 1441, '30'])('where a slot lasts %s minutes', (slotMinutes) => {
    expect(define({ slotMinutes })).toThrow(
      new RangeError(`A slot lasts a whole number of minutes from 1 to 1440, not ${slotMinutes}.`),
    )
  })

  it.each([0, -1, 2.5, Infinity])('where %s can have a slot', (capacity) => {
    expect(define({ capacity })).toThrow(
      new RangeError(`A capacity is a whole number from 1 on, not ${capacity}. To close a day, name it in 'closedOn'.`),
    )
  })

  it.each([-1, 0.5, NaN])('where notice has to be given %s minutes ahead', (noticeMinutes) => {
    expect(define({ noticeMinutes })).toThrow(
      new RangeError(`A notice is a whole number of minutes from 0 on, not ${noticeMinutes}.`),
    )
  })

  it.each(['Friday', 'fri', 'viernes', 'toString'])("where there is no weekday '%s'", (name) => {
    expect(define({ weekly: { [name]: [] } })).toThrow(
      new RangeError(
        `'${name}' is no weekday: write one of sunday, monday, tuesday, wednesday, thursday, friday, saturday.`,
      ),
    )
  })

  it.each(['2026-02-29', '2026-2-1', '24.12.2026', '2026-13-01', '2026-12-24T00:00', 'christmas', '12026-12-24'])(
    "where there is no day '%s'",
    (date) => {
      const message = `'${date}' is no day: write one that exists as '2026-11-20'.`
      expect(define({ closedOn: ['2028-02-29', date] })).toThrow(new RangeError(message))
      expect(define({ otherHours: { [date]: [{ opens: '10:00', closes: '12:00' }] } })).toThrow(new RangeError(message))
    },
  )

  it('where a day is closed and has other hours, or has other hours and they are none', () => {
    const date = '2026-12-24'
    expect(define({ closedOn: [date], otherHours: { [date]: [{ opens: '10:00', closes: '12:00' }] } })).toThrow(
      new RangeError("2026-12-24 is closed and has other hours: leave it out of 'closedOn' or of 'otherHours'."),
    )
    expect(define({ otherHours: { [date]: [] } })).toThrow(
      new RangeError("2026-12-24 has other hours, and none are given: name it in 'closedOn'."),
    )
  })

  it.each(['9:00', '09:60', '24:01', '25:00', '09:00:00', '', '9am'])("where '%s' is no time of day", (time) => {
    const message = `On friday, '${time}' is no time of day: write it as '09:00', up to '24:00'.`
    expect(onFriday([time, '23:00'])).toThrow(new RangeError(message))
    expect(onFriday(['00:00', time])).toThrow(new RangeError(message))
  })

  it.each([
    ['13:00', '09:00'],
    ['22:00', '02:00'],
    ['09:00', '09:00'],
    ['24:00', '24:00'],
  ])('where it opens at %s and closes at %s', (opens, closes) => {
    expect(onFriday([opens, closes])).toThrow(
      new RangeError(
        `On friday, it closes at ${closes} and opens at ${opens}: hours over midnight are two stretches, one until '24:00' and one from '00:00' of the next day.`,
      ),
    )
  })

  it('where hours overlap, in any order, and not where they touch', () => {
    const message = 'On friday, hours overlap at 10:05: make one stretch of the two.'
    expect(onFriday(['09:00', '13:00'], ['10:05', '11:00'])).toThrow(new RangeError(message))
    expect(onFriday(['10:05', '12:00'], ['09:00', '10:30'])).toThrow(new RangeError(message))
    expect(onFriday(['10:05', '12:00'], ['10:05', '12:00'])).toThrow(new RangeError(message))
    expect(onFriday(['13:00', '15:00'], ['09:00', '13:00'])).not.toThrow()
  })

  it('where no slot fits into the hours, of a weekday or of a day', () => {
    const message = (on: string) =>
      new RangeError(
        `On ${on}, no slot of 20 minutes fits between 09:00 and 09:19: make the hours longer, or leave them out.`,
      )
    expect(onFriday(['09:00', '09:19'])).toThrow(message('friday'))
    expect(onFriday(['09:00', '09:20'])).not.toThrow()
    expect(define({ otherHours: { '2026-12-24': [{ opens: '09:00', closes: '09:19' }] } })).toThrow(
      message('2026-12-24'),
    )
  })
})
