import { cartRoutes } from './cart-routes.ts'
import { checkoutRoutes } from './checkout-routes.ts'
import { consultationRoutes } from './consultation-routes.ts'
import { developerRoutes } from './developer-routes.ts'
import { healthRoutes } from './health-routes.ts'
import { intentRoutes } from './intent-routes.ts'
import { orderRoutes } from './order-routes.ts'
import { paymentMethodRoutes } from './payment-method-routes.ts'
import { paymentRoutes } from './payment-routes.ts'
import { reservationRoutes } from './reservation-routes.ts'
import type { Route } from './route.ts'
import { savedCardRoutes } from './saved-card-routes.ts'
import { slotRoutes } from './slot-routes.ts'
import { staffPaymentRoutes } from './staff-payment-routes.ts'
import { staffShopRoutes } from './staff-shop-routes.ts'
import { staffWorkRoutes } from './staff-work-routes.ts'
import { statsRoutes } from './stats-routes.ts'
import { taskRoutes } from './task-routes.ts'
import { walletRoutes } from './wallet-routes.ts'
import { webhookRoute } from './webhook-route.ts'

/**
 * Every route there is. The server, the documentation and the tests of who may call what are made from this table.
 * Where two paths could match, the one that stands first does.
 */
export const routes: readonly Route[] = [
  ...paymentRoutes,
  ...taskRoutes,
  ...statsRoutes,
  ...developerRoutes,
  ...checkoutRoutes,
  ...cartRoutes,
  ...orderRoutes,
  ...paymentMethodRoutes,
  ...savedCardRoutes,
  ...intentRoutes,
  ...reservationRoutes,
  ...consultationRoutes,
  ...slotRoutes,
  ...walletRoutes,
  ...staffPaymentRoutes,
  ...staffShopRoutes,
  ...staffWorkRoutes,
  webhookRoute,
  ...healthRoutes,
]
