import type { Instant } from '../kernel/instant.ts'
import type { Result } from '../kernel/result.ts'
import type { ProviderEvent, WebhookRefusal } from './provider-event.ts'

/** Tells the provider's own deliveries from everybody else's, and puts them in our words. */
export interface WebhookVerifier {
  /**
   * Verifies the signature over the raw bytes as they came, then translates.
   *
   * Refuses, first match wins: `signature_missing`, `signature_invalid`, `signature_too_old`, `signature_in_future`,
   * `payload_invalid`. A type of event it does not know is no refusal: its news is about nothing.
   */
  verify(delivery: {
    readonly rawBody: Uint8Array
    readonly signature: string | undefined
    readonly receivedAt: Instant
  }): Promise<Result<ProviderEvent, WebhookRefusal>>
}
