import { stripeAudit } from '@holdfast/adapter-stripe'
import { reconcile, type Reconcile, type ReconcileDependencies } from '@holdfast/core'
import type { BorrowedSdk } from './sdk.ts'

/** What a host compares everything with that Stripe holds. Where a list cannot be had, it is not asked for again by itself. */
export const reconcileBy = (sdk: BorrowedSdk, deps: Omit<ReconcileDependencies, 'audit'>): Reconcile =>
  reconcile({ ...deps, audit: stripeAudit({ stripe: impatient(sdk.stripe) }) })

type Sdk = BorrowedSdk['stripe']

/** The SDK would wait by the machine's own clock between two tries. */
const impatient = ({ checkout, paymentIntents, refunds }: Sdk): Sdk => {
  const atOnce = <Query, List>(list: (query: Query, options: object) => List) => ({
    list: (query: Query, options: object): List => list(query, { ...options, maxNetworkRetries: 0 }),
  })
  const lists = {
    checkout: { sessions: atOnce((query: object, options) => checkout.sessions.list(query, options)) },
    paymentIntents: atOnce((query: object, options) => paymentIntents.list(query, options)),
    refunds: atOnce((query: object, options) => refunds.list(query, options)),
  }
  return lists as unknown as Sdk
}
