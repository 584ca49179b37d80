import { findPaymentBehind, type Holdfast, type PaymentId, type ReadPaymentCase } from '@holdfast/core'
import type { Host } from '../configuration/host.ts'
import { Refused } from '../problem.ts'

/** Who asks by this command. Whoever may run it may see everything: it has the database's own password. */
export const operator = { type: 'staff', id: 'command-line' } as const

/**
 * The payment that this id leads to. Without a unit of work only its own id does.
 *
 * @throws {@link Refused} when it leads nowhere.
 */
export const getPaymentBehind = async ({ unitOfWork }: Pick<Host, 'unitOfWork'>, id: string): Promise<PaymentId> => {
  if (unitOfWork === undefined) return id as PaymentId
  return (await unitOfWork.read((tx) => findPaymentBehind(tx, id))) ?? notHere(id)
}

/** The payment as it is stored. @throws {@link Refused} when there is none. */
export const getCase = async (
  { readPayment }: Pick<Holdfast, 'readPayment'>,
  paymentId: PaymentId,
): Promise<ReadPaymentCase> => {
  const found = await readPayment({ actor: operator, paymentId })
  return found.ok ? found.value : notHere(paymentId)
}

const notHere = (id: string): never => {
  throw new Refused(
    'payment_not_found',
    `There is no payment ${id} here, and none that this leads to. Is it one of another database? check-payment-status lists those that are open.`,
  )
}

/** Does `work` for each, a few at a time. Answers in the order of `items`. */
export const forEach = async <Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> => {
  const results: Result[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at] as Item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}

// As many as the sweep asks the provider about at once.
const atOnce = 4
