import { expect, it } from 'vitest'
import { createBench, noonMs, sessionParams, type Bench } from './harness.ts'

const visit = (
  bench: Bench,
  path: string,
  form?: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> =>
  bench.simulator.fetch(`http://127.0.0.1:12111${path}`, {
    headers,
    ...(form !== undefined && { method: 'POST', body: new URLSearchParams(form) }),
  })

const card = (number: string, more: Record<string, string> = {}): Record<string, string> => ({
  method: 'card',
  number,
  expiry: '12/34',
  cvc: '123',
  name: 'Ana',
  email: 'ana@example.com',
  expected_amount: '5000',
  ...more,
})

it('shows what is bought, in the language of the session or of the browser', async () => {
  const bench = createBench()
  const { id } = await bench.stripe.checkout.sessions.create(sessionParams())
  const page = await (await visit(bench, `/c/pay/${id}`)).text()
  expect(page).toContain('Chair')
  expect(page).toContain('Oak')
  expect(page).toContain('€50.00')
  expect(page).toContain('href="https://shop.test/cart"')
  expect(page).toContain('4000 0027 6000 3184')
  expect(page).not.toMatch(/src="|href="http:|@import|url\(/)
  expect(
    await (await visit(bench, `/c/pay/${id}`, undefined, { 'accept-language': 'es-MX,es;q=0.9' })).text(),
  ).toContain('Número de tarjeta')
  const spanish = await bench.stripe.checkout.sessions.create(sessionParams({ locale: 'es' }))
  expect(await (await visit(bench, `/c/pay/${spanish.id}`, undefined, { 'accept-language': 'en' })).text()).toContain(
    'lang="es"',
  )
})

it('writes amounts as they are written where the page is read', async () => {
  const bench = createBench()
  const totalIn = async (locale: 'es' | 'es-419' | 'fr'): Promise<string | undefined> => {
    const { id } = await bench.stripe.checkout.sessions.create(sessionParams({ locale }))
    return /class="amount">([^<]+)/.exec(await (await visit(bench, `/c/pay/${id}`)).text())?.[1]
  }
  expect(await totalIn('es')).toBe('50,00\u00a0€')
  expect(await totalIn('es-419')).toBe('EUR\u00a050.00')
  expect(await totalIn('fr')).toBe('€50.00')
})

it('says in Spanish what each test card is for', async () => {
  const bench = createBench()
  const titlesIn = async (locale: 'en' | 'es'): Promise<readonly (string | undefined)[]> => {
    const { id } = await bench.stripe.checkout.sessions.create(sessionParams({ locale }))
    const page = await (await visit(bench, `/c/pay/${id}`)).text()
    return [...page.matchAll(/<span>([^<]+)<\/span> <code>/g)].map(([, title]) => title)
  }
  const [english, spanish] = [await titlesIn('en'), await titlesIn('es')]
  expect(english.length).toBeGreaterThan(20)
  expect(spanish.filter((title) => english.includes(title))).toEqual([])
})

it('escapes what the shop wrote', async () => {
  const bench = createBench()
  const { id } = await bench.stripe.checkout.sessions.create(
    sessionParams({
      line_items: [
        {
          quantity: 1,
          price_data: { currency: 'eur', unit_amount: 500, product_data: { name: '<script>alert(1)</script>' } },
        },
      ],
    }),
  )
  const page = await (await visit(bench, `/c/pay/${id}`)).text()
  expect(page).toContain('&lt;script&gt;')
  expect(page).not.toContain('<script>alert')
})

it('fills in a test card that was clicked', async () => {
  const bench = createBench()
  const { id } = await bench.stripe.checkout.sessions.create(sessionParams())
  expect(await (await visit(bench, `/c/pay/${id}?card=4000000000009995`)).text()).toContain(
    'value="4000 0000 0000 9995"',
  )
})

it('takes a card and leads to the success address', async () => {
  const bench = createBench()
  const { id } = await bench.stripe.checkout.sessions.create(sessionParams())
  const paid = await visit(bench, `/c/pay/${id}`, card('4242 4242 4242 4242'))
  expect(paid.status).toBe(303)
  expect(paid.headers.get('location')).toBe(`https://shop.test/thanks?session=${id}`)
  expect(await bench.stripe.checkout.sessions.retrieve(id)).toMatchObject({
    status: 'complete',
    payment_status: 'paid',
    customer_details: { email: 'ana@example.com', name: 'Ana' },
  })
  const again = await visit(bench, `/c/pay/${id}`, card('4242424242424242'))
  expect(await again.text()).toContain('All done here')
  expect((await bench.stripe.charges.list()).data).toHaveLength(1)
})

it('says why a card was declined and lets the payer try again', async () => {
  const bench = createBench()
  const { id } = await bench.stripe.checkout.sessions.create(sessionParams({ locale: 'es' }))
  const declined = await visit(bench, `/c/pay/${id}`, card('4000 0000 0000 9995'))
  expect(declined.status).toBe(402)
  const page = await declined.text()
  expect(page).toContain('role="alert"')
  expect(page).toContain('fondos suficientes')
  expect(page).toContain('value="4000 0000 0000 9995"')
  expect((await visit(bench, `/c/pay/${id}`, card('4242424242424242'))).status).toBe(303)
})

it.each([
  ['a number that is wrong', { number: '4242424242424241' }, 'incorrect'],
  ['a real card', { number: '4111111111111111' }, 'non test card'],
  ['an expiry in the past', { expiry: '12/25' }, 'expiration'],
  ['no security code', { cvc: '' }, 'security code'],
])('refuses %s without making a PaymentIntent', async (_, more, message) => {
  const bench = createBench()
  const { id } = await bench.stripe.checkout.sessions.create(sessionParams())
  const refused = await visit(bench, `/c/pay/${id}`, card('4242424242424242', more))
  expect(refused.status).toBe(402)
  expect(await refused.text()).toContain(message)
  expect((await bench.stripe.paymentIntents.list()).data).toHaveLength(0)
})

it('leads through 3-D Secure', async () => {
  const bench = createBench()
  const { id } = await bench.stripe.checkout.sessions.create(sessionParams())
  const asked = await visit(bench, `/c/pay/${id}`, card('4000002760003184'))
  expect(asked.headers.get('location')).toBe(`/c/pay/${id}/challenge`)
  expect(await (await visit(bench, `/c/pay/${id}/challenge`)).text()).toContain('Complete authentication')
  const failed = await visit(bench, `/c/pay/${id}/challenge`, { outcome: 'failed' })
  expect(failed.status).toBe(400)
  expect(await failed.text()).toContain('unable to authenticate')
  await visit(bench, `/c/pay/${id}`, card('4000002760003184'))
  expect((await visit(bench, `/c/pay/${id}/challenge`, { outcome: 'succeeded' })).headers.get('location')).toContain(
    'shop.test/thanks',
  )
  expect((await bench.stripe.checkout.sessions.retrieve(id)).payment_status).toBe('paid')
})

it('offers a delayed bank debit', async () => {
  const bench = createBench()
  const { id } = await bench.stripe.checkout.sessions.create(sessionParams())
  expect((await visit(bench, `/c/pay/${id}`, { method: 'bank', bank: 'failed', expected_amount: '5000' })).status).toBe(
    303,
  )
  expect(await bench.stripe.checkout.sessions.retrieve(id)).toMatchObject({
    status: 'complete',
    payment_status: 'unpaid',
  })
})

it('shows a clear page for an expired session and for an unknown one', async () => {
  const bench = createBench()
  const { id } = await bench.stripe.checkout.sessions.create(sessionParams({ expires_at: noonMs / 1000 + 1800 }))
  await bench.simulator.advance(1_800_000)
  const expired = await visit(bench, `/c/pay/${id}`)
  expect(expired.status).toBe(410)
  expect(await expired.text()).toContain('This link has expired')
  expect((await visit(bench, `/c/pay/${id}`, card('4242424242424242'))).status).toBe(410)
  expect((await visit(bench, '/c/pay/cs_test_none')).status).toBe(404)
})

it('leads an intent confirmed by the API through its challenge and back', async () => {
  const bench = createBench()
  const intent = await bench.stripe.paymentIntents.create({
    amount: 2000,
    currency: 'eur',
    confirm: true,
    payment_method: 'pm_card_authenticationRequired',
    return_url: 'https://shop.test/back?x=1',
  })
  expect(intent.status).toBe('requires_action')
  const at = new URL(intent.next_action?.redirect_to_url?.url ?? '').pathname
  expect(await (await visit(bench, at)).text()).toContain('€20.00')
  const back = new URL((await visit(bench, at, { outcome: 'succeeded' })).headers.get('location') ?? '')
  expect(back.searchParams.get('redirect_status')).toBe('succeeded')
  expect(back.searchParams.get('x')).toBe('1')
  expect((await bench.stripe.paymentIntents.retrieve(intent.id)).status).toBe('succeeded')
})
