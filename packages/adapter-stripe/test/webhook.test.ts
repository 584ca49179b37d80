import { createHmac } from 'node:crypto'
import { after, instant, type Instant } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import Stripe from 'stripe'
import { stripeWebhookVerifier } from '../src/index.ts'

const secret = 'whsec_one'
const now = instant(1_800_000_000_000)
const event = (more: Readonly<Record<string, unknown>> = {}) => ({
  id: 'evt_1',
  object: 'event',
  type: 'customer.created',
  created: 1_799_999_999,
  livemode: false,
  api_version: '2026-10-28.endive',
  data: { object: { id: 'cus_1', object: 'customer' } },
  ...more,
})
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = JSON.stringify(event())
const sign = (payload: string | Uint8Array, at: number = now / 1_000, by = secret): string =>
  createHmac('sha256', by).update(`${at}.`).update(payload).digest('hex')
const header = (payload: string, at: number = now / 1_000, by = secret): string => `t=${at},v1=${sign(payload, at, by)}`

const verify = (
  payload: string | Uint8Array,
  signature: string | undefined,
  more: { readonly secrets?: readonly string[]; readonly receivedAt?: Instant; readonly toleranceMs?: number } = {},
) =>
  stripeWebhookVerifier({
    secrets: more.secrets ?? [secret],
    ...(more.toleranceMs === undefined ? {} : { toleranceMs: more.toleranceMs }),
  }).verify({
    rawBody: typeof payload === 'string' ? bytes(payload) : payload,
    signature,
    receivedAt: more.receivedAt ?? now,
  })

const refusal = (code: string, facts: object = {}) => ({ ok: false, error: { code, ...facts } })

describe('a signature', () => {
  it('is known by a fixed example: past it, the body is read', async () => {
    const hex = '10bcd498d32a3c7024d73eb0bdca8767278653e6bbcd5a60bb497b5d8d2afd81'
    expect(await verify('{}', `t=1800000000,v1=${hex}`)).toMatchObject(refusal('payload_invalid'))
    expect(await verify('{}', `t=1800000000,v1=${hex.replace(/.$/, hex.endsWith('0') ? '1' : '0')}`)).toEqual(
      refusal('signature_invalid'),
    )
  })
  it('made by the official SDK is taken', async () => {
    const made = new Stripe('sk_test_1').webhooks.generateTestHeaderString({
      payload: text,
      secret,
      timestamp: now / 1_000,
    })
    expect(await verify(text, made)).toMatchObject({ ok: true, value: { id: 'evt_1', type: 'customer.created' } })
  })
  it('by either secret is taken while one is being rolled', async () => {
    const [old, next] = ['whsec_old', 'whsec_new'].map((by) => sign(text, now / 1_000, by))
    const both = `t=${now / 1_000},v1=${old},v1=${next}`
    for (const secrets of [['whsec_new'], ['whsec_old'], ['whsec_other', 'whsec_new']])
      expect(await verify(text, both, { secrets })).toMatchObject({ ok: true })
    expect(await verify(text, both, { secrets: ['whsec_other'] })).toEqual(refusal('signature_invalid'))
  })
  it('is over the raw bytes: a body that says the same in other bytes is refused', async () => {
    expect(await verify(JSON.stringify(event(), null, 1), header(text))).toEqual(refusal('signature_invalid'))
    expect(await verify(`${text} `, header(text))).toEqual(refusal('signature_invalid'))
  })
  it.each([undefined, ''])('that is missing (%s) is refused as missing', async (signature) => {
    expect(await verify(text, signature)).toEqual(refusal('signature_missing'))
  })
  it.each([
    ['no header at all', 'hello'],
    ['no time', `v1=${sign(text)}`],
    ['no signature', `t=${now / 1_000}`],
    ['two times', `t=${now / 1_000},t=${now / 1_000},v1=${sign(text)}`],
    ['a time that is no number', `t=1e9,v1=${sign(text, 1e9)}`],
    ['a time before 1970', `t=-1,v1=${sign(text, -1)}`],
    ['another scheme alone', `t=${now / 1_000},v0=${sign(text)}`],
    ['a space before it', `t=${now / 1_000}, v1=${sign(text)}`],
    ['capital letters', `t=${now / 1_000},v1=${sign(text).toUpperCase()}`],
    ['too few letters', `t=${now / 1_000},v1=${sign(text).slice(2)}`],
    ['letters that are no digits', `t=${now / 1_000},v1=${'z'.repeat(64)}`],
    ['another time than was signed', `t=${now / 1_000 + 1},v1=${sign(text)}`],
    ['another secret', header(text, now / 1_000, 'whsec_two')],
  ])('with %s is invalid', async (_name, signature) => {
    expect(await verify(text, signature)).toEqual(refusal('signature_invalid'))
  })
})

describe('the age of a delivery', () => {
  const at = now / 1_000
  it.each([0, 1, 299, 300])('of %s seconds is fine, in either direction', async (seconds) => {
    expect(await verify(text, header(text, at - seconds))).toMatchObject({ ok: true })
    expect(await verify(text, header(text, at + seconds))).toMatchObject({ ok: true })
  })
  it('is counted in whole seconds, as the header is', async () => {
    expect(await verify(text, header(text, at - 300), { receivedAt: after(now, 999) })).toMatchObject({ ok: true })
  })
  it('of 301 seconds is too old, and 301 seconds ahead is too early', async () => {
    expect(await verify(text, header(text, at - 301))).toEqual(refusal('signature_too_old', { ageMs: 301_000 }))
    expect(await verify(text, header(text, at + 301))).toEqual(refusal('signature_in_future', { aheadMs: 301_000 }))
  })
  it('is judged only of what was signed', async () => {
    expect(await verify(text, `t=${at - 999},v1=${sign(text)}`)).toEqual(refusal('signature_invalid'))
  })
  it('may be bounded more tightly', async () => {
    expect(await verify(text, header(text, at - 11), { toleranceMs: 10_000 })).toMatchObject(
      refusal('signature_too_old'),
    )
  })
})

describe('a payload', () => {
  const payload = (body: unknown) => {
    const json = typeof body === 'string' ? body : JSON.stringify(body)
    return verify(json, header(json))
  }
  it.each<[string, unknown]>([
    ['no JSON', '{'],
    ['null', 'null'],
    ['a list', []],
    ['another object', { object: 'customer', id: 'cus_1' }],
    [
      'a thin event',
      {
        id: 'evt_1',
        object: 'v2.core.event',
        type: 'v1.billing.meter.error_report_triggered',
        created: '2026-01-01T00:00:00Z',
        livemode: false,
      },
    ],
    ['an event without an id', event({ id: '' })],
    ['an event without a mode', event({ livemode: undefined })],
    ['a time that is no whole number', event({ created: 1.5 })],
    ['an event without data', event({ data: undefined })],
    ['an event of a connected account', event({ account: 'acct_1' })],
    [
      'a session of ours without its fields',
      event({
        type: 'checkout.session.completed',
        data: { object: { object: 'checkout.session', id: 'cs_1', metadata: { attempt_id: 'att_1' } } },
      }),
    ],
  ])('that is %s is invalid, and says why', async (_name, body) => {
    expect(await payload(body)).toEqual(refusal('payload_invalid', { detail: expect.stringMatching(/\w{3}/) }))
  })
  it('that is not UTF-8 is invalid', async () => {
    const body = new Uint8Array([0x7b, 0xff, 0x7d])
    expect(await verify(body, `t=${now / 1_000},v1=${sign(body)}`)).toMatchObject(refusal('payload_invalid'))
  })
  it('of an unknown type is taken in, about nothing', async () => {
    expect(await payload(event({ type: 'moon.rose', livemode: true }))).toEqual({
      ok: true,
      value: {
        id: 'evt_1',
        type: 'moon.rose',
        occurredAt: 1_799_999_999_000,
        livemode: true,
        news: { about: 'nothing' },
      },
    })
  })
  it('changes no prototype, whatever its names', async () => {
    const body = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},' + text.slice(1)
    expect(await payload(body)).toMatchObject({ ok: true })
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})

describe('a verifier', () => {
  it.each([[[]], [['']], [['  ']], [['whsec_1', '']], [['whsec_1\n']]])(
    'is not made with the secrets %j',
    (secrets) => {
      expect(() => stripeWebhookVerifier({ secrets })).toThrow(/secret/)
    },
  )
  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('is not made with a tolerance of %s', (toleranceMs) => {
    expect(() => stripeWebhookVerifier({ secrets: [secret], toleranceMs })).toThrow(/tolerance/)
  })
})
