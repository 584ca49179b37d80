import { isoTime, type Cart, type CheckedOut, type Currency, type PlacedOrder } from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import type { Catalogue } from '../language/catalogue.ts'
import {
  amount,
  capitals,
  currency,
  epochSeconds,
  epochSecondsOf,
  id,
  moneyFields,
  shortText,
  time,
  words,
} from './parts.ts'
import { savedCardId } from './payment-method.ts'
import { paymentStatus } from './payment.ts'

const mostDetails = 20

/** A cart to check out, and the card to pay with. What is no whole number of units, or is not sold, is refused by the use case, which knows why. */
export const cartBody = z
  .strictObject({
    lines: z
      .array(
        z.strictObject({
          article_id: id,
          quantity: z.number().openapi({ type: 'integer', minimum: 1, description: 'How many units.' }),
        }),
      )
      .openapi({
        example: [{ article_id: 'mug', quantity: 2 }],
        description: 'The same article may stand on two lines.',
      }),
    currency,
    coupon: shortText(128).optional().openapi({ description: 'In any case, `summer-10`.', example: 'SUMMER-10' }),
    details: z
      .record(z.string().regex(/^[a-z][a-z0-9_]{0,39}$/), shortText(500))
      .refine((details) => Object.keys(details).length <= mostDetails)
      .optional()
      .openapi({
        type: 'object',
        description: `What is to be kept with the order, such as where it goes: at most ${mostDetails} short texts.`,
        example: { ship_to: 'Calle 1, Oaxaca' },
      }),
    payment_method_id: savedCardId.optional(),
  })
  .openapi('Cart')

const placedFields = {
  order_id: id,
  payment_id: id,
  amount: amount.openapi({ description: 'What is to be paid, by the prices of the server.' }),
  currency,
  payable_until: time.openapi({ description: 'Until then the order can be paid, and its goods are kept for it.' }),
} as const

/** An order, and the page to pay it on. */
export const checkedOutAnswer = z
  .object({
    status: z.literal('open'),
    ...placedFields,
    session_id: z.string(),
    checkout_url: z.string().openapi({ description: "Send the payer's browser here." }),
    expires_at: epochSeconds,
  })
  .openapi('CheckedOut')

/** An order that a saved card has paid. */
export const paidOrderAnswer = z
  .object({ status: z.literal('paid'), ...placedFields, payment_status: paymentStatus, message: words })
  .openapi('PaidOrder')

/** An order whose page is still being opened, or whose card is still being charged: where to look for it. */
export const checkingOutAnswer = z
  .object({ status: z.literal('pending'), ...placedFields, checkout_url: z.null(), message: words })
  .openapi('CheckingOut')

/** A cart as the use case takes it. */
export const cartOf = ({ lines, currency: code, coupon, details }: z.output<typeof cartBody>): Cart => ({
  lines: lines.map((line) => ({ articleId: line.article_id, quantity: line.quantity })),
  currency: code as Currency,
  ...(coupon === undefined ? {} : { coupon }),
  ...(details === undefined ? {} : { details }),
})

/**
 * What a plain form says as {@link cartBody}: `lines.0.article_id`, `lines.0.quantity`, `details.ship_to`. A line of which
 * nothing or 0 is wanted is none, an empty coupon is no coupon and an empty card a new one, since a form sends every field
 * it has. What else is in it stays as it is, for the schema to refuse.
 */
export const cartOfForm = (fields: Readonly<Record<string, string>>): unknown => {
  const lines = new Map<number, Record<string, unknown>>()
  const details: [string, string][] = []
  const others: [string, string][] = []
  for (const [name, text] of Object.entries(fields)) {
    const [, at, part] = /^lines\.(\d{1,4})\.(article_id|quantity)$/.exec(name) ?? []
    const [, detail] = /^details\.([a-z]\w*)$/.exec(name) ?? []
    if (at !== undefined && part !== undefined)
      lines.set(Number(at), { ...lines.get(Number(at)), [part]: part === 'quantity' ? numberOr(text) : text })
    else if (detail !== undefined) details.push([detail, text])
    else if (!mayBeEmpty.has(name) || text.trim() !== '') others.push([name, text])
  }
  return {
    ...Object.fromEntries(others),
    lines: [...lines]
      .toSorted(([a], [b]) => a - b)
      .map(([, line]) => line)
      .filter(({ quantity }) => quantity !== 0 && quantity !== ''),
    ...(details.length === 0 ? {} : { details: Object.fromEntries(details) }),
  }
}

/** An order and the page to pay it on. */
export const showCheckedOut = (
  placed: PlacedOrder,
  { sessionId, checkoutUrl, expiresAt }: Extract<CheckedOut['checkout'], { readonly type: 'open' }>,
): z.infer<typeof checkedOutAnswer> => ({
  status: 'open',
  ...showPlaced(placed),
  session_id: sessionId,
  checkout_url: checkoutUrl,
  expires_at: epochSecondsOf(expiresAt),
})

/** An order that a saved card has paid. */
export const showPaidOrder = (
  placed: PlacedOrder,
  { payment }: Extract<CheckedOut['checkout'], { readonly type: 'paid' }>,
  { messages }: Catalogue,
): z.infer<typeof paidOrderAnswer> => ({
  status: 'paid',
  ...showPlaced(placed),
  payment_status: capitals(payment.status),
  message: messages.paid_with_saved_card,
})

/** An order, and word of what is on its way. */
export const showCheckingOut = (placed: PlacedOrder, message: string): z.infer<typeof checkingOutAnswer> => ({
  status: 'pending',
  ...showPlaced(placed),
  checkout_url: null,
  message,
})

const showPlaced = ({ orderId, paymentId, total, expiresAt }: PlacedOrder) => ({
  order_id: orderId,
  payment_id: paymentId,
  ...moneyFields(total),
  payable_until: isoTime(expiresAt),
})

const mayBeEmpty: ReadonlySet<string> = new Set(['coupon', 'payment_method_id'])

const numberOr = (text: string): number | string => {
  const written = text.trim()
  return /^\d{1,9}$/.test(written) ? Number(written) : written
}
