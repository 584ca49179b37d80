import { createHmac, timingSafeEqual } from 'node:crypto'

/** A `Stripe-Signature` header taken apart: when it was made, in seconds, and the `v1` signatures on it. */
export interface SignatureHeader {
  readonly atS: number
  readonly signatures: readonly string[]
}

/**
 * Takes a `Stripe-Signature` header apart: `t=<seconds>,v1=<hex>`, with as many `v1` as there are secrets while one is
 * being rolled. Other schemes are passed over. `undefined` for what is not such a header, as a time given twice.
 */
export const readSignatureHeader = (header: string): SignatureHeader | undefined => {
  const parts = header.split(',').map((part) => part.split('=', 2) as [string, string?])
  const times = parts.flatMap(([name, value = '']) => (name === 't' ? [value] : []))
  const signatures = parts.flatMap(([name, value = '']) => (name === 'v1' ? [value] : []))
  const [time = ''] = times
  return times.length === 1 && /^\d{1,12}$/.test(time) && signatures.length > 0
    ? { atS: Number(time), signatures }
    : undefined
}

/** True when one of the signatures was made with one of the secrets, over the time and the raw bytes of the body. */
export const isSignedBy = (
  secrets: readonly string[],
  { atS, signatures }: SignatureHeader,
  rawBody: Uint8Array,
): boolean => {
  const expected = secrets.map((secret) => createHmac('sha256', secret).update(`${atS}.`).update(rawBody).digest())
  const given = signatures.filter((hex) => /^[0-9a-f]{64}$/.test(hex)).map((hex) => Buffer.from(hex, 'hex'))
  // Every pair is compared, so that the time taken tells nothing.
  return given
    .map((one) => expected.map((other) => timingSafeEqual(one, other)))
    .flat()
    .includes(true)
}
