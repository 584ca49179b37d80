import { expect } from 'vitest'
import { oneOf, type Random } from '../../src/kernel/random.ts'
import { field, type Answer } from '../guest.ts'
import type { Machine } from '../machine.ts'
import { untilQuiet } from '../quiet.ts'
import { aMoment, onEachDatabase } from '../scenario.ts'
import { giveCoupon, sendCart, stock } from '../shop.ts'
import { killServers, serverFrom } from '../several-servers.ts'

const mug = 'taza-talavera'

const codes = (answers: readonly Answer[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const { status, body } of answers) {
    const said = status < 300 ? 'ordered' : String(body['code'])
    counts[said] = (counts[said] ?? 0) + 1
  }
  return counts
}

onEachDatabase(
  'a shop at four servers that are killed',
  (scenario) => {
    scenario('37: a hundred want one of ten, at once', async (machine, random) => {
      const { ana, ben, stripe } = machine
      await stock(machine, mug, 10)
      const killing = killServers(machine, random, 2)
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          sendCart(index % 2 === 0 ? ana : ben, serverFrom(machine, index), { article: mug, key: `cart ${index}` }),
        ),
      )
      await killing
      expect(codes(answers)).toEqual({ ordered: 10, out_of_stock: 90 })
      const ordered = answers.filter(({ status }) => status < 300)
      await Promise.all(
        ordered.map((answer) => stripe.pay(field(answer, 'session_id'), Number(field(answer, 'amount')) * 100)),
      )
      await untilQuiet(machine)
      const store = await machine.database.snapshot()
      const paid = store.query<{ status: string }>(
        `SELECT status FROM holdfast_orders WHERE id IN (${ordered.map(() => '?').join(', ')})`,
        ...ordered.map((answer) => field(answer, 'order_id')),
      )
      expect(paid.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 'completed'))
      const [shelf] = store.query<{ on_hand: number; held: number }>(
        'SELECT on_hand, held FROM holdfast_stock WHERE article_id = ?',
        mug,
      )
      expect(shelf).toEqual({ on_hand: 0, held: 0 })
    })

    scenario('38: thirty want one use of a coupon, at once', async (machine, random) => {
      const { ana, ben } = machine
      await stock(machine, mug, 40)
      await giveCoupon(machine, 'ONCE', 1)
      const killing = killServers(machine, random, 1)
      const answers = await Promise.all(
        Array.from({ length: 30 }, (_, index) =>
          sendCart(index % 2 === 0 ? ana : ben, serverFrom(machine, index), {
            article: mug,
            coupon: 'once',
            key: `coupon ${index}`,
          }),
        ),
      )
      await killing
      expect(codes(answers)).toEqual({ ordered: 1, coupon_used_up: 29 })
      // Nobody pays: it is free again, and so is the mug.
      await untilQuiet(machine)
      const store = await machine.database.snapshot()
      expect(store.query("SELECT used, held FROM holdfast_coupons WHERE code = 'ONCE'")).toEqual([{ used: 0, held: 0 }])
      const [shelf] = store.query<{ on_hand: number; held: number }>(
        'SELECT on_hand, held FROM holdfast_stock WHERE article_id = ?',
        mug,
      )
      expect(shelf).toEqual({ on_hand: 40, held: 0 })
    })

    scenario('39: orders are called off while they are paid', async (machine, random) => {
      const { ana, ben, stripe } = machine
      await stock(machine, mug, 12)
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          sendCart(index % 2 === 0 ? ana : ben, serverFrom(machine, index), { article: mug, key: `off ${index}` }),
        ),
      )
      expect(codes(answers)).toEqual({ ordered: 12 })
      const killing = killServers(machine, random, 2)
      await Promise.all(answers.map((answer, index) => payAndCallOff(machine, random, answer, index)))
      await killing
      await untilQuiet(machine)
      const store = await machine.database.snapshot()
      for (const answer of answers) {
        const [order] = store.query<{ status: string }>(
          'SELECT status FROM holdfast_orders WHERE id = ?',
          field(answer, 'order_id'),
        )
        const { captured, refunded } = await stripe.moneyOf(field(answer, 'payment_id'))
        expect([order?.status, captured - refunded > 0]).toEqual(
          order?.status === 'completed' ? ['completed', true] : ['cancelled', false],
        )
      }
    })
  },
  { servers: 4 },
)

const payAndCallOff = async (machine: Machine, random: Random, answer: Answer, index: number): Promise<void> => {
  const { ana, ben, stripe } = machine
  const caller = index % 2 === 0 ? ana : ben
  const id = field(answer, 'order_id')
  const paying = aMoment(random, 300).then(() =>
    stripe.pay(field(answer, 'session_id'), Number(field(answer, 'amount')) * 100),
  )
  await aMoment(random, 300)
  const server = oneOf(random, machine.servers)
  await caller.ask(server, `POST /orders/${id}/cancel`, { key: `cancel ${id}` })
  await paying
}
