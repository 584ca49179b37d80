import type { ShopEntry, ShopLine } from './lines/line.ts'
import { openShop, type Shop } from './lines/shop.ts'
import {
  concurrencies,
  countingWrites,
  measureThroughput,
  oneByOne,
  type ThroughputFigures,
  type ThroughputLine,
} from './measure/throughput.ts'
import type { Options } from './options.ts'
import type { Scratch } from './scratch.ts'

/**
 * Measures orders: from a cart to the order that can be paid, its goods off the shelf. Afterwards the database has to agree
 * how many there are, and how many units they took.
 */
export const measureOrders = async (
  scratch: Scratch,
  entries: readonly ShopEntry[],
  /** How many there are to buy. With one, everybody wants the same row. */
  articles: number,
  { seconds, rounds, warmUps }: Pick<Options, 'seconds' | 'rounds' | 'warmUps'>,
): Promise<readonly ThroughputFigures[]> => {
  const lines = await Promise.all(
    entries.map(async ({ name, open }) => {
      const shop = openShop(articles)
      return { name, line: orderThroughput(await open(await scratch.create(), shop), shop) }
    }),
  )
  return measureThroughput(lines, { concurrencies, seconds, rounds, warmUps })
}

const orderThroughput = (line: ShopLine, { nextCart }: Shop): ThroughputLine => {
  let units = 0
  return {
    ...oneByOne({
      make: async (count) => Array.from({ length: count }, () => nextCart()),
      prepare(cart) {
        for (const { quantity } of cart.lines) units += quantity
        return cart
      },
      perform: (cart) => line.place(cart),
    }),
    ...countingWrites(line),
    async check(placed) {
      const payable = await line.countPayable()
      if (payable !== placed) throw new Error(`${placed} orders were placed, ${payable} can be paid.`)
      const taken = await line.countTaken()
      if (taken !== units) throw new Error(`${units} units were ordered, ${taken} were taken off the shelf.`)
    },
    close: () => line.close(),
  }
}
