import { expect } from 'vitest'
import { eventually } from '../../../examples/server/test/eventually.ts'
import { createVisitor } from '../../../examples/server/test/visitor.ts'
import { advance } from '../clock.ts'
import { field, staff, type Answer } from '../guest.ts'
import type { Machine } from '../machine.ts'
import type { Program } from '../program.ts'
import { untilQuiet } from '../quiet.ts'
import { onEachDatabase } from '../scenario.ts'
import { serverFrom } from '../several-servers.ts'
import { askCart, stock, type Cart } from '../shop.ts'
import { patienceMs } from '../stays.ts'

const mug = 'taza-talavera'
const awayMs = 60_000
const everyMs = 1_500
/** Whoever waits for longer than this is not answered fast, on a machine that does other things beside. */
const fastMs = 2_000

onEachDatabase(
  'a Stripe whose process is gone',
  (scenario) => {
    scenario('11a: for a minute of real time', async (machine, random) => {
      const { ana, stripe, simulator, servers } = machine
      const run = random()
      const cartNamed = (name: string | number): Cart => ({ article: mug, key: `${name} of ${run}` })
      await stock(machine, mug, 60)
      const paid = await askCart(ana, servers[0], cartNamed('paid, and nobody heard'))
      const open = await askCart(ana, servers[0], cartNamed('before it'))
      await stripe.webhooks('drop')
      expect(await payFor(machine, paid)).toBe(200)
      expect(await seenBreakers(machine)).toEqual(['closed', 'closed'])

      await simulator.kill()
      const goneAt = Date.now()
      const carts: Cart[] = []
      /** Orders one more, at the next server. */
      const orderInTurn = (): Promise<Answer | undefined> => {
        carts.push(cartNamed(carts.length))
        return askCart(ana, serverFrom(machine, carts.length)(0), carts.at(-1)!)
      }
      // Five calls in a row without an answer, by whichever of the two.
      await eventually('both servers to know', async () => {
        await orderInTurn()
        return (await seenBreakers(machine)).every((status) => status === 'open')
      })
      while (Date.now() - goneAt < awayMs) {
        const asked = await timed(orderInTurn)
        expect(asked.answer).toMatchObject({ status: 503, body: { code: 'provider_unavailable', retryable: true } })
        const retryAfter = Number(asked.answer?.retryAfter)
        expect(retryAfter).toBeGreaterThan(0)
        expect(retryAfter).toBeLessThanOrEqual(60)
        const read = await timed(() => ana.ask(serverFrom(machine, carts.length)(0), 'GET /payments'))
        expect(read.answer?.status).toBe(200)
        expect(Math.max(asked.ms, read.ms)).toBeLessThan(fastMs)
        await new Promise((resolve) => setTimeout(resolve, everyMs))
      }
      expect(carts.length).toBeGreaterThan(awayMs / everyMs / 2)

      await simulator.start()
      await stripe.webhooks('normal')
      // Whoever had ordered asks once more, under the same key, and pays.
      const pages = [open]
      for (const cart of carts) pages.push(await askUntilOpen(machine, cart))
      expect(await Promise.all(pages.map((page) => payFor(machine, page)))).toEqual(pages.map(() => 200))
      await untilQuiet(machine)
      expect(await seenBreakers(machine)).toEqual(['closed', 'closed'])
      expect(await transitionsTo(machine, 'open')).toBeGreaterThan(0)
      expect(await transitionsTo(machine, 'closed')).toBeGreaterThan(0)
      const store = await machine.database.snapshot()
      const ids = [paid, ...pages].map((page) => field(page, 'order_id'))
      const orders = store.query<{ status: string }>(
        `SELECT status FROM holdfast_orders WHERE id IN (${ids.map(() => '?').join(', ')})`,
        ...ids,
      )
      expect(orders.map(({ status }) => status)).toEqual(ids.map(() => 'completed'))
      expect(store.query('SELECT on_hand, held FROM holdfast_stock WHERE article_id = ?', mug)).toEqual([
        { on_hand: 60 - ids.length, held: 0 },
      ])
    })
  },
  { servers: 2 },
)

/** Comes back when told to, until there is a page. */
const askUntilOpen = (machine: Machine, cart: Cart): Promise<Answer> =>
  eventually(
    `a page for ${cart.key}`,
    async () => {
      const answer = await askCart(machine.ana, machine.servers[0], cart)
      if (answer?.status === 200) return answer
      await advance(machine, Number(answer?.retryAfter ?? 1) * 1_000)
      return undefined
    },
    patienceMs,
  )

const payFor = ({ stripe }: Machine, answer: Answer | undefined): Promise<number> =>
  stripe.pay(field(answer, 'session_id'), Number(field(answer, 'amount')) * 100)

const timed = async <T>(ask: () => Promise<T>): Promise<{ readonly answer: T; readonly ms: number }> => {
  const startedAt = Date.now()
  return { answer: await ask(), ms: Date.now() - startedAt }
}

const metricsOf = async ({ origin }: Program): Promise<string> => (await fetch(`${origin}/metrics`)).text()

/** How the breaker stands at each server: by its metrics, and by its console, which have to say the same. */
const seenBreakers = ({ servers }: Machine): Promise<readonly string[]> =>
  Promise.all(
    servers.map(async (server) => {
      const [, measured = ''] =
        /^holdfast_circuit_breaker_state\{state="(\w+)"\} 1$/m.exec(await metricsOf(server)) ?? []
      const visitor = createVisitor(server.origin)
      await visitor.signIn(staff)
      const [, shown = ''] = /data-circuit="(\w+)"/.exec((await visitor.get('/console')).html) ?? []
      return measured === shown ? measured : `${measured} by metrics, ${shown} in the console`
    }),
  )

/** How often any server has brought the breaker into a status. */
const transitionsTo = async ({ servers }: Machine, status: string): Promise<number> => {
  const counter = new RegExp(`^holdfast_circuit_breaker_transitions_total\\{state="${status}"\\} (\\d+)$`, 'm')
  const counts = await Promise.all(
    servers.map(async (server) => Number(counter.exec(await metricsOf(server))?.[1] ?? 0)),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}
