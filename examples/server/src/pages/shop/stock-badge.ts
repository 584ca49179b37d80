import { html } from 'hono/html'
import type { OnShelf } from '../../shop/price-cart.ts'
import type { Html } from '../layout.ts'
import type { Visitor } from '../visitor.ts'

/** From how many on nobody has to hurry. */
const plenty = 6

/** How much of an article there is, in words. What somebody is paying for is neither to be had nor gone. */
export const stockBadge = ({ t }: Visitor, shelf: OnShelf): Html => {
  if (shelf === 'unlimited') return html`<span class="badge calm">${t.shop.always}</span>`
  if (shelf.left >= plenty) return html`<span class="badge good">${t.shop.inStock}</span>`
  if (shelf.left > 0) return html`<span class="badge busy">${t.shop.left(shelf.left)}</span>`
  return shelf.held > 0
    ? html`<span class="badge calm">${t.shop.allHeld}</span>`
    : html`<span class="badge bad">${t.shop.soldOut}</span>`
}

/** Whether one more can be had now. */
export const canBeHad = (shelf: OnShelf): boolean => shelf === 'unlimited' || shelf.left > 0
