import type { SqlDatabase } from '@holdfast/adapter-sql'
import type { Clock, Holdfast, OwnerId, PaymentProvider, ProviderAudit, UnitOfWork } from '@holdfast/core'
import type { Simulator } from '@holdfast/stripe-simulator'

/** A host: a clinic whose database and simulated Stripe are files of one folder. */
export interface Clinic {
  readonly holdfast: Holdfast
  readonly unitOfWork: UnitOfWork
  readonly database: SqlDatabase
  readonly paymentProvider: PaymentProvider
  readonly audit: ProviderAudit
  readonly clock: Clock
  readonly findOwner: (email: string) => OwnerId | undefined
  readonly simulator: Simulator
  readonly close: () => Promise<void>
}

/**
 * Opens the clinic in a folder, as it was so long ago. Without tables, where it is to have none yet; `history`: it can list what Stripe
 * has told.
 */
export declare const openClinic: (
  folder: string,
  agoMs?: number,
  options?: { readonly tables?: boolean; readonly history?: boolean },
) => Promise<Clinic>
