import { isCollected } from '../oracle/statuses.ts'
import { readStored, type StoredPayment } from '../oracle/truth.ts'
import type { World } from '../world.ts'
import { at } from './asking.ts'

/** Somebody closes the browser in which they were to pay, or have paid: they never come back to that payment. */
export const closeBrowser = (world: World, on: number): void => {
  const payment = at(readStored(world.database).payments, on)
  if (payment !== undefined) world.left.add(payment.id)
}

/** True for a payment to which whoever was to pay it never comes back. */
export const isLeft = ({ left }: Pick<World, 'left'>, paymentId: string | undefined): boolean =>
  paymentId !== undefined && left.has(paymentId)

/** The payments to which somebody may still come back. */
export const stillThere = (world: World, payments: readonly StoredPayment[]): readonly StoredPayment[] =>
  world.left.size === 0 ? payments : payments.filter(({ id }) => !isLeft(world, id))

/** Counts what has become of what was left. */
export const countLeft = (world: World): void => {
  for (const { id, status } of readStored(world.database).payments)
    if (isLeft(world, id)) world.counts.add(isCollected(status) ? 'left_and_paid' : 'left_unpaid')
}
