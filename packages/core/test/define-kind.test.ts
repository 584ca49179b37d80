import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { at, attemptId, openIntent, ownerId, pendingPayment } from '../src/contracts/samples.ts'
import { defineKind, fieldOf, money, ok, type FulfilmentKind, type Json, type StandardSchema } from '../src/index.ts'
import { memoryUnitOfWork, sequentialIds } from '../src/memory/index.ts'
import type { CollectedPayment } from '../src/payment/payment.ts'
import type { Quote } from '../src/pending-intent/pending-intent.ts'

const context = { owner: ownerId('ana'), now: at(5) }
const amount = money(500n, 'EUR')
const item = { name: 'Check-up', description: 'Today' }
const payment = {
  ...pendingPayment('pay_1'),
  status: 'completed',
  completedAt: at(9),
  attemptId: attemptId('att_1'),
  refunded: 0n,
} as CollectedPayment

const checkUp = z.object({ doctor_id: z.string().min(2), guests: z.array(z.object({ name: z.string() })).default([]) })

/** A kind that notes down what it is handed. */
const noting = (schema: StandardSchema<Json>) => {
  const heard: unknown[] = []
  const kind = defineKind({
    name: 'check_up',
    payload: schema,
    price: (payload, { owner, now }) => {
      heard.push(['price', payload, owner, now])
      return ok({ amount, item, details: { room: 3n } })
    },
    available: (_tx, { payload, details }) => {
      heard.push(['available', payload, details])
      return false
    },
    fulfil: ({ payload, details, payment: { id } }) => {
      heard.push(['fulfil', payload, details, id])
      return { type: 'done', record: { type: 'check_up', id } }
    },
  })
  return { kind, heard }
}

const opened = (quote: Quote, payload: Json) => openIntent('int_1', { kind: 'check_up', quote, payload })
const fulfil = (kind: FulfilmentKind, quote: Quote, payload: Json) =>
  memoryUnitOfWork().run((tx) =>
    kind.fulfil({
      tx,
      ids: sequentialIds(),
      intent: opened(quote, payload),
      payment,
      charge: { id: 'pi_1', amount },
      now: at(9),
    }),
  )

describe('what somebody sends', () => {
  it('is read by the schema, once, and priced as it was read', async () => {
    const { kind, heard } = noting(checkUp)
    const quoted = await kind.quote({ doctor_id: 'vega', more: 1 }, context)
    const parsed = { doctor_id: 'vega', guests: [] }
    expect(quoted).toEqual(ok({ amount, item, purpose: 'check_up', details: { room: 3n }, parsed }))
    expect(heard).toEqual([['price', parsed, 'ana', at(5)]])
  })

  it('is waited for by a schema that takes its time, and listed under the purpose that the price rule names', async () => {
    const kind = defineKind({
      name: 'check_up',
      payload: checkUp.refine(async ({ doctor_id }) => doctor_id !== 'away', { error: 'Away.', path: ['doctor_id'] }),
      price: async () => ok({ amount, item, purpose: 'full', details: {} }),
      fulfil: () => ({ type: 'unavailable', reason: 'unavailable' }),
    })
    expect(await kind.quote({ doctor_id: 'vega' }, context)).toMatchObject({ ok: true, value: { purpose: 'full' } })
    expect(await kind.quote({ doctor_id: 'away' }, context)).toEqual({
      ok: false,
      error: { code: 'invalid_payload', field: 'doctor_id', message: 'Away.' },
    })
  })

  it('is refused with all that is wrong with it, each by its field', async () => {
    const { kind, heard } = noting(checkUp)
    const refused = async (payload: Json) => {
      const quoted = await kind.quote(payload, context)
      if (quoted.ok || quoted.error.code !== 'invalid_payload') throw new Error('It was taken.')
      const { field, also = [] } = quoted.error
      return [field, ...also.map((fault) => fault.field)]
    }
    expect(await refused({ guests: [{ name: 'Eva' }, { name: 7 }] })).toEqual(['doctor_id', 'guests.1.name'])
    expect(await refused({ doctor_id: 'v' })).toEqual(['doctor_id'])
    expect(await refused(7)).toEqual([''])
    expect(await kind.quote({ doctor_id: 'v' }, context)).not.toHaveProperty('error.also')
    expect(heard).toEqual([])
  })

  it('is refused as a whole by a schema that names nothing', async () => {
    const { kind } = noting(schemaOf(() => ({ issues: [] })))
    expect(await kind.quote({}, context)).toEqual({
      ok: false,
      error: { code: 'invalid_payload', field: '', message: 'It cannot be read.' },
    })
  })

  it('has the limits that the host gives it, and none otherwise', () => {
    const limits = { EUR: { least: 1n, most: 5n } }
    const definition = { name: 'check_up', payload: checkUp, price: () => ok({ amount, item, details: {} }) }
    const done = () => ({ type: 'unavailable', reason: 'unavailable' }) as const
    expect(defineKind({ ...definition, limits, fulfil: done }).limits).toBe(limits)
    expect(defineKind({ ...definition, fulfil: done })).not.toHaveProperty('limits')
  })

  it('is refused where the price rule refuses it', async () => {
    const kind = defineKind({
      name: 'check_up',
      payload: checkUp,
      price: () => ({ ok: false, error: { code: 'unknown_resource', field: 'doctor_id' } }),
      fulfil: () => ({ type: 'unavailable', reason: 'unavailable' }),
    })
    expect(await kind.quote({ doctor_id: 'nobody' }, context)).toEqual({
      ok: false,
      error: { code: 'unknown_resource', field: 'doctor_id' },
    })
  })
})

describe('what is paid for', () => {
  const details = { room: 3n }
  const quote: Quote = { amount, item, purpose: 'check_up', details, parsed: { doctor_id: 'vega', guests: [] } }

  it('is what the schema made of it when the intent was opened, whatever the schema has become since', async () => {
    const { kind, heard } = noting(schemaOf(() => ({ issues: [{ message: 'Nothing is good enough any more.' }] })))
    const done = await fulfil(kind, quote, { doctor_id: 'vega', more: 1 })
    expect(done).toEqual({ type: 'done', record: { type: 'check_up', id: 'pay_1' } })
    expect(heard).toEqual([['fulfil', quote.parsed, details, 'pay_1']])
  })

  it('is what was sent, where the intent was opened before its kind had a schema', async () => {
    const { kind, heard } = noting(checkUp)
    const { parsed: _none, ...older } = quote
    await fulfil(kind, older, { doctor_id: 'vega', more: 1 })
    expect(heard).toEqual([['fulfil', { doctor_id: 'vega', more: 1 }, details, 'pay_1']])
  })

  it('may have been an empty answer', async () => {
    const { kind, heard } = noting(schemaOf(() => ({ value: null })))
    await fulfil(kind, { ...quote, parsed: null }, 'sent')
    expect(heard).toEqual([['fulfil', null, details, 'pay_1']])
  })

  it('is asked for before somebody is sent to pay, in the same words', async () => {
    const { kind, heard } = noting(checkUp)
    const available = await memoryUnitOfWork().read(async (tx) => kind.available?.(tx, opened(quote, {})))
    expect(available).toBe(false)
    expect(heard).toEqual([['available', quote.parsed, details]])
  })

  it('can always be had of a kind that does not say', () => {
    const kind = defineKind({
      name: 'check_up',
      payload: checkUp,
      price: () => ok({ amount, item, details: {} }),
      fulfil: () => ({ type: 'unavailable', reason: 'unavailable' }),
    })
    expect(kind).not.toHaveProperty('available')
  })
})

it('names where an issue is as paths are written, whatever their parts are made of', () => {
  expect(fieldOf({ message: '', path: ['guests', 0, { key: 'name' }] })).toBe('guests.0.name')
  expect(fieldOf({ message: '', path: [Symbol.for('odd')] })).toBe('Symbol(odd)')
  expect(fieldOf({ message: '' })).toBe('')
})

it('types what the functions get by the schema and by the price rule', () => {
  defineKind({
    name: 'check_up',
    payload: checkUp,
    price: (payload) => {
      expectTypeOf(payload).toEqualTypeOf<{ doctor_id: string; guests: { name: string }[] }>()
      return ok({ amount, item, details: { room: payload.guests.length, floor: 'first' } })
    },
    available: async (_tx, { payload, details }) => {
      expectTypeOf(payload.doctor_id).toEqualTypeOf<string>()
      expectTypeOf(details).toEqualTypeOf<{ room: number; floor: string }>()
      return true
    },
    fulfil: async ({ payload, details }) => {
      expectTypeOf(payload.guests).toEqualTypeOf<{ name: string }[]>()
      expectTypeOf(details).toEqualTypeOf<{ room: number; floor: string }>()
      return { type: 'done', record: { type: 'check_up', id: payload.doctor_id } }
    },
  })
})

/** A schema of nobody's library. */
function schemaOf(
  validate: (value: unknown) => ReturnType<StandardSchema<Json>['~standard']['validate']>,
): StandardSchema<Json> {
  return { '~standard': { version: 1, vendor: 'by-hand', validate } }
}
