import type { Checkout, StartedBalance } from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import type { Catalogue } from '../language/catalogue.ts'
import { capitals, epochSeconds, epochSecondsOf, id, words } from './parts.ts'
import { paymentStatus } from './payment.ts'

/** A page that can be paid on now. */
export const openCheckoutAnswer = z
  .object({
    status: z.literal('open'),
    payment_id: id,
    session_id: z.string(),
    checkout_url: z.string().openapi({ description: "Send the payer's browser here." }),
    expires_at: epochSeconds,
  })
  .openapi('OpenCheckout')

/** A page that is still being opened: where to look for it. */
export const pendingCheckoutAnswer = z
  .object({ status: z.literal('pending'), payment_id: id, checkout_url: z.null(), message: words })
  .openapi('PendingCheckout')

/** How a balance stands after it was started. */
export const startedBalanceAnswer = z
  .object({
    status: z.enum(['paid', 'charging', 'open', 'failed']),
    reservation_id: id,
    payment_id: id,
    payment_status: paymentStatus,
    payment_status_display: words,
    checkout_url: z
      .string()
      .nullable()
      .openapi({ description: 'The page to pay on, where the saved card did not do.' }),
    expires_at: epochSeconds.nullable(),
    message: words,
  })
  .openapi('StartedBalance')

/** The page to pay on. */
export const showOpenCheckout = ({
  paymentId,
  sessionId,
  checkoutUrl,
  expiresAt,
}: Extract<Checkout, { readonly type: 'open' }>): z.infer<typeof openCheckoutAnswer> => ({
  status: 'open',
  payment_id: paymentId,
  session_id: sessionId,
  checkout_url: checkoutUrl,
  expires_at: epochSecondsOf(expiresAt),
})

/** Word that a page is on its way. */
export const showPendingCheckout = (
  { paymentId }: Extract<Checkout, { readonly type: 'pending' }>,
  { messages }: Catalogue,
): z.infer<typeof pendingCheckoutAnswer> => ({
  status: 'pending',
  payment_id: paymentId,
  checkout_url: null,
  message: messages.checkout_pending,
})

/** How a balance stands after it was started. */
export const showStartedBalance = (
  reservationId: string,
  { paymentId, paymentStatus: status, checkoutUrl, expiresAt }: StartedBalance,
  catalogue: Catalogue,
): z.infer<typeof startedBalanceAnswer> => {
  const standing = balanceStanding(status, checkoutUrl)
  return {
    status: standing,
    reservation_id: reservationId,
    payment_id: paymentId,
    payment_status: capitals(status),
    payment_status_display: catalogue.paymentStatus[status],
    checkout_url: checkoutUrl ?? null,
    expires_at: expiresAt === undefined ? null : epochSecondsOf(expiresAt),
    message: catalogue.messages[standing === 'open' ? 'balance_page_open' : (`balance_${standing}` as const)],
  }
}

const balanceStanding = (
  status: StartedBalance['paymentStatus'],
  checkoutUrl: string | undefined,
): z.infer<typeof startedBalanceAnswer>['status'] => {
  if (checkoutUrl !== undefined) return 'open'
  switch (status) {
    case 'completed':
    case 'partially_refunded':
    case 'refunded':
    case 'disputed':
      return 'paid'
    case 'processing':
    case 'authorized':
    case 'pending':
      return 'charging'
    case 'failed':
    case 'cancelled':
      return 'failed'
  }
}
