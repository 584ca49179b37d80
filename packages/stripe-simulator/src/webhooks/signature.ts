import { createHmac } from 'node:crypto'

/**
 * The `Stripe-Signature` header for a payload: `t=<seconds>,v1=<hex>`, an HMAC-SHA256 of `<t>.<payload>`.
 *
 * Several secrets sign together, as they do at Stripe while a secret is being rolled.
 */
export const signPayload = (payload: string, secrets: readonly string[], atS: number): string =>
  [
    `t=${atS}`,
    ...secrets.map((secret) => `v1=${createHmac('sha256', secret).update(`${atS}.${payload}`).digest('hex')}`),
  ].join(',')
