import type { TimerHandlers } from '../engine/timers.ts'
import type { Includables, References } from '../wire/expand.ts'
import type { Route } from '../wire/routes.ts'
import { balanceTransactionRoutes } from './balance-transactions.ts'
import { chargeRoutes } from './charge-routes.ts'
import { expireTimer } from './checkout-completion.ts'
import { checkoutSessionRoutes } from './checkout-session-routes.ts'
import { expireByItself, getPlan } from './checkout-sessions.ts'
import { customerRoutes } from './customers.ts'
import { disputeByItself, disputeRoutes } from './disputes.ts'
import { eventRoutes } from './events.ts'
import { settlePayment } from './payment-flow.ts'
import { paymentIntentRoutes } from './payment-intent-routes.ts'
import { cancelIntent, disputeTimer, settleTimer, uncapturedTimer } from './payment-intents.ts'
import { paymentMethodRoutes } from './payment-method-routes.ts'
import { paymentPageRoutes } from './payment-pages.ts'
import { idOf } from './references.ts'
import { refundRoutes, refundTimer, settleRefundByItself } from './refunds.ts'
import { setupIntentRoutes } from './setup-intent-routes.ts'
import { webhookEndpointRoutes } from './webhook-endpoints.ts'

/** An area of Stripe: its calls, what happens by itself, and how its objects refer to each other. */
export interface Area {
  readonly routes: readonly Route[]
  readonly timers: TimerHandlers
  readonly references: References
  readonly includables: Includables
}

/** Payments: everything but billing. */
export const payments: Area = {
  routes: [
    ...balanceTransactionRoutes,
    ...chargeRoutes,
    ...checkoutSessionRoutes,
    ...customerRoutes,
    ...disputeRoutes,
    ...eventRoutes,
    ...paymentIntentRoutes,
    ...paymentMethodRoutes,
    ...paymentPageRoutes,
    ...refundRoutes,
    ...setupIntentRoutes,
    ...webhookEndpointRoutes,
  ],
  timers: {
    [expireTimer]: expireByItself,
    [settleTimer]: (world, intent) => void settlePayment(world, intent),
    [uncapturedTimer]: (world, id) => {
      const intent = world.find('payment_intent', id)
      if (intent?.status === 'requires_capture') cancelIntent(world, intent, 'automatic')
    },
    [disputeTimer]: disputeByItself,
    [refundTimer]: settleRefundByItself,
  },
  references: {
    balance_transaction: 'balance_transaction',
    charge: 'charge',
    customer: 'customer',
    default_payment_method: 'payment_method',
    failure_balance_transaction: 'balance_transaction',
    latest_charge: 'charge',
    payment_intent: 'payment_intent',
    payment_method: 'payment_method',
    price: 'price',
    product: 'product',
    setup_intent: 'setup_intent',
  },
  includables: {
    'checkout.session': {
      line_items: (world, { id }) => {
        const { lineItems } = getPlan(world, id)
        return {
          object: 'list',
          data: lineItems.slice(0, 10),
          has_more: lineItems.length > 10,
          url: `/v1/checkout/sessions/${id}/line_items`,
        }
      },
    },
    charge: {
      refunds: (world, { id }) => {
        const data = [...world.rows('refund')].filter((refund) => idOf(refund.charge) === id).reverse()
        return { object: 'list', data: data.slice(0, 10), has_more: data.length > 10, url: `/v1/charges/${id}/refunds` }
      },
    },
  },
}

/** Every area the simulator has. A further one joins by being named here. */
export const areas: readonly Area[] = [payments]
