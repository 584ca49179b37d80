import type { Payment } from '../payment/payment.ts'

/** Where the provider sends a payer when they are done. The host's own pages; never taken from a request. */
export interface ReturnUrls {
  of(payment: Payment): { readonly successUrl: string; readonly cancelUrl: string; readonly locale?: string }
}
