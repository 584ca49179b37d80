import { describe, expect, it } from 'vitest'
import { day, hour, minute } from '../src/index.ts'
import { isTimeZone, wallClock } from '../src/slots/wall-clock.ts'

const utc = (text: string) => Date.parse(`${text}Z`)

describe('the clock on a wall', () => {
  it('shows what people there read, to the millisecond', () => {
    expect(wallClock('Asia/Kathmandu').shows(utc('2026-05-01T00:00:07.009'))).toBe(utc('2026-05-01T05:45:07.009'))
    expect(wallClock('America/Mexico_City').shows(utc('1969-12-31T23:59:59.999'))).toBe(utc('1969-12-31T17:59:59.999'))
    expect(wallClock('UTC').shows(utc('2028-02-29T23:59'))).toBe(utc('2028-02-29T23:59'))
  })

  it('shows some times twice, and some never', () => {
    const { firstMoment } = wallClock('America/New_York')
    expect(firstMoment(utc('2026-11-01T00:59'))).toBe(utc('2026-11-01T04:59'))
    expect(firstMoment(utc('2026-11-01T01:00'))).toBe(utc('2026-11-01T05:00'))
    expect(firstMoment(utc('2026-11-01T01:59'))).toBe(utc('2026-11-01T05:59'))
    expect(firstMoment(utc('2026-11-01T02:00'))).toBe(utc('2026-11-01T07:00'))
    expect(firstMoment(utc('2026-03-08T01:59'))).toBe(utc('2026-03-08T06:59'))
    expect(firstMoment(utc('2026-03-08T02:00'))).toBeUndefined()
    expect(firstMoment(utc('2026-03-08T02:59'))).toBeUndefined()
    expect(firstMoment(utc('2026-03-08T03:00'))).toBe(utc('2026-03-08T07:00'))
  })

  it('is as far ahead all day, but for the days around a change', () => {
    const { aheadOn } = wallClock('Europe/Madrid')
    const change = utc('2026-03-29T00:00')
    const around = Array.from({ length: 8 }, (_, n) => aheadOn(change + (n - 4) * day))
    expect(around).toEqual([hour, hour, hour, undefined, undefined, undefined, 2 * hour, 2 * hour])
    expect(wallClock('Asia/Kolkata').aheadOn(change)).toBe(5 * hour + 30 * minute)
    expect(wallClock('America/Mexico_City').aheadOn(change)).toBe(-6 * hour)
  })

  it('hangs in a time zone that has a name', () => {
    expect(['UTC', 'Asia/Tehran', 'Europe/Kyiv', 'Europe/Atlantis', '', '+05:30', '5'].filter(isTimeZone)).toEqual([
      'UTC',
      'Asia/Tehran',
      'Europe/Kyiv',
    ])
  })
})
