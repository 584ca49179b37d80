import { describe, expect, it } from 'vitest'
import { money } from '@holdfast/core'
import { catalogues, languages, negotiateLanguage, problemKinds } from '../src/index.ts'
import { ana, world } from './world.ts'

describe('the language of an answer', () => {
  it.each([
    [null, 'en'],
    ['', 'en'],
    ['es', 'es'],
    ['es-MX,es;q=0.9,en;q=0.8', 'es'],
    ['FA-IR', 'fa'],
    ['fr, de;q=0.9', 'en'],
    ['fr, fa;q=0.1', 'fa'],
    ['en;q=0.1, es;q=0.2', 'es'],
    ['es;q=0, en', 'en'],
    ['*', 'en'],
    ['es;q=banana', 'es'],
    [';;;,,,=', 'en'],
    ['x'.repeat(100_000), 'en'],
  ])('for Accept-Language %j is %s', (header, expected) => {
    expect(negotiateLanguage(header, 'en')).toBe(expected)
  })

  it.each([
    ['en', 'There is no such payment.'],
    ['es', 'No existe ese pago.'],
    ['fa', 'چنین پرداختی وجود ندارد.'],
  ])('is said, and kept to, in %s', async (language, detail) => {
    const { json, headers } = await world().call('GET', '/api/payments/none/status/', {
      as: ana,
      headers: { 'accept-language': language },
    })
    expect(json['detail']).toBe(detail)
    expect(headers.get('content-language')).toBe(language)
    expect(headers.get('vary')).toContain('Accept-Language')
  })

  it('is the host’s where the reader wants none of ours', async () => {
    const { json } = await world({ defaultLanguage: 'es' }).call('GET', '/api/payments/none/status/', { as: ana })
    expect(json['detail']).toBe('No existe ese pago.')
  })

  it('is also that of what is wrong with a field', async () => {
    const { json } = await world().call('POST', '/api/intents/', {
      as: ana,
      body: { kind: 5, payload: {} },
      headers: { 'accept-language': 'es' },
    })
    expect(json['errors']).toMatchObject([{ field: 'kind', message: expect.stringMatching(/Entrada inválida/) }])
  })
})

describe('every catalogue', () => {
  it.each(languages)('says something of its own for every word (%s)', (language) => {
    const said = textsOf(catalogues[language])
    expect(said.every((text) => text.trim() === text && text.length > 2)).toBe(true)
    if (language !== 'en') {
      const same = textsOf(catalogues.en).filter((text, index) => text === said[index])
      expect(same).toEqual([])
    }
  })

  it('has a word for every problem there is', () => {
    for (const language of languages)
      expect(Object.keys(catalogues[language].problems).toSorted()).toEqual(Object.keys(problemKinds).toSorted())
  })
})

type Words = Readonly<Record<string, string | ((reason: object) => string)>>

const textsOf = (catalogue: object): readonly string[] =>
  Object.values(catalogue).flatMap((words: Words) =>
    Object.keys(words)
      .toSorted()
      .map((key) => {
        const text = words[key] ?? ''
        return typeof text === 'string' ? text : text(facts)
      }),
  )

// What any of the reasons is worded with.
const facts = {
  shape: '{ a, b }',
  currency: 'EUR',
  noticeMinutes: 45,
  taken: ['EUR', 'MXN'],
  sold: ['EUR', 'MXN'],
  least: money(10_00n, 'EUR'),
  most: money(20_00n, 'EUR'),
  step: money(1_00n, 'ISK'),
}
