import { eventually } from '../../examples/server/test/eventually.ts'
import type { Answer, Caller } from './guest.ts'
import type { Machine } from './machine.ts'
import type { Program } from './program.ts'
import { patienceMs } from './stays.ts'

/** One of an article, and the key that it is ordered under. */
export interface Cart {
  readonly article: string
  readonly coupon?: string
  readonly key: string
}

/** Sends a cart once. */
export const askCart = (caller: Caller, server: Program, { article, coupon, key }: Cart): Promise<Answer | undefined> =>
  caller.ask(server, 'POST /checkout', {
    key,
    body: {
      lines: [{ article_id: article, quantity: 1 }],
      currency: 'MXN',
      ...(coupon === undefined ? {} : { coupon }),
    },
  })

/** Sends a cart, asking again under the same key until somebody answers for good. */
export const sendCart = (caller: Caller, serverFor: (attempt: number) => Program, cart: Cart): Promise<Answer> => {
  let tries = 0
  return eventually(
    `an answer about cart ${cart.key}`,
    async () => {
      const answer = await askCart(caller, serverFor(tries), cart)
      tries += 1
      return answer === undefined || [202, 429, 503].includes(answer.status) ? undefined : answer
    },
    patienceMs,
  )
}

/** Sees to it that there are just so many of an article that nobody holds. */
export const stock = async ({ eva, servers }: Machine, article: string, count: number): Promise<void> => {
  const shelves = await eva.ask(servers[0], 'GET /staff/stock?limit=100')
  const found = ((shelves?.body['stock'] ?? []) as readonly Shelf[]).find(({ article_id: id }) => id === article)
  const by = count - (found === undefined ? 0 : found.on_hand - found.held)
  if (by === 0) return
  const changed = await eva.ask(servers[0], `POST /staff/stock/${article}/adjust`, { body: { by }, key: `stock ${by}` })
  if (changed?.status !== 200) throw new Error(`The shelf is not as it should be: ${JSON.stringify(changed)}`)
}

interface Shelf {
  readonly article_id: string
  readonly on_hand: number
  readonly held: number
}

/** A coupon that can be used so often. */
export const giveCoupon = async ({ eva, servers }: Machine, code: string, limit: number): Promise<void> => {
  const body = { code, discount: { type: 'percent', percent: 10 }, limit }
  const given = await eva.ask(servers[0], 'POST /staff/coupons', { body })
  if (given?.status !== 200) throw new Error(`There is no coupon: ${JSON.stringify(given)}`)
}
