import { bug } from '../kernel/bug.ts'
import type { IntentId, OrderId, ReservationId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { PaymentCase } from '../payment/payment-case.ts'
import { payableUntil } from '../pending-intent/pending-intent.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import type { Dependencies } from './dependencies.ts'

/** Why nobody is sent to pay for what cannot be had any more. */
export type SubjectRefusal =
  | { readonly code: 'reservation_cancelled' }
  | { readonly code: 'intent_expired' }
  | { readonly code: 'slot_taken' }
  | { readonly code: 'order_cancelled' }
  | { readonly code: 'order_expired' }

/** Whether what the payment is for can still be had, as far as can be told now; and until when a page for it makes sense. */
export const checkSubject = async (
  tx: Transaction,
  { fulfilmentKinds }: Pick<Dependencies, 'fulfilmentKinds'>,
  { payment }: PaymentCase,
  now: Instant,
): Promise<Result<{ readonly endsAt?: Instant }, SubjectRefusal>> => {
  switch (payment.subject.type) {
    case 'reservation': {
      const found = await tx.reservations.find(payment.subject.id as ReservationId)
      return found?.value.status === 'cancelled' ? err({ code: 'reservation_cancelled' }) : ok({})
    }
    case 'order': {
      const { value: order } =
        (await tx.orders.find(payment.subject.id as OrderId)) ??
        bug(`Payment '${payment.id}' is for an order that is not there.`)
      if (order.status === 'cancelled') return err({ code: 'order_cancelled' })
      return order.expiresAt <= now ? err({ code: 'order_expired' }) : ok({ endsAt: order.expiresAt })
    }
    case 'intent': {
      const { value: intent } =
        (await tx.intents.find(payment.subject.id as IntentId)) ??
        bug(`Payment '${payment.id}' is for an intent that is not there.`)
      const endsAt = payableUntil(intent)
      if (endsAt <= now) return err({ code: 'intent_expired' })
      const kind = fulfilmentKinds.find(({ name }) => name === intent.kind)
      if (kind?.available !== undefined && !(await kind.available(tx, intent))) return err({ code: 'slot_taken' })
      return ok({ endsAt })
    }
  }
}
