import { second } from '../kernel/instant.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { AttemptReport, PaymentMethod, PaymentProvider, ProviderAnswer } from '../ports/payment-provider.ts'
import type { Actor } from './actor.ts'
import type { Dependencies } from './dependencies.ts'

/** What is asked of {@link listPaymentMethods}. Nobody sees the cards of others, staff included. */
export interface ListPaymentMethodsRequest {
  readonly actor: Extract<Actor, { readonly type: 'owner' }>
}

/** The provider gave no answer. The same request may be made again after `retryAfterMs`. */
export interface ProviderUnavailable {
  readonly code: 'provider_unavailable'
  readonly retryAfterMs: number
}

/** The use case {@link listPaymentMethods}, wired. */
export type ListPaymentMethods = (
  request: ListPaymentMethodsRequest,
) => Promise<Result<readonly PaymentMethod[], ProviderUnavailable>>

/**
 * The cards that an owner has let the provider keep, newest first: none where they never paid. With a `paymentMethodCache` the
 * provider is asked again only once something has changed, or the list is an hour old.
 *
 * Refuses: `provider_unavailable`.
 */
export const listPaymentMethods =
  (deps: Pick<Dependencies, 'unitOfWork' | 'paymentProvider' | 'paymentMethodCache'>): ListPaymentMethods =>
  async ({ actor }) => {
    const { unitOfWork, paymentProvider, paymentMethodCache } = deps
    const customerId = await unitOfWork.read((tx) => tx.customers.find(actor.id))
    if (customerId === undefined) return ok([])
    const ask = async () => methodsIn(await paymentProvider.listPaymentMethods({ customerId }))
    return paymentMethodCache === undefined ? ask() : paymentMethodCache.read(customerId, ask)
  }

const methodsIn = (
  answer: ProviderAnswer<readonly PaymentMethod[]>,
): Result<readonly PaymentMethod[], ProviderUnavailable> => {
  switch (answer.type) {
    case 'reported':
      return ok(answer.report)
    // A customer that was deleted there has no cards.
    case 'absent':
      return ok([])
    case 'unreachable':
    case 'unknown':
    case 'refused':
      return err(unavailable(answer))
  }
}

/** What somebody is told who asked the provider about their cards, and got no answer. */
export const unavailable = (answer: ProviderAnswer<never>): ProviderUnavailable => ({
  code: 'provider_unavailable',
  retryAfterMs: (answer.type === 'unreachable' ? answer.retryAfterMs : undefined) ?? 5 * second,
})

/**
 * Drops the kept list of a customer's cards, if any. A cache that fails is logged and harms nobody: its list is stale, for as long as
 * it is kept.
 */
export const dropMethods = async (
  { paymentMethodCache, logger }: Pick<Dependencies, 'paymentMethodCache' | 'logger'>,
  customerId: string,
): Promise<void> => {
  try {
    await paymentMethodCache?.drop(customerId)
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    logger.log('warn', 'payment_methods_not_dropped', { detail })
  }
}

/** The same provider. Where it tells of money that a card has brought, the list of that customer's cards is dropped: it may be new. */
export const droppingMethods = (
  provider: PaymentProvider,
  deps: Pick<Dependencies, 'paymentMethodCache' | 'logger'>,
): PaymentProvider => {
  if (deps.paymentMethodCache === undefined) return provider
  const dropping =
    <Query>(call: (query: Query) => Promise<ProviderAnswer<AttemptReport>>) =>
    async (query: Query): Promise<ProviderAnswer<AttemptReport>> => {
      const answer = await call(query)
      const customerId = answer.type === 'reported' ? customerIn(answer.report) : undefined
      if (customerId !== undefined) await dropMethods(deps, customerId)
      return answer
    }
  return {
    openSession: dropping((request) => provider.openSession(request)),
    closeAttempt: dropping((attempt) => provider.closeAttempt(attempt)),
    findAttempt: dropping((query) => provider.findAttempt(query)),
    findForgottenCharge: dropping((query) => provider.findForgottenCharge(query)),
    // Charges a card that is kept already.
    chargeSavedCard: (request) => provider.chargeSavedCard(request),
    refund: (request) => provider.refund(request),
    findRefund: (query) => provider.findRefund(query),
    findCharge: (query) => provider.findCharge(query),
    listPaymentMethods: (query) => provider.listPaymentMethods(query),
    detachPaymentMethod: (method) => provider.detachPaymentMethod(method),
  }
}

/** Whose card was charged, as far as a report says. */
export const customerIn = ({ state }: AttemptReport): string | undefined =>
  state.type === 'captured' ? state.charge.customerId : undefined
