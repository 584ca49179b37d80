import { answerOnce } from '../serving/answer-once.ts'
import { paymentMethodsAnswer, removedPaymentMethodAnswer, showPaymentMethod } from '../wire/payment-method.ts'
import { refused, reply, route } from './route.ts'

const tag = 'Payment methods'

const listPaymentMethods = route({
  name: 'list_payment_methods',
  method: 'get',
  path: '/payment-methods',
  tag,
  summary: "The caller's saved cards, newest first. Stripe is asked once an hour, and whenever one has changed.",
  who: 'owner',
  answers: { 200: paymentMethodsAnswer },
  refusals: ['provider_unavailable'],
  handle: async ({ actor }, { holdfast }) => {
    const outcome = await holdfast.listPaymentMethods({ actor })
    return outcome.ok ? reply(200, { payment_methods: outcome.value.map(showPaymentMethod) }) : refused(outcome.error)
  },
})

const removePaymentMethod = route({
  name: 'remove_payment_method',
  method: 'post',
  path: '/payment-methods/{id}/remove',
  tag,
  summary: 'Removes a saved card: it can be charged no more.',
  who: 'owner',
  id: 'payment_method',
  keyed: true,
  answers: { 200: removedPaymentMethodAnswer },
  refusals: ['payment_method_not_found', 'idempotency_key_reused', 'provider_unavailable'],
  handle: async ({ actor, id: paymentMethodId, keyed, words }, services) => {
    const asked = { useCase: 'remove_payment_method', id: paymentMethodId }
    const outcome = await answerOnce(services, { actor, ...keyed }, asked, () =>
      services.holdfast.removePaymentMethod({ actor, paymentMethodId }),
    )
    return outcome.ok
      ? reply(200, {
          status: 'removed',
          payment_method_id: paymentMethodId,
          message: words.messages.payment_method_removed,
        })
      : refused(outcome.error)
  },
})

/** The cards that somebody has saved. */
export const paymentMethodRoutes = [listPaymentMethods, removePaymentMethod] as const
