import { defineKind, instant, money, ok, type OwnerId, type PayloadReason } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Catalogue } from '../src/language/catalogue.ts'
import { english } from '../src/language/english.ts'
import { catalogues } from '../src/language/language.ts'
import { factsOf } from '../src/problem/facts.ts'
import type { FieldError } from '../src/problem/refusal.ts'

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

const refused = (reason: PayloadReason, words: Catalogue, message = 'In the words of its kind.') => {
  const { errors } = factsOf({ code: 'invalid_payload', field: 'at', message, reason }, words)
  return (errors as readonly FieldError[])[0]
}

describe('a reason that is built in', () => {
  const mxn = (minorUnits: bigint) => money(minorUnits, 'MXN')

  it.each([
    ['slot_begun', { code: 'slot_begun' }, undefined, 'Esta cita ya ha empezado.', 'این نوبت آغاز شده است.'],
    [
      'slot_within_notice',
      { code: 'slot_within_notice', noticeMinutes: 120 },
      { notice_minutes: 120 },
      'Las citas se reservan al menos 120 minutos antes.',
      'نوبت را باید دست‌کم ۱۲۰ دقیقه پیش‌تر گرفت.',
    ],
    [
      'amount_too_small',
      { code: 'amount_too_small', least: mxn(20_00n) },
      { least: '20.00', currency: 'MXN' },
      'Al menos 20.00 MXN por vez.',
      'دست‌کم ۲۰٫۰۰ MXN در هر بار.',
    ],
    [
      'amount_too_large',
      { code: 'amount_too_large', most: mxn(10_000_00n) },
      { most: '10000.00', currency: 'MXN' },
      'Como máximo 10000.00 MXN por vez.',
      'حداکثر ۱۰۰۰۰٫۰۰ MXN در هر بار.',
    ],
    [
      'amount_not_a_multiple',
      { code: 'amount_not_a_multiple', step: money(10n, 'KWD') },
      { step: '0.010', currency: 'KWD' },
      'Un múltiplo de 0.010 KWD: nada intermedio se puede cobrar.',
      'مضربی از ۰٫۰۱۰ KWD: مبلغ‌های میان آن‌ها برداشت‌پذیر نیستند.',
    ],
    [
      'currency_not_taken',
      { code: 'currency_not_taken', taken: ['MXN', 'EUR'] },
      { taken: ['MXN', 'EUR'] },
      'Esta moneda no se acepta. Se aceptan: MXN, EUR.',
      'این واحد پول پذیرفته نیست. پذیرفته‌ها: MXN، EUR.',
    ],
    [
      'not_a_quantity',
      { code: 'not_a_quantity', most: 99 },
      { most: 99 },
      'Un número entero de 1 a 99.',
      'یک عدد صحیح از ۱ تا ۹۹.',
    ],
    ['cart_empty', { code: 'cart_empty' }, undefined, 'No hay nada en el carrito.', 'سبد خرید خالی است.'],
    [
      'cart_too_long',
      { code: 'cart_too_long', most: 100 },
      { most: 100 },
      'Un carrito tiene como máximo 100 líneas.',
      'سبد خرید حداکثر ۱۰۰ ردیف دارد.',
    ],
    ['article_unknown', { code: 'article_unknown' }, undefined, 'No existe ese artículo.', 'چنین کالایی وجود ندارد.'],
    [
      'article_not_in_currency',
      { code: 'article_not_in_currency', sold: ['MXN', 'USD'] },
      { sold: ['MXN', 'USD'] },
      'Este artículo no se vende en esta moneda. Se vende en: MXN, USD.',
      'این کالا به این واحد پول فروخته نمی‌شود. فروش به: MXN، USD.',
    ],
  ] as const satisfies readonly (readonly [string, PayloadReason, object | undefined, string, string])[])(
    'is said in the language of whoever asks, whatever its kind says: %s',
    (code, reason, facts, spanish, persian) => {
      const told = facts === undefined ? {} : { facts }
      for (const [words, message] of [
        [catalogues.es, spanish],
        [catalogues.fa, persian],
      ] as const)
        expect(refused(reason, words)).toEqual({ field: 'payload.at', code, message, ...told })
    },
  )

  it('counts one minute as one', () => {
    const reason = { code: 'slot_within_notice', noticeMinutes: 1 } as const
    expect(refused(reason, english)?.message).toBe('Appointments are booked at least 1 minute ahead.')
    expect(refused(reason, catalogues.es)?.message).toBe('Las citas se reservan al menos 1 minuto antes.')
  })
})

it('is looked for in the body itself where it is the cart that will not do, and not in a payload in it', () => {
  const fault = { code: 'invalid_payload', message: 'No.', reason: { code: 'cart_empty' } } as const
  const fieldOf = (refusal: Parameters<typeof factsOf>[0]) =>
    (factsOf(refusal, english)['errors'] as readonly FieldError[])[0]?.field
  expect(fieldOf({ ...fault, of: 'body', field: 'lines.0.quantity' })).toBe('lines.0.quantity')
  expect(fieldOf({ ...fault, of: 'body', field: '' })).toBe('body')
  expect(fieldOf({ ...fault, field: 'lines' })).toBe('payload.lines')
})

describe('a reason of a host’s own', () => {
  it('has its code and its facts, and the words that its kind has for it', () => {
    const reason = { code: 'stay:too_long', facts: { nights: 28, left: 5n } } as const
    expect(refused(reason, catalogues.es, 'Höchstens 28 Nächte.')).toEqual({
      field: 'payload.at',
      code: 'stay:too_long',
      message: 'Höchstens 28 Nächte.',
      facts: { nights: 28, left: '5' },
    })
    expect(refused({ code: 'stay:closed' }, catalogues.es)).toEqual({
      field: 'payload.at',
      code: 'stay:closed',
      message: 'In the words of its kind.',
    })
  })

  it('is told from what every object has, and what a later version has built in keeps its words', () => {
    for (const code of ['constructor', 'toString', 'slot_moved'])
      expect(refused({ code } as never, catalogues.fa)).toEqual({
        field: 'payload.at',
        code,
        message: 'In the words of its kind.',
      })
  })
})
