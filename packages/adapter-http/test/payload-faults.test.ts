import { defineKind, instant, money, ok, type OwnerId } from '@holdfast/core'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { english } from '../src/language/english.ts'
import { factsOf } from '../src/problem/facts.ts'

it('says of each part of a payload what is wrong with it, in the words of its schema', async () => {
  const kind = defineKind({
    name: 'consultation',
    payload: z.object({
      doctor_id: z.string({ error: 'Name a doctor.' }),
      guests: z.array(z.string({ error: 'A name is text.' })),
    }),
    price: () => ok({ amount: money(1n, 'EUR'), item: { name: 'n', description: 'd' }, details: {} }),
    fulfil: () => ({ type: 'unavailable', reason: 'unavailable' }),
  })
  const quoted = await kind.quote({ guests: ['Eva', 7] }, { owner: 'ana' as OwnerId, now: instant(0) })
  if (quoted.ok) throw new Error('It was taken.')
  expect(factsOf(quoted.error, english)).toEqual({
    errors: [
      { field: 'payload.doctor_id', code: 'invalid_payload', message: 'Name a doctor.' },
      { field: 'payload.guests.1', code: 'invalid_payload', message: 'A name is text.' },
    ],
  })
  expect(factsOf({ code: 'invalid_payload', field: '', message: 'No.' }, english)).toEqual({
    errors: [{ field: 'payload', code: 'invalid_payload', message: 'No.' }],
  })
})
