import type { World } from '../engine/world.ts'
import { StripeError } from '../wire/stripe-error.ts'

/**
 * Whether the caller is in live mode, by its key. Refuses with 401 where there is no key, or none of Stripe's shape.
 */
export const authenticate = (world: World, request: Request, path: string): { readonly livemode: boolean } => {
  const key = keyOf(request.headers.get('authorization'))
  const configured = world.behaviour.livemode
  if (path.startsWith('/v1/payment_pages/') && (key === null || key.startsWith('pk_'))) {
    // The payer has no secret key: who knows the session may pay it.
    return { livemode: world.find('checkout.session', path.split('/')[3] ?? '')?.livemode ?? configured ?? false }
  }
  if (key === null) {
    throw unauthenticated(
      'You did not provide an API key. You need to provide your API key in the Authorization header, using ' +
        'Bearer auth ' +
        "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for " +
        'details, or we ' +
        'can help at https://support.stripe.com/.',
    )
  }
  if (key.startsWith('pk_')) {
    throw unauthenticated(
      'This API call cannot be made with a publishable API key. Please use a secret API key. You can find a ' +
        'list of your API keys at https://dashboard.stripe.com/account/apikeys.',
    )
  }
  const mode = /^(?:sk|rk)_(test|live)_./.exec(key)?.[1]
  if (mode === undefined) throw unauthenticated(`Invalid API Key provided: ${masked(key)}`)
  return { livemode: configured ?? mode === 'live' }
}

const keyOf = (header: string | null): string | null => {
  if (header === null) return null
  const [scheme = '', value = ''] = header.split(/\s+/, 2)
  if (/^bearer$/i.test(scheme)) return value === '' ? null : value
  if (/^basic$/i.test(scheme)) return Buffer.from(value, 'base64').toString().split(':')[0] || null
  return null
}

const masked = (key: string): string =>
  key.length <= 8 ? '*'.repeat(key.length) : `${key.slice(0, 4)}${'*'.repeat(key.length - 8)}${key.slice(-4)}`

const unauthenticated = (message: string): StripeError =>
  new StripeError(401, { message, type: 'invalid_request_error' }, 'not_executed', {
    'www-authenticate': 'Bearer realm="Stripe"',
  })
