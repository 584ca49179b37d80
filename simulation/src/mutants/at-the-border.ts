import type { Checkout, Holdfast, PaymentCase, UnitOfWork } from '@holdfast/core'
import type { Sabotage } from '../system/process.ts'
import type { Mutant } from './mutant.ts'
import { onTransaction } from './on-transaction.ts'

/** Stores another case than it is told to. Whoever stored it goes on with what they wanted to store. */
const onCases = (change: (kase: PaymentCase) => PaymentCase): Sabotage =>
  onTransaction(({ payments }) => ({
    payments: { ...payments, save: (kase, expected, now) => payments.save(change(kase), expected, now) },
  }))

/** A new key for whatever was asked for and not heard of, each time that this is noted. */
const rekeyed = <Asked extends PaymentCase['attempts'][number] | PaymentCase['refunds'][number]>(
  asked: Asked,
): Asked =>
  asked.status === 'requested' && asked.looks > 0 ? { ...asked, idempotencyKey: `${asked.id}!${asked.looks}` } : asked

/** Answers everybody who asks for a page with the first that anybody got. */
const sendingToTheFirst = ({ startCheckout, checkOut }: Holdfast): Pick<Holdfast, 'startCheckout' | 'checkOut'> => {
  let first: Extract<Checkout, { readonly type: 'open' }> | undefined
  return {
    startCheckout: async (request) => {
      const answer = await startCheckout(request)
      if (!answer.ok || answer.value.type !== 'open') return answer
      const { checkoutUrl, sessionId } = (first ??= answer.value)
      return { ...answer, value: { ...answer.value, checkoutUrl, sessionId } }
    },
    checkOut: async (request) => {
      const answer = await checkOut(request)
      if (!answer.ok || answer.value.checkout.type !== 'open') return answer
      const { checkoutUrl, sessionId } = (first ??= answer.value.checkout)
      return { ...answer, value: { ...answer.value, checkout: { ...answer.value.checkout, checkoutUrl, sessionId } } }
    },
  }
}

/** Mistakes in what is stored, and where one stands, when others are asked. */
export const mutantsAtTheBorder: readonly Mutant[] = [
  {
    name: 'stripe_asked_inside',
    scenario: { flow: 'deposit and balance', webhooks: true },
    mistake: 'Stripe is asked for a page in the middle of a transaction',
    noticedBy: ['A18'],
    sabotage: () => ({
      paymentProvider: (inner, unitOfWork) => ({
        ...inner,
        openSession: (request) => unitOfWork.run(() => inner.openSession(request)),
      }),
    }),
  },
  {
    name: 'looked_up_inside',
    scenario: { flow: 'deposit and balance', webhooks: false },
    mistake: 'Stripe is asked what became of a charge in the middle of a transaction that only reads',
    noticedBy: ['A18'],
    sabotage: () => ({
      paymentProvider: (inner, unitOfWork) => ({
        ...inner,
        findCharge: (query) => unitOfWork.read(() => inner.findCharge(query)),
      }),
    }),
  },
  {
    name: 'told_inside',
    scenario: { flow: 'deposit and balance', webhooks: true },
    mistake: 'the notifier is asked in the middle of a transaction',
    noticedBy: ['A18'],
    sabotage: () => {
      let own: UnitOfWork | undefined
      return {
        unitOfWork: (inner) => (own = inner),
        notifier: (inner) => ({ send: (message) => own?.run(() => inner.send(message)) ?? inner.send(message) }),
      }
    },
  },
  {
    name: 'attempt_not_stored',
    scenario: { flow: 'deposit and balance', webhooks: true },
    mistake: 'Stripe is asked for a page of an attempt that is not stored',
    noticedBy: ['A19'],
    sabotage: () => ({
      paymentProvider: (inner) => ({
        ...inner,
        openSession: ({ attemptId, ...request }) =>
          inner.openSession({ ...request, attemptId: `${attemptId}!` as typeof attemptId }),
      }),
    }),
  },
  {
    name: 'attempt_key_not_stored',
    scenario: { flow: 'deposit and balance', webhooks: true },
    mistake: 'an attempt is stored with another key than it is asked for under',
    noticedBy: ['A19'],
    sabotage: () =>
      onCases((kase) => ({
        ...kase,
        attempts: kase.attempts.map((each) => ({ ...each, idempotencyKey: `${each.id}!` })),
      })),
  },
  {
    name: 'charge_key_not_stored',
    scenario: { flow: 'deposit and balance', webhooks: true },
    mistake: 'a charge of a saved card is asked for under a key that is not stored',
    noticedBy: ['A19'],
    sabotage: () => ({
      paymentProvider: (inner) => ({
        ...inner,
        chargeSavedCard: (request) =>
          inner.chargeSavedCard({ ...request, idempotencyKey: `charge:${request.idempotencyKey}` }),
      }),
    }),
  },
  {
    name: 'refund_key_not_stored',
    scenario: { flow: 'refunded in two equal parts, and the stay given up', webhooks: true },
    mistake: 'a refund is asked for under a key that is not stored',
    noticedBy: ['A19'],
    sabotage: () => ({
      paymentProvider: (inner) => ({
        ...inner,
        refund: (request) => inner.refund({ ...request, idempotencyKey: `refund:${request.idempotencyKey}` }),
      }),
    }),
  },
  {
    name: 'sent_to_the_first_page',
    scenario: { flow: 'two payers and one slot', webhooks: true },
    mistake: 'everybody is sent to the page of whoever came first',
    noticedBy: ['A19'],
    sabotage: () => ({ holdfast: (inner) => ({ ...inner, ...sendingToTheFirst(inner) }) }),
  },
  {
    name: 'attempt_rekeyed_unheard',
    scenario: { flow: 'deposit and balance', webhooks: false, fault: ['timeout_after_effect', 1] },
    mistake: 'an attempt whose answer was lost gets a new key, and that is stored',
    noticedBy: ['A11'],
    sabotage: () => onCases((kase) => ({ ...kase, attempts: kase.attempts.map(rekeyed) })),
  },
  {
    name: 'refund_rekeyed_unheard',
    scenario: {
      flow: 'refunded in two equal parts, and the stay given up',
      webhooks: false,
      fault: ['timeout_after_effect', 3, '/v1/refunds'],
      isAway: true,
    },
    mistake: 'a refund whose answer was lost gets a new key, and that is stored',
    noticedBy: ['A11'],
    sabotage: () => onCases((kase) => ({ ...kase, refunds: kase.refunds.map(rekeyed) })),
  },
]
