import { instant, type OwnerId } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { cookieSessions, reply, route } from '../src/index.ts'
import { openIntent, secret, world } from './world.ts'

const clock = { now: () => instant(Date.UTC(2027, 0, 1)) }
const sessions = cookieSessions({ secrets: [secret], clock })

/** A world where Ana has an intent and is signed in by a cookie. */
const signedIn = async () => {
  const bare = world()
  const { paymentId } = await openIntent(bare)
  const { setCookie, csrfToken } = await sessions.signIn({ type: 'owner', id: 'ana' as OwnerId })
  const here = world({
    authenticator: sessions,
    holdfast: bare.holdfast,
    unitOfWork: bare.unitOfWork,
    allowedOrigins: ['https://shop.example'],
  })
  const cookie = setCookie.split(';')[0] ?? ''
  const post = (headers: Record<string, string>, body?: string) =>
    here.call('POST', `/api/payments/${paymentId}/checkout/`, {
      headers: { cookie, ...headers },
      ...(body ? { body } : {}),
    })
  const opened = () => bare.provider.truth.attempts().length
  return { here, cookie, csrfToken, paymentId, post, opened }
}

describe('a write that a cookie signs', () => {
  it('is done for a page of ours that brings the token', async () => {
    const { post, csrfToken } = await signedIn()
    for (const headers of [
      {},
      { origin: 'https://host.example', 'sec-fetch-site': 'same-origin' },
      { origin: 'https://shop.example', 'sec-fetch-site': 'cross-site' },
    ])
      expect((await post({ 'x-csrf-token': csrfToken, ...headers })).status).toBe(200)
  })

  it.each([
    ['no token', {}],
    ['an empty token', { 'x-csrf-token': '' }],
    ['a wrong token', { 'x-csrf-token': 'f'.repeat(48) }],
  ])('is refused with %s', async (_what, headers) => {
    const { post, opened } = await signedIn()
    const { status, json } = await post(headers as Record<string, string>)
    expect([status, json['code'], opened()]).toEqual([403, 'csrf_failed', 0])
  })

  it.each([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'https://host.example.evil.example' },
    { origin: 'not an origin' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://host.example', 'sec-fetch-site': 'cross-site' },
  ])('is refused, right token and all, for a page with %j', async (headers) => {
    const { post, csrfToken, opened } = await signedIn()
    const { status } = await post({ ...(headers as Record<string, string>), 'x-csrf-token': csrfToken })
    expect([status, opened()]).toEqual([403, 0])
  })

  const form = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' }

  it('is done for a plain form of ours, which has the token as a field', async () => {
    const { post, csrfToken } = await signedIn()
    const { status, headers } = await post({ ...form, origin: 'https://host.example' }, `csrf_token=${csrfToken}`)
    expect([status, headers.get('location')]).toEqual([303, 'https://pay.example/cs_1'])
  })

  it.each(['', 'csrf_token=wrong', 'csrf_token=wrong&csrf_token=wrong'])(
    'is refused for a plain form with %j',
    async (body) => {
      const { post, opened } = await signedIn()
      expect((await post(form, body)).status).toBe(403)
      expect(opened()).toBe(0)
    },
  )

  it('is refused for a form of another site, before anything of it is read', async () => {
    const { here, cookie, paymentId, opened } = await signedIn()
    for (const path of [`/api/payments/${paymentId}/cancel/`, `/api/payments/${paymentId}/retry/`, '/api/intents/']) {
      const { status } = await here.call('POST', path, {
        headers: { ...form, cookie, origin: 'https://evil.example' },
        body: 'amount=1',
      })
      expect(status).toBe(403)
    }
    expect(opened()).toBe(0)
  })

  it('takes no field from a form beside the token', async () => {
    const { post, csrfToken } = await signedIn()
    const { status, json } = await post(form, `csrf_token=${csrfToken}&amount=1`)
    expect([status, json['errors']]).toMatchObject([400, [{ field: 'amount' }]])
  })

  it('needs no token to read', async () => {
    const { here, cookie, paymentId } = await signedIn()
    const { status } = await here.call('GET', `/api/payments/${paymentId}/status/`, { headers: { cookie } })
    expect(status).toBe(200)
  })
})

describe('a write that nobody has to sign', () => {
  const enter = route({
    name: 'enter',
    method: 'post',
    path: '/enter',
    tag: 'Host',
    summary: 'Signs in.',
    who: 'anyone',
    answers: { 200: z.object({ entered: z.boolean() }) },
    refusals: [],
    handle: async () => reply(200, { entered: true }),
  })

  it.each([
    [200, {}],
    [200, { origin: 'https://host.example', 'sec-fetch-site': 'same-origin' }],
    [200, { origin: 'https://shop.example', 'sec-fetch-site': 'cross-site' }],
    [403, { origin: 'https://evil.example' }],
    [403, { 'sec-fetch-site': 'cross-site' }],
  ])('is answered %i to a page with %j, for it may sign somebody in', async (expected, headers) => {
    const here = world({ moreRoutes: [enter], allowedOrigins: ['https://shop.example'] })
    const { status } = await here.call('POST', '/api/enter', { headers: headers as Record<string, string> })
    expect(status).toBe(expected)
    expect(here.adapter.openapi()).toHaveProperty(['paths', '/enter/', 'post', 'responses', '403'])
  })
})

describe('a write that a header signs', () => {
  it('needs no token: no browser adds that header by itself', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    const headers = { origin: 'https://evil.example' }
    expect((await here.call('POST', `/api/payments/${paymentId}/checkout/`, { as: 'owner:ana', headers })).status).toBe(
      200,
    )
  })
})

describe('sessions in cookies', () => {
  const ask = (cookie: string) => sessions.authenticate(new Request('https://host.example/', { headers: { cookie } }))
  const signIn = async (over = sessions) =>
    (await over.signIn({ type: 'staff', id: 'eve' })).setCookie.split(';')[0] ?? ''

  it('know whom they were given to', async () => {
    expect((await ask(await signIn()))?.actor).toEqual({ type: 'staff', id: 'eve' })
  })

  it('are kept from scripts, from other sites and from plain HTTP', async () => {
    const { setCookie } = await sessions.signIn({ type: 'staff', id: 'eve' })
    expect(setCookie).toMatch(/^__Host-holdfast_session=.*; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    const plain = cookieSessions({ secrets: [secret], clock, secure: false })
    expect((await plain.signIn({ type: 'staff', id: 'eve' })).setCookie).toMatch(/^holdfast_session=(?!.*Secure)/)
  })

  it('are nobody when forged, changed, over, or signed for another cookie', async () => {
    const other = cookieSessions({ secrets: ['another secret of more than thirty-two letters'], clock })
    const later = cookieSessions({ secrets: [secret], clock: { now: () => instant(clock.now() + 43_200_000) } })
    const mine = await signIn()
    // As long as the real name, so that only the name itself can tell.
    const elsewhere = cookieSessions({ secrets: [secret], clock, name: 'holdfast_another' })
    expect(await ask(await signIn(other))).toBeUndefined()
    expect(await ask(mine.replace('staff', 'owner'))).toBeUndefined()
    expect(await ask((await signIn(elsewhere)).replace('holdfast_another=', 'holdfast_session='))).toBeUndefined()
    expect(
      await later.authenticate(new Request('https://host.example/', { headers: { cookie: mine } })),
    ).toBeUndefined()
    expect(await ask(`${sessions.cookieName}=nonsense`)).toBeUndefined()
    expect(await ask('')).toBeUndefined()
  })

  it('outlive a change of secrets while the old one is still known', async () => {
    const next = cookieSessions({ secrets: ['the secret that signs from now on, all of it', secret], clock })
    const cookie = await signIn()
    expect(await next.authenticate(new Request('https://host.example/', { headers: { cookie } }))).toBeDefined()
  })

  it('end when they are signed out', async () => {
    expect(await sessions.signOut()).toMatch(/Max-Age=0/)
  })

  it('end everywhere when the host goes on to the next generation of them, and nobody else’s do', async () => {
    const generations = new Map([
      ['eve', 7],
      ['eva', 0],
    ])
    const kept = cookieSessions({ secrets: [secret], clock, generationOf: async ({ id }) => generations.get(id) })
    const here = (cookie: string) => kept.authenticate(new Request('https://host.example/', { headers: { cookie } }))
    const [phone, desk, other] = [
      await signIn(kept),
      await signIn(kept),
      (await kept.signIn({ type: 'owner', id: 'eva' as OwnerId })).setCookie.split(';')[0] ?? '',
    ]
    for (const cookie of [phone, desk, other]) expect(await here(cookie)).toBeDefined()
    generations.set('eve', 8)
    for (const cookie of [phone, desk]) expect(await here(cookie)).toBeUndefined()
    expect(await here(other)).toBeDefined()
    expect(await here(await signIn(kept))).toBeDefined()
    generations.delete('eva')
    expect(await here(other)).toBeUndefined()
    await expect(kept.signIn({ type: 'owner', id: 'eva' as OwnerId })).rejects.toThrow(RangeError)
    generations.set('eva', 0.5)
    await expect(kept.signIn({ type: 'owner', id: 'eva' as OwnerId })).rejects.toThrow(RangeError)
  })

  it.each([[[]], [['short']], [[secret, 'short']]])('are refused with secrets that can be guessed: %j', (secrets) => {
    expect(() => cookieSessions({ secrets: secrets as never, clock })).toThrow(RangeError)
    expect(() => world({ cookies: { secrets: secrets as never } })).toThrow(RangeError)
  })
})
