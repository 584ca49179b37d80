import { defineSchedule } from '@holdfast/core'
import { expect, it } from 'vitest'
import { world } from './world.ts'

const schedule = defineSchedule({
  timeZone: 'America/Mexico_City',
  slotMinutes: 60,
  capacity: 2,
  weekly: { tuesday: [{ opens: '09:00', closes: '11:00' }] },
})
const schedules = { find: async (id: string) => (id === 'dr' ? schedule : undefined) }
const week = 'from=2027-01-04T00:00:00-06:00&to=2027-01-11T00:00:00-06:00'

it('lists the slots of a resource that can be booked, to anybody, by the clock of the world', async () => {
  const { call } = world({ schedules })
  const { status, json } = await call('GET', `/api/slots/?resource_id=dr&${encodeURI(week)}`)
  expect([status, json]).toEqual([
    200,
    {
      resource_id: 'dr',
      time_zone: 'America/Mexico_City',
      slots: [
        { starts_at: '2027-01-05T15:00:00.000Z', ends_at: '2027-01-05T16:00:00.000Z', units_left: 2 },
        { starts_at: '2027-01-05T16:00:00.000Z', ends_at: '2027-01-05T17:00:00.000Z', units_left: 2 },
      ],
    },
  ])
  const one = await call('GET', `/api/slots/?resource_id=dr&limit=1&${encodeURI(week)}`)
  expect(one.json['slots']).toHaveLength(1)
})

it.each([
  ['resource_id=nobody', week, 'resource_id', 'unknown_resource'],
  ['resource_id=dr', 'from=2027-01-05T00:00:00Z&to=2027-01-05T00:00:00Z', 'to', 'range_empty'],
  ['resource_id=dr', 'from=2027-01-05T00:00:00Z&to=2027-06-05T00:00:00Z', 'to', 'range_too_long'],
  ['resource_id=dr', 'from=tomorrow&to=2027-06-05T00:00:00Z', 'from', 'not_a_time'],
])('refuses %s with %s, and says which part', async (resource, range, field, code) => {
  const { call } = world({ schedules })
  const { status, json } = await call('GET', `/api/slots/?${resource}&${encodeURI(range)}`)
  expect([status, json]).toMatchObject([400, { code: 'invalid_request', errors: [{ field, code }] }])
})

it('knows no resource where the host has no schedules', async () => {
  const { status, json } = await world().call('GET', `/api/slots/?resource_id=dr&${encodeURI(week)}`)
  expect([status, json['code']]).toEqual([400, 'invalid_request'])
})
