import type { Holdfast, UnitOfWork } from '@holdfast/core'
import type { Simulator } from '@holdfast/stripe-simulator'

/** A host: a clinic whose database and simulated Stripe are files of one folder. */
export interface Clinic {
  readonly holdfast: Holdfast
  readonly unitOfWork: UnitOfWork
  readonly simulator: Simulator
  readonly close: () => Promise<void>
}

/** Opens the clinic in a folder, as it was so long ago. */
export declare const openClinic: (folder: string, agoMs?: number) => Promise<Clinic>
