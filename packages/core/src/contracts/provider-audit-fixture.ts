import type { ProviderAudit } from '../ports/provider-audit.ts'
import type { PaymentProviderFixture } from './payment-provider-fixture.ts'

/** A provider with nothing in it yet, its audit, and what is needed to put that to the test. */
export interface ProviderAuditFixture
  extends Pick<
    PaymentProviderFixture,
    'provider' | 'payer' | 'refundThere' | 'disputeThere' | 'sendBackThere' | 'now'
  > {
  readonly audit: ProviderAudit
  /** Lets time pass at the provider. */
  readonly pass: (ms: number) => Promise<void>
  /** Another program opens a page at the same account, has it paid, and gives a part of the charge back. */
  readonly strangerSells: () => Promise<void>
  /** The provider turns away whoever asks for the next page of any list. */
  readonly turnAway: () => void | Promise<void>
}
