import { minute, second } from '@holdfast/core'
import { oneOf, type Random } from '../kernel/random.ts'
import type { Scene } from './draw-act.ts'
import type { Beat } from './plots.ts'

/** An order, as a plot has it. */
export type Ordered = Extract<Beat, { readonly do: 'order' }>

/** The newest of what there is. */
export const newest = -1

/** Pays soon, with a card that makes no trouble. */
export const visa = { card: 'pm_card_visa', afterMs: 5 * second }

/** One of those who buy. */
export const someone = (random: Random): number => oneOf(random, [0, 1, 2, 3])

/** More of an article is there, or less. */
export const stocked = (article: number, by: number, afterMs = 0): Beat => ({ do: 'restock', article, by, afterMs })

/** A line of an order. */
export const one = (article: number, quantity = 1): Ordered['lines'][number] => ({ article, quantity })

/** Somebody orders, and asks for the page on which it is paid. */
export const ordered = (
  who: number,
  lines: Ordered['lines'],
  more: Partial<Ordered> & Pick<Ordered, 'afterMs'>,
): Ordered => ({
  do: 'order',
  who,
  lines,
  coupon: false,
  checkout: true,
  key: true,
  ...more,
})

/** Somebody books a night that others may want, with a page, and pays on it where a card is named. */
export const booked = (random: Random, { contested }: Scene, card: string | undefined, night?: number): Beat => ({
  do: 'book',
  who: someone(random),
  night: night ?? oneOf(random, [0, 1, 2, 3].slice(0, contested)),
  checkout: true,
  key: true,
  afterMs: oneOf(random, [0, 500, minute]),
  ...(card === undefined ? {} : { pays: { card, afterMs: 5 * second } }),
})
