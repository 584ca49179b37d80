import { expect, it } from 'vitest'
import { createBench, failure, noonMs, sessionParams, type Body } from './harness.ts'

const call = async (
  method: string,
  path: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; error: Body }> => {
  const { simulator } = createBench()
  const response = await simulator.fetch(`http://127.0.0.1:12111${path}`, {
    method,
    headers: { authorization: 'Bearer sk_test_1', ...headers },
    ...(body !== undefined && { body }),
  })
  const json = (await response.json()) as Body
  return { status: response.status, error: json['error'] ?? ({} as Body) }
}
const session =
  'mode=payment&success_url=https://a.test&line_items[0][quantity]=1&line_items[0][price_data][currency]=eur' +
  '&line_items[0][price_data][product_data][name]=x'

it.each([
  [
    '/v1/customers',
    'invoice_settings[nope]=1',
    'parameter_unknown',
    'invoice_settings[nope]',
    'Received unknown parameter: invoice_settings[nope]',
  ],
  ['/v1/customers', 'colour=red', 'parameter_unknown', 'colour', 'Received unknown parameter: colour'],
  ['/v1/customers', '__proto__[x]=1', 'parameter_unknown', '__proto__', 'Received unknown parameter: __proto__'],
  ['/v1/payment_intents', 'currency=eur', 'parameter_missing', 'amount', 'Missing required param: amount.'],
  ['/v1/payment_intents', 'amount=abc&currency=eur', 'parameter_invalid_integer', 'amount', 'Invalid integer: abc'],
  ['/v1/payment_intents', 'amount=1e21&currency=eur', 'parameter_invalid_integer', 'amount', 'Invalid integer: 1e21'],
  ['/v1/payment_intents', 'amount=5.5&currency=eur', 'parameter_invalid_integer', 'amount', 'Invalid integer: 5.5'],
  [
    '/v1/payment_intents',
    'amount=-5&currency=eur',
    'parameter_invalid_integer',
    'amount',
    'greater than or equal to 1',
  ],
  ['/v1/payment_intents', 'amount=500&currency=zzz', undefined, 'currency', 'Invalid currency: zzz'],
  [
    '/v1/payment_intents',
    'amount=500&currency=',
    'parameter_invalid_empty',
    'currency',
    "You passed an empty string for 'currency'",
  ],
  [
    '/v1/payment_intents',
    'amount=500&currency=eur&payment_method_types[]=card',
    'payment_method_types_no_longer_supported',
    'payment_method_types',
    'no longer supported',
  ],
  ['/v1/payment_intents', 'amount=500&currency=eur&confirm=perhaps', undefined, 'confirm', 'Invalid boolean: perhaps'],
  [
    '/v1/payment_intents',
    'amount=500&currency=eur&customer=cus_none',
    'resource_missing',
    'customer',
    "No such customer: 'cus_none'",
  ],
  [
    '/v1/payment_intents',
    'amount=500&currency=eur&application_fee_amount=5',
    'simulator_not_modelled',
    'application_fee_amount',
    'not modelled',
  ],
  ['/v1/checkout/sessions', 'mode=payment', 'parameter_missing', 'success_url', 'Missing required param: success_url.'],
  [
    '/v1/checkout/sessions',
    'mode=gift&success_url=https://a.test',
    undefined,
    'mode',
    'Invalid mode: must be one of payment, setup, or subscription',
  ],
  ['/v1/checkout/sessions', 'mode=payment&success_url=nowhere', 'url_invalid', 'success_url', 'Not a valid URL'],
  [
    '/v1/checkout/sessions',
    'mode=payment&success_url=https://a.test',
    'parameter_missing',
    'line_items',
    'Missing required param: line_items.',
  ],
  [
    '/v1/checkout/sessions',
    `${session}&line_items[0][price_data][unit_amount]=49`,
    'amount_too_small',
    undefined,
    'total amount due must add up to at least €0.50 eur',
  ],
  [
    '/v1/checkout/sessions',
    `${session}&line_items[0][price_data][unit_amount]=500&line_items[0][price_data][colour]=red`,
    'parameter_unknown',
    'line_items[0][price_data][colour]',
    'Received unknown parameter',
  ],
  [
    '/v1/checkout/sessions',
    `${session}&line_items[0][price_data][unit_amount]=500&client_reference_id=${'x'.repeat(201)}`,
    'parameter_invalid_string_length',
    'client_reference_id',
    'at most 200 characters',
  ],
  [
    '/v1/checkout/sessions',
    `${session}&line_items[0][price_data][unit_amount]=500&payment_method_types[0]=card`,
    'payment_method_types_no_longer_supported',
    'payment_method_types',
    'no longer supported',
  ],
  [
    '/v1/checkout/sessions',
    `${session}&line_items[0][price_data][unit_amount]=500&expires_at=${noonMs / 1000 + 600}`,
    undefined,
    'expires_at',
    'at least 30 minutes',
  ],
  [
    '/v1/checkout/sessions',
    `${session}&line_items[0][price_data][unit_amount]=500&expires_at=${noonMs / 1000 + 100_000}`,
    undefined,
    'expires_at',
    'less than 24 hours',
  ],
])('refuses %s %s with %s', async (path, body, code, param, message) => {
  const { status, error } = await call('POST', path, body)
  expect({ status, code: error['code'], param: error['param'], type: error['type'] }).toEqual({
    status: 400,
    code,
    param,
    type: 'invalid_request_error',
  })
  expect(error['message']).toContain(message)
})

it.each([
  ['GET', '/v1/customers/cus_none', 404, 'resource_missing'],
  ['GET', '/v1/customers?starting_after=cus_none', 400, 'resource_missing'],
  ['GET', '/v1/customers?limit=0', 400, 'parameter_invalid_integer'],
  ['GET', '/v1/customers?limit=101', 400, 'parameter_invalid_integer'],
  ['GET', '/v1/nothing', 404, undefined],
  ['DELETE', '/v1/payment_intents/pi_1', 404, undefined],
])('answers %s %s with %i', async (method, path, status, code) => {
  const answer = await call(method, path)
  expect({ status: answer.status, code: answer.error['code'] }).toEqual({ status, code })
})

it.each([
  ['', 'You did not provide an API key.'],
  ['Bearer nonsense', 'Invalid API Key provided'],
  ['Bearer pk_test_1', 'publishable API key'],
])('refuses the authorization "%s" with 401', async (authorization, message) => {
  const { status, error } = await call('GET', '/v1/customers', undefined, { authorization })
  expect(status).toBe(401)
  expect(error['message']).toContain(message)
})

it('takes a key by basic authentication too', async () => {
  const { simulator } = createBench()
  const authorization = `Basic ${Buffer.from('sk_test_1:').toString('base64')}`
  expect((await simulator.fetch('http://127.0.0.1:12111/v1/customers', { headers: { authorization } })).status).toBe(
    200,
  )
})

it('merges metadata, deletes keys by empty values, and keeps odd keys as data', async () => {
  const { stripe } = createBench()
  const { id } = await stripe.customers.create({ metadata: { a: '1', b: '2', ['__proto__']: 'x', constructor: 'y' } })
  const updated = await stripe.customers.update(id, { metadata: { b: '', c: '3' } })
  expect(Object.entries(updated.metadata).sort()).toEqual(
    [
      ['__proto__', 'x'],
      ['a', '1'],
      ['c', '3'],
      ['constructor', 'y'],
    ].sort(),
  )
  expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  expect((await stripe.customers.update(id, { metadata: '' })).metadata).toEqual({})
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, 'v']))
  for (const metadata of [{ ['k'.repeat(41)]: 'v' }, { k: 'v'.repeat(501) }, many]) {
    expect((await failure(stripe.customers.create({ metadata }))).statusCode).toBe(400)
  }
})

it('expands along paths, and refuses what leads nowhere', async () => {
  const { stripe } = createBench()
  const customer = await stripe.customers.create({ email: 'ana@example.com' })
  await stripe.paymentIntents.create({
    amount: 500,
    currency: 'eur',
    customer: customer.id,
    confirm: true,
    payment_method: 'pm_card_visa',
    return_url: 'https://a.test',
  })
  const { data } = await stripe.paymentIntents.list({
    expand: ['data.latest_charge.balance_transaction', 'data.customer'],
  })
  expect(data[0]).toMatchObject({
    customer: { email: 'ana@example.com' },
    latest_charge: { balance_transaction: { object: 'balance_transaction' } },
  })
  expect((await failure(stripe.customers.retrieve(customer.id, { expand: ['shoes'] }))).message).toBe(
    'This property cannot be expanded (shoes).',
  )
  expect((await failure(stripe.customers.retrieve(customer.id, { expand: ['a.b.c.d.e'] }))).message).toContain(
    'more than 4 levels',
  )
})

it('shows line items of a session page by page, with a price created for each', async () => {
  const { stripe } = createBench()
  const item = (name: string) => ({
    quantity: 1,
    price_data: { currency: 'eur', unit_amount: 500, product_data: { name } },
  })
  const { id } = await stripe.checkout.sessions.create(sessionParams({ line_items: [item('a'), item('b'), item('c')] }))
  const first = await stripe.checkout.sessions.listLineItems(id, { limit: 2, expand: ['data.price.product'] })
  expect(first).toMatchObject({
    has_more: true,
    data: [{ description: 'a', price: { unit_amount: 500, product: { name: 'a' } } }, { description: 'b' }],
  })
  const mixed = [item('a'), { ...item('b'), price_data: { ...item('b').price_data, currency: 'usd' } }]
  expect((await failure(stripe.checkout.sessions.create(sessionParams({ line_items: mixed })))).message).toContain(
    'combine currencies',
  )
})

it('lets a session of nothing complete without a payment', async () => {
  const { stripe, pay } = createBench()
  const free = [{ quantity: 1, price_data: { currency: 'eur', unit_amount: 0, product_data: { name: 'Gift' } } }]
  const { id } = await stripe.checkout.sessions.create(sessionParams({ line_items: free }))
  await pay(id)
  expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({
    status: 'complete',
    payment_status: 'no_payment_required',
    payment_intent: null,
  })
})

it('deletes a customer and what was saved for them', async () => {
  const { stripe } = createBench()
  const { id } = await stripe.customers.create()
  const method = await stripe.paymentMethods.attach('pm_card_visa', { customer: id })
  await stripe.customers.update(id, { invoice_settings: { default_payment_method: method.id } })
  expect(await stripe.customers.del(id)).toEqual({ id, object: 'customer', deleted: true })
  expect(await stripe.customers.retrieve(id)).toMatchObject({ deleted: true })
  expect((await stripe.paymentMethods.retrieve(method.id)).customer).toBeNull()
  expect((await failure(stripe.checkout.sessions.create(sessionParams({ customer: id })))).code).toBe(
    'resource_missing',
  )
})
