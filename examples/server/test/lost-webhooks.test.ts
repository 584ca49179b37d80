import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { goods, put, readBooks, toCheckout } from './buyer.ts'
import { eventually } from './eventually.ts'
import type { TestServer } from './running.ts'
import { onADayInTheShop, type ShopDay } from './shop-day.ts'

let server: ShopDay['server']
let stripe: ShopDay['stripe']
let ana: ShopDay['ana']
onADayInTheShop((day) => void ({ server, stripe, ana } = day))

const minute = 60_000
/** What the adapter asks for of what is told in this story. */
const types = ['checkout.session.completed', 'payment_intent.succeeded']

/** The events of these types that Stripe has listed, by id. */
const listedAtStripe = async (): Promise<readonly string[]> => {
  const query = new URLSearchParams(Object.fromEntries(types.map((type, index) => [`types[${index}]`, type])))
  const response = await fetch(new URL(`/v1/events?${query}`, server.url), {
    headers: { authorization: 'Bearer sk_test_dashboard' },
  })
  const { data } = z.object({ data: z.array(z.object({ id: z.string() })) }).parse(await response.json())
  return data.map(({ id }) => id).toSorted()
}

/** The events of these types that the application has taken in, by id. */
const inInbox = ({ folder }: Pick<TestServer, 'folder'>): readonly string[] => {
  const database = new Database(join(folder, '.data', 'holdfast.db'), { readonly: true })
  try {
    return z
      .array(z.object({ id: z.string(), body: z.string(), status: z.string() }))
      .parse(database.prepare('SELECT id, body, status FROM holdfast_inbox').all())
      .filter(({ body }) => types.some((type) => body.includes(`"${type}"`)))
      .map(({ id, status }) => (status === 'done' ? id : `${id} ${status}`))
      .toSorted()
  } finally {
    database.close()
  }
}

it('with webhooks off the sweep takes in what Stripe has told, minutes later, and once', async () => {
  await stripe.webhooks('drop')
  await put(ana, goods.mug.slug)
  const { sessionId } = await toCheckout(ana)
  expect(await stripe.pay(sessionId, goods.mug.minor)).toBe(200)
  const told = await listedAtStripe()
  expect(told).toHaveLength(2)
  expect(inInbox(server)).toEqual([])

  // The first sweep comes a minute after the start. It is too early for it to ask about the page.
  await stripe.advance(2 * minute)
  await eventually('the events', async () => inInbox(server).length === told.length)
  expect(inInbox(server)).toEqual(told)
  expect(readBooks(server).orders).toMatchObject([{ status: 'completed' }])

  // Nothing comes of it a second time, neither from the next sweep nor from a webhook that is late.
  await stripe.webhooks('normal')
  await stripe.advance(16 * minute)
  await stripe.advance(16 * minute)
  expect(inInbox(server)).toEqual(told)
  expect(readBooks(server).orders).toMatchObject([{ status: 'completed' }])
})
