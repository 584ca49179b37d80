import type Stripe from 'stripe'

/**
 * The options that make a call happen once, however often it is made.
 *
 * The key is the caller's: it comes from the attempt's or the refund's own id, is stored before the first try and is
 * the same for every try, so it says "this attempt" and never "this try". Stripe keeps the answer to the first call
 * with a key, errors of its own included, for at least 24 hours (API reference, idempotent requests), and gives it
 * again. It keeps nothing where the parameters did not pass, and nothing while another call holds the key. The same
 * key with other parameters is an error, so what is sent must follow from what is stored: nothing here depends on the
 * moment of the try, save where a page's time has to be moved into Stripe's bounds.
 *
 * Calls that ask or that close get no key of ours: each is a question of its own, and an old answer would be no answer.
 */
export const once = (idempotencyKey: string): Stripe.RequestOptions => ({ idempotencyKey })
