import type { Ledger } from '@holdfast/stripe-simulator'
import { stripeAt } from '../../examples/server/test/stripe-payer.ts'

/** The simulator's process, from outside: payers, time, and the ground truth. */
export type Stripe = ReturnType<typeof connectStripe>

/** Reaches the simulator that listens at `origin`. */
export const connectStripe = (origin: string) => {
  const control = stripeAt(origin)
  const ledger = async (): Promise<Ledger> =>
    (await (await fetch(new URL('/_simulator/ledger', origin))).json()) as Ledger
  return {
    ...control,
    ledger,
    nowMs: async (): Promise<number> =>
      ((await (await fetch(new URL('/_simulator/clock', origin))).json()) as { readonly now_ms: number }).now_ms,
    /** The sessions that were ever made for a payment, oldest first. */
    sessionsOf: async (paymentId: string) =>
      (await ledger()).derived.sessions.filter(({ metadata }) => metadata['payment_id'] === paymentId),
    /** The money that moved for a payment. */
    moneyOf: async (paymentId: string) =>
      (await ledger()).derived.money_by_payment_id[paymentId] ?? {
        captured: 0,
        refunded: 0,
        charges: 0,
        unrefunded: 0,
      },
    /** The refunds that were made of a payment's money. */
    refundsOf: async (paymentId: string) => {
      const { derived, objects } = await ledger()
      const intents = derived.payment_intents.filter(({ metadata }) => metadata['payment_id'] === paymentId)
      return objects.refund.filter(({ payment_intent: id }) => intents.some((intent) => intent.id === id))
    },
  }
}
