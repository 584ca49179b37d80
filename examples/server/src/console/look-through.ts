import type { Payment, PaymentCase, Transaction } from '@holdfast/core'

/** Among how many payments, the newest ones, that is looked for by which no index leads to a payment. */
export const lookedThrough = 500

/** As many letters of an id as are shown where it is cut: fewer find nothing. */
const shortest = 10

/**
 * The payment, among the newest, that knows an id which leads nowhere else, or one that begins like this: its own, that of what it
 * is for, of an attempt or a refund, here or at Stripe, or of anything that its story tells of.
 */
export const lookThrough = async (
  tx: Pick<Transaction, 'payments' | 'timeline'>,
  text: string,
): Promise<Payment | undefined> => {
  if (text.length < shortest) return undefined
  const isMeant = (id: unknown): boolean => typeof id === 'string' && id.startsWith(text)
  for (const { payment } of await tx.payments.list({ limit: lookedThrough })) {
    if (isMeant(payment.id) || isMeant(payment.subject.id)) return payment
    const found = await tx.payments.find(payment.id)
    if (found !== undefined && (idsOf(found.value).some(isMeant) || (await isTold(tx, payment, isMeant))))
      return payment
  }
  return undefined
}

const idsOf = ({ attempts, refunds }: PaymentCase): readonly unknown[] =>
  [...attempts, ...refunds].flatMap(({ id, providerId }) => [id, providerId])

const isTold = async (
  { timeline }: Pick<Transaction, 'timeline'>,
  { id }: Payment,
  isMeant: (id: unknown) => boolean,
): Promise<boolean> =>
  (await timeline.list(id, longestStory)).some(({ about, data }) => isMeant(about.id) || isAmong(data, isMeant))

const isAmong = (value: unknown, isMeant: (id: unknown) => boolean): boolean =>
  isMeant(value) ||
  (typeof value === 'object' && value !== null && Object.values(value).some((part) => isAmong(part, isMeant)))

const longestStory = 1_000
