import { join } from 'node:path'
import Database from 'better-sqlite3'
import { z } from 'zod'
import { eventually } from './eventually.ts'
import type { TestServer } from './running.ts'
import { createVisitor, type SeenPage } from './visitor.ts'

/** The form of a page that offers cards, read by its radio buttons: the ids of those that can be chosen, by their last digits. */
export const offeredCards = ({ html }: Pick<SeenPage, 'html'>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...html.matchAll(/<input type="radio" name="card" value="(\w+)" ><span><bdi dir="ltr">[^<]* (\d{4})</g)].map(
      ([, id = '', last4 = '']) => [last4, id],
    ),
  )

/** Lets Stripe keep one more card of somebody who has one, as by its dashboard, and waits until that is known here. */
export const keepCard = async (
  { url, folder }: Pick<TestServer, 'url' | 'folder'>,
  owner: string,
  card: string | { readonly number: string; readonly month: number; readonly year: number },
): Promise<string> => {
  const id = typeof card === 'string' ? card : await newCard(url, card)
  const attached = await askStripe(url, `/v1/payment_methods/${id}/attach`, { customer: customerOf(folder, owner) })
  const kept = made.parse(attached).id
  const visitor = createVisitor(url)
  await visitor.signIn(`${owner}@example.com`)
  await eventually('the card to be known', async () => (await visitor.get('/api/payment-methods')).html.includes(kept))
  return kept
}

const newCard = async (
  url: string,
  { number, month, year }: { readonly number: string; readonly month: number; readonly year: number },
): Promise<string> =>
  made.parse(
    await askStripe(url, '/v1/payment_methods', {
      type: 'card',
      'card[number]': number,
      'card[exp_month]': String(month),
      'card[exp_year]': String(year),
      'card[cvc]': '123',
    }),
  ).id

const made = z.object({ id: z.string() })

const askStripe = async (url: string, path: string, fields: Readonly<Record<string, string>>): Promise<unknown> => {
  const response = await fetch(new URL(path, url), {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_dashboard', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields),
  })
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  return response.json()
}

const customerOf = (folder: string, owner: string): string => {
  const database = new Database(join(folder, '.data', 'holdfast.db'), { readonly: true })
  try {
    const row = database.prepare('SELECT customer_id FROM holdfast_customers WHERE owner = ?').get(owner)
    return z.object({ customer_id: z.string() }).parse(row).customer_id
  } finally {
    database.close()
  }
}
