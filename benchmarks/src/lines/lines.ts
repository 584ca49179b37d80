import {
  postgresCheckoutsByHand,
  postgresOrdersByHand,
  sqliteCheckoutsByHand,
  sqliteOrdersByHand,
} from '../floors/orders-by-hand.ts'
import { ordersThroughKnex } from '../floors/orders-through-knex.ts'
import { postgresCheckoutByHand, postgresEventsByHand, postgresEventsInOneTrip } from '../floors/postgres-by-hand.ts'
import { sqliteCheckoutByHand, sqliteEventsByHand } from '../floors/sqlite-by-hand.ts'
import { sameRowsCheckoutThroughKnex } from '../floors/same-rows-checkout.ts'
import { sameRowsOrdersThroughKnex } from '../floors/same-rows-orders.ts'
import { sameRowsThroughKnex } from '../floors/same-rows.ts'
import { postgresTasksByHand, sqliteTasksByHand } from '../floors/tasks-by-hand.ts'
import { checkoutThroughKnex, eventsThroughKnex } from '../floors/through-knex.ts'
import type { DatabaseName } from '../options.ts'
import type { RedisPlace } from '../redis-place.ts'
import { holdfastCheckout } from './holdfast-checkout.ts'
import { holdfastEvents, holdfastEventsOverHttp } from './holdfast-events.ts'
import { holdfastCheckouts, holdfastOrders } from './holdfast-orders.ts'
import { holdfastTasks } from './holdfast-tasks.ts'
import type { CheckoutEntry, EventEntry, ShopEntry, TaskEntry } from './line.ts'
import { room, ticket } from './sale-kinds.ts'

/** The line that all others are compared with. */
export const subject = 'holdfast'

/** The floors, by the names they have in every part. */
export const byHand = 'by hand'
export const oneTrip = 'by hand, one trip'
export const throughKnex = 'through knex'
/** What Holdfast itself writes, where it is not the five rows of the other floors. */
export const sameRows = 'through knex, same rows'

const holdfastLines: readonly EventEntry[] = [
  { name: subject, open: holdfastEvents(ticket) },
  { name: 'holdfast, over http', open: holdfastEventsOverHttp(ticket) },
  { name: 'holdfast, reservation', open: holdfastEvents(room) },
]

/** Every way to take in webhooks. */
export const eventLines: Readonly<Record<DatabaseName, readonly EventEntry[]>> = {
  sqlite: [
    ...holdfastLines,
    { name: byHand, open: sqliteEventsByHand },
    { name: throughKnex, open: eventsThroughKnex },
    { name: sameRows, open: sameRowsThroughKnex },
  ],
  postgres: [
    ...holdfastLines,
    { name: byHand, open: postgresEventsByHand },
    { name: oneTrip, open: postgresEventsInOneTrip },
    { name: throughKnex, open: eventsThroughKnex },
    { name: sameRows, open: sameRowsThroughKnex },
  ],
}

/** Every way to open a page. */
export const checkoutLines: Readonly<Record<DatabaseName, readonly CheckoutEntry[]>> = {
  sqlite: [
    { name: subject, open: holdfastCheckout },
    { name: byHand, open: sqliteCheckoutByHand },
    { name: throughKnex, open: checkoutThroughKnex },
    { name: sameRows, open: sameRowsCheckoutThroughKnex },
  ],
  postgres: [
    { name: subject, open: holdfastCheckout },
    { name: byHand, open: postgresCheckoutByHand },
    { name: throughKnex, open: checkoutThroughKnex },
    { name: sameRows, open: sameRowsCheckoutThroughKnex },
  ],
}

/** Every way to place an order. */
export const orderLines: Readonly<Record<DatabaseName, readonly ShopEntry[]>> = {
  sqlite: [
    { name: subject, open: holdfastOrders },
    { name: byHand, open: sqliteOrdersByHand },
    { name: throughKnex, open: ordersThroughKnex },
    { name: sameRows, open: sameRowsOrdersThroughKnex },
  ],
  postgres: [
    { name: subject, open: holdfastOrders },
    { name: byHand, open: postgresOrdersByHand },
    { name: throughKnex, open: ordersThroughKnex },
    { name: sameRows, open: sameRowsOrdersThroughKnex },
  ],
}

/** Every way from a cart to the page of its order. */
export const cartLines: Readonly<Record<DatabaseName, readonly ShopEntry[]>> = {
  sqlite: [
    { name: subject, open: holdfastCheckouts },
    { name: byHand, open: sqliteCheckoutsByHand },
  ],
  postgres: [
    { name: subject, open: holdfastCheckouts },
    { name: byHand, open: postgresCheckoutsByHand },
  ],
}

/** Every way to work off tasks; through Redis only where there is one. */
export const taskLines = (redis: RedisPlace | undefined): Readonly<Record<DatabaseName, readonly TaskEntry[]>> => {
  const holdfastLines = [{ name: subject, open: holdfastTasks }, ...(redis === undefined ? [] : [throughBullmq(redis)])]
  return {
    sqlite: [...holdfastLines, { name: byHand, open: sqliteTasksByHand }],
    postgres: [...holdfastLines, { name: byHand, open: postgresTasksByHand }],
  }
}

/** Loaded only when it is opened: a process that measures its own memory has nothing of it in there. */
const throughBullmq = (redis: RedisPlace): TaskEntry => ({
  name: 'holdfast, through bullmq',
  async open(location) {
    const { bullmqTasks } = await import('./bullmq-tasks.ts')
    return bullmqTasks(redis)(location)
  },
})
