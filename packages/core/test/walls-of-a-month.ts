import { instant, minute, type Instant, type ScheduleDefinition, type TimeRange } from '../src/index.ts'

/** Months worth looking at: those in which clocks are changed, by an hour or otherwise, at night or at midnight. */
export const months: readonly (readonly [timeZone: string, month: string])[] = [
  ['America/Mexico_City', '2026-04'],
  ['America/Mexico_City', '2022-04'],
  ['America/Mexico_City', '2022-10'],
  ['Asia/Tehran', '2026-03'],
  ['Asia/Tehran', '2022-03'],
  ['Asia/Tehran', '2022-09'],
  ['Europe/Madrid', '2026-03'],
  ['Europe/Madrid', '2026-10'],
  ['Australia/Lord_Howe', '2026-04'],
  ['Australia/Lord_Howe', '2026-10'],
  ['America/New_York', '2026-03'],
  ['America/New_York', '2026-11'],
  ['America/Havana', '2026-11'],
  ['America/St_Johns', '2026-03'],
  ['America/St_Johns', '2009-11'],
  ['Asia/Beirut', '2026-03'],
  ['Asia/Beirut', '2026-10'],
  ['Asia/Kolkata', '2026-05'],
  ['Asia/Kathmandu', '2026-01'],
  ['Pacific/Chatham', '2026-09'],
  ['Pacific/Apia', '2011-12'],
  ['Antarctica/Troll', '2026-03'],
  ['Africa/Casablanca', '2026-02'],
  ['UTC', '2028-02'],
]

/** All that the clock on the wall shows through a month and a day around it, read off every five minutes. */
export interface Walls {
  readonly timeZone: string
  /** From the first to the last moment that was looked at. */
  readonly range: TimeRange
  /** The first moment at which it shows `2026-03-08 01:30`. */
  readonly first: ReadonlyMap<string, Instant>
  readonly shows: (moment: number) => string
  /** Its calendar days, in order. */
  readonly days: readonly string[]
}

const known = new Map<string, Walls>()

/** Reads them off, without reckoning. */
export const wallsOf = (timeZone: string, month: string): Walls => {
  const key = `${timeZone} ${month}`
  const read = known.get(key) ?? readWalls(timeZone, month)
  known.set(key, read)
  return read
}

const readWalls = (timeZone: string, month: string): Walls => {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
  const begin = Date.parse(`${month}-01T00:00Z`) - 2 * 1440 * minute
  const shown = new Map<number, string>()
  const first = new Map<string, Instant>()
  for (let moment = begin; moment < begin + 35 * 1440 * minute; moment += 5 * minute) {
    const wall = format.format(moment)
    shown.set(moment, wall)
    if (!first.has(wall)) first.set(wall, instant(moment))
  }
  return {
    timeZone,
    range: { from: instant(begin + 1440 * minute), to: instant(begin + 34 * 1440 * minute) },
    first,
    shows: (moment) => shown.get(moment) ?? format.format(moment),
    days: [...new Set([...first.keys()].map((wall) => wall.slice(0, 10)))],
  }
}

const names = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const

/** The slots that a definition means in a month, found by looking each of them up. */
export const slotsByHand = (
  { slotMinutes, weekly, closedOn = [], otherHours = {} }: ScheduleDefinition,
  { first, shows, days, range }: Walls,
): readonly { readonly startsAt: number; readonly endsAt: number }[] =>
  days
    .flatMap((date) => {
      const weekday = names[new Date(`${date}T12:00Z`).getUTCDay()] ?? 'sunday'
      const hours = closedOn.includes(date) ? [] : (otherHours[date] ?? weekly[weekday] ?? [])
      let over = 0
      return [...hours]
        .sort((a, b) => (a.opens < b.opens ? -1 : 1))
        .flatMap(({ opens, closes }) =>
          grid(opens, closes, slotMinutes).flatMap((time) => {
            const startsAt = first.get(`${date} ${time}`)
            if (startsAt === undefined || startsAt < over) return []
            const endsAt = startsAt + slotMinutes * minute
            if (shows(endsAt - 5 * minute) >= `${date} ${closes}`) return []
            over = endsAt
            return [{ startsAt, endsAt }]
          }),
        )
    })
    .filter(({ startsAt }) => startsAt >= range.from && startsAt < range.to)

const grid = (opens: string, closes: string, slotMinutes: number): readonly string[] => {
  const times: string[] = []
  for (let at = minutesOf(opens); at + slotMinutes <= minutesOf(closes); at += slotMinutes) times.push(timeOf(at))
  return times
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

/** `09:05`, of 545 minutes since midnight. */
export const timeOf = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
