import { parseId } from '../kernel/ids.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { Actor } from './actor.ts'
import type { Dependencies } from './dependencies.ts'
import { dropMethods, unavailable, type ListPaymentMethods, type ProviderUnavailable } from './list-payment-methods.ts'

/** What is asked of {@link removePaymentMethod}. */
export interface RemovePaymentMethodRequest {
  readonly actor: Extract<Actor, { readonly type: 'owner' }>
  /** From the owner's list. */
  readonly paymentMethodId: string
}

/** Somebody else's card is not found, like one that does not exist, and like one that was removed before. */
export interface PaymentMethodNotFound {
  readonly code: 'payment_method_not_found'
}

/** The use case {@link removePaymentMethod}, wired. */
export type RemovePaymentMethod = (
  request: RemovePaymentMethodRequest,
) => Promise<Result<{ readonly paymentMethodId: string }, PaymentMethodNotFound | ProviderUnavailable>>

/**
 * Takes one of their own cards off an owner's list: it can be charged no more. What was to be charged to it on a later day is
 * paid on a hosted page then, as with any card that fails.
 *
 * Refuses, first match wins: `payment_method_not_found`, `provider_unavailable` (it may have been removed or not; the list
 * tells).
 */
export const removePaymentMethod =
  (
    deps: Pick<Dependencies, 'unitOfWork' | 'paymentProvider' | 'paymentMethodCache' | 'logger'> & {
      readonly listPaymentMethods: ListPaymentMethods
    },
  ): RemovePaymentMethod =>
  async ({ actor, paymentMethodId }) => {
    const customerId = await deps.unitOfWork.read((tx) => tx.customers.find(actor.id))
    if (customerId === undefined || parseId(paymentMethodId) === undefined) return notFound
    const before = await deps.listPaymentMethods({ actor })
    const answer = await deps.paymentProvider.detachPaymentMethod({ customerId, paymentMethodId })
    await dropMethods(deps, customerId)
    switch (answer.type) {
      case 'reported':
        return ok({ paymentMethodId })
      case 'absent':
        return notFound
      case 'unreachable':
        return err(unavailable(answer))
      case 'refused': {
        const { code, detail = '' } = answer.failure
        deps.logger.log('warn', 'payment_method_not_removed', { code, detail })
        return err(unavailable(answer))
      }
      // The answer got lost. Whether a card of theirs is gone can be seen; of one that was never among theirs, nothing can.
      case 'unknown': {
        const isListed = (listed: typeof before): boolean =>
          listed.ok && listed.value.some(({ id }) => id === paymentMethodId)
        const now = await deps.listPaymentMethods({ actor })
        return isListed(before) && now.ok && !isListed(now) ? ok({ paymentMethodId }) : err(unavailable(answer))
      }
    }
  }

const notFound = err({ code: 'payment_method_not_found' } as const)
