import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  after,
  day,
  defineSchedule,
  instant,
  minute,
  offeredSlots,
  weekdays,
  type Hours,
  type ScheduleDefinition,
} from '../src/index.ts'
import { months, slotsByHand, timeOf, wallsOf } from './walls-of-a-month.ts'

const lengths = [5, 10, 15, 20, 25, 30, 45, 50, 60, 90, 120, 240]

/** Hours of one day, some of them through the night, when clocks are changed. */
const hoursFor = (slotMinutes: number): fc.Arbitrary<readonly Hours[]> =>
  fc
    .oneof(
      fc.constant([0, 1440]),
      fc.uniqueArray(
        fc.integer({ min: 0, max: 288 }).map((n) => n * 5),
        { minLength: 2, maxLength: 6 },
      ),
    )
    .map((turns) => turns.slice(0, turns.length - (turns.length % 2)).toSorted((a, b) => a - b))
    .map((turns) =>
      turns.flatMap((opens, at) => {
        const closes = turns[at + 1] ?? 0
        return at % 2 === 0 && closes - opens >= slotMinutes ? [{ opens: timeOf(opens), closes: timeOf(closes) }] : []
      }),
    )

const story = fc
  .record({ where: fc.constantFrom(...months), slotMinutes: fc.constantFrom(...lengths) })
  .chain(({ where: [timeZone, month], slotMinutes }) => {
    const walls = wallsOf(timeZone, month)
    const hours = hoursFor(slotMinutes)
    const definition = fc
      .record({
        weekly: fc.record(Object.fromEntries(weekdays.map((name) => [name, hours])), { requiredKeys: [] }),
        others: fc.dictionary(
          fc.constantFrom(...walls.days),
          hours.filter((some) => some.length > 0),
          { maxKeys: 3 },
        ),
        closed: fc.subarray([...walls.days], { maxLength: 3 }),
      })
      .map(
        ({ weekly, others, closed }): ScheduleDefinition => ({
          timeZone,
          slotMinutes,
          weekly,
          otherHours: others,
          closedOn: closed.filter((date) => !(date in others)),
        }),
      )
    return fc.record({ definition, walls: fc.constant(walls) })
  })

describe('the slots of any schedule, through months in which clocks are changed,', () => {
  it('are those that a clock on the wall would show', () => {
    fc.assert(
      fc.property(story, ({ definition, walls }) => {
        expect(offeredSlots(defineSchedule(definition), walls.range)).toEqual(slotsByHand(definition, walls))
      }),
      { numRuns },
    )
  })

  it('have their length, are in order, within the range, and never overlap', () => {
    fc.assert(
      fc.property(story, ({ definition, walls }) => {
        const slots = offeredSlots(defineSchedule(definition), walls.range)
        const wrong = slots.filter(
          ({ startsAt, endsAt }, at) =>
            endsAt - startsAt !== definition.slotMinutes * minute ||
            startsAt < (slots[at - 1]?.endsAt ?? walls.range.from) ||
            startsAt >= walls.range.to,
        )
        expect(wrong).toEqual([])
      }),
      { numRuns },
    )
  })

  it('of two ranges that touch are those of the whole, and each is found by its own beginning', () => {
    fc.assert(
      fc.property(story, fc.double({ min: 0, max: 1, noNaN: true }), ({ definition, walls }, share) => {
        const schedule = defineSchedule(definition)
        const { from, to } = walls.range
        const middle = instant(Math.round(from + (to - from) * share))
        const whole = offeredSlots(schedule, walls.range)
        expect([
          ...offeredSlots(schedule, { from, to: middle }),
          ...offeredSlots(schedule, { from: middle, to }),
        ]).toEqual(whole)
        const some = whole.filter((_, at) => at % Math.ceil(whole.length / 20) === 0)
        for (const slot of some)
          expect(offeredSlots(schedule, { from: slot.startsAt, to: after(slot.startsAt, 1) })).toEqual([slot])
      }),
      { numRuns },
    )
  })
})

describe('a clinic that is open all day', () => {
  it.each(months)('offers in %s in %s every hour there is, and none twice', (timeZone, month) => {
    const allDay = [{ opens: '00:00', closes: '24:00' }]
    const definition: ScheduleDefinition = {
      timeZone,
      slotMinutes: 60,
      weekly: Object.fromEntries(weekdays.map((name) => [name, allDay])),
    }
    const walls = wallsOf(timeZone, month)
    const slots = offeredSlots(defineSchedule(definition), walls.range)
    expect(slots).toEqual(slotsByHand(definition, walls))
    // An hour is lost where the clock goes ahead, and an hour stands empty where it goes back.
    expect((walls.range.to - walls.range.from) / day - slots.length / 24).toBeLessThan(1 + 1 / 8)
  })
})

const numRuns = Number(process.env['HOLDFAST_PROPERTY_RUNS'] ?? 100)
