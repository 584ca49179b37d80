import { runContract, type ContractPromise, type Harness } from './contract.ts'
import { promisesOfAftermath } from './payment-provider-aftermath.contract.ts'
import { promisesOfCharges } from './payment-provider-charges.contract.ts'
import { promisesOfClosing } from './payment-provider-closing.contract.ts'
import type { PaymentProviderFixture } from './payment-provider-fixture.ts'
import { promisesOfLookUps } from './payment-provider-look-ups.contract.ts'
import { promisesOfMethods } from './payment-provider-methods.contract.ts'
import { promisesOfPages } from './payment-provider-pages.contract.ts'
import { promisesOfRefunds } from './payment-provider-refunds.contract.ts'

export type { ContractFault, ContractPayer, PaymentProviderFixture } from './payment-provider-fixture.ts'

/** Everything that a {@link PaymentProvider} promises, one promise at a time, in the words of its docstrings. */
export const paymentProviderPromises: readonly ContractPromise<PaymentProviderFixture>[] = [
  ...promisesOfPages,
  ...promisesOfClosing,
  ...promisesOfCharges,
  ...promisesOfLookUps,
  ...promisesOfRefunds,
  ...promisesOfAftermath,
  ...promisesOfMethods,
]

/** Runs every promise of a {@link PaymentProvider} against an adapter, from the adapter's own package. */
export const paymentProviderContract = (harness: Harness<PaymentProviderFixture>): void =>
  runContract('payment-provider', paymentProviderPromises, harness)
