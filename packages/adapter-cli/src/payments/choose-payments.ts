import type { Command as CommandLine } from '@commander-js/extra-typings'
import type { Payment, PaymentFilter, PaymentId, ReadPaymentCase } from '@holdfast/core'
import type { Host } from '../configuration/host.ts'
import { email, paymentId, positiveCount } from '../option-values.ts'
import { WrongUsage } from '../problem.ts'
import { forEach, getCase } from './read-cases.ts'

/** Which payments a command is about, as it was typed. */
export interface Choice {
  readonly paymentId?: PaymentId
  readonly userEmail?: string
  readonly limit: number
}

/** The options that choose payments. */
export const choiceOptions = (line: CommandLine) =>
  line
    .option('--payment-id <id>', 'this payment', paymentId)
    .option('--user-email <address>', "the payments of this person, whom the host's configuration finds", email)
    .option('--limit <number>', 'no more than this many, newest first', positiveCount, 20)

/** Payments that nobody has paid yet: they are waited for, or were given up by nobody. */
export const openStatuses = [
  'pending',
  'processing',
  'authorized',
  'failed',
] as const satisfies readonly Payment['status'][]

/** Payments that were chosen: now, and again whenever they are listed. */
export interface ChosenPayments {
  /** `open payments`, `payments of ana@example.com`: what was chosen, in words. */
  readonly what: string
  readonly list: () => Promise<readonly ReadPaymentCase[]>
}

/**
 * Finds out which payments are meant: one, a person's, or everybody's that are open. `only`: of a person's, those alone that
 * are open as well.
 *
 * @throws {@link WrongUsage} for both at once, {@link Refused} where there is no such payment or person.
 */
export const choosePayments = async (
  host: Host,
  { paymentId: id, userEmail, limit }: Choice,
  { only }: { readonly only: 'open' | 'all' },
): Promise<ChosenPayments> => {
  const { holdfast } = host
  if (id !== undefined && userEmail !== undefined)
    throw new WrongUsage('Give --payment-id or --user-email, and not both.')
  if (id !== undefined) return { what: `payment ${id}`, list: async () => [await getCase(holdfast, id)] }
  const unitOfWork = host.getUnitOfWork()
  const owner = userEmail === undefined ? undefined : await host.getOwner(userEmail)
  const isOpen = owner === undefined || only === 'open'
  const filters: readonly PaymentFilter[] = isOpen
    ? openStatuses.map((status) => ({ status, limit, ...(owner === undefined ? {} : { owner }) }))
    : [{ limit, owner }]
  return {
    what: `${isOpen ? 'open ' : ''}payments${userEmail === undefined ? '' : ` of ${userEmail}`}`,
    list: async () => {
      const found = await unitOfWork.read(async (tx) => {
        const payments: Payment[] = []
        for (const filter of filters) for (const { payment } of await tx.payments.list(filter)) payments.push(payment)
        return payments
      })
      const newest = found.toSorted((a, b) => b.createdAt - a.createdAt).slice(0, limit)
      return forEach(newest, (payment) => getCase(holdfast, payment.id))
    },
  }
}
