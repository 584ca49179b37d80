import type Stripe from 'stripe'
import { emptyable, hash, text, type ReadShape } from '../wire/params.ts'

const addressShape = { city: text(), country: text(), line1: text(), line2: text(), postal_code: text(), state: text() }

/** An address parameter. */
export const postalAddress = () => hash(addressShape)

/** The billing details parameter of a payment method. */
export const billingDetails = () =>
  hash({
    address: emptyable(postalAddress()),
    email: emptyable(text()),
    name: emptyable(text()),
    phone: emptyable(text()),
    tax_id: text(),
  })

/** The shipping parameter. */
export const shippingDetails = () =>
  hash({ address: postalAddress(), carrier: text(), name: text(), phone: text(), tracking_number: text() })

/** An address as objects carry it: every field there, unknown ones null. */
export const toAddress = (given: ReadShape<typeof addressShape> | null | undefined): Stripe.Address | null =>
  given === undefined || given === null
    ? null
    : {
        city: given.city ?? null,
        country: given.country ?? null,
        line1: given.line1 ?? null,
        line2: given.line2 ?? null,
        postal_code: given.postal_code ?? null,
        state: given.state ?? null,
      }
