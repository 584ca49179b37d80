import {
  instant,
  type Instant,
  type Checkout,
  type Holdfast,
  type PaymentCase,
  type PaymentProvider,
  type PendingIntent,
  type Reservation,
  type UnitOfWork,
} from '@holdfast/core'
import type { HostPolicy } from '../oracle/host-policy.ts'
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

/** Has money given back as it is written down that it has to be. */
const askingBeforeStoring = (): Sabotage => {
  let provider: PaymentProvider | undefined
  return {
    ...onTransaction(({ payments }) => ({
      payments: {
        ...payments,
        save: async (kase, expected, now) => {
          const { attempts, payment } = kase
          for (const { id, attemptId, amount, reason, destination, status, idempotencyKey } of kase.refunds) {
            const paid = attempts.find((each) => each.id === attemptId)
            if (destination !== 'provider' || status !== 'requested' || paid?.status !== 'succeeded') continue
            const request = { refundId: id, paymentId: payment.id, idempotencyKey, amount, reason }
            await provider?.refund({ ...request, chargeId: paid.charge.id })
          }
          await payments.save(kase, expected, now)
        },
      },
    })),
    paymentProvider: (inner) => (provider = inner),
  }
}

/** Lets a host's wishes be other ones than the host has told. */
const wanting = (wishes: Partial<HostPolicy>): Sabotage => ({ settings: (inner) => ({ ...inner, ...wishes }) })

/** Somebody has called it off, and the page stays open: Stripe does not hear that it is to be closed. */
const calledOff = {
  flow: 'cancelled, and paid all the same',
  webhooks: false,
  fault: ['timeout_before_effect', 2],
} as const

/** Mistakes in what is stored, and where one stands, when others are asked. */
export const mutantsAtTheBorder: readonly Mutant[] = [
  {
    name: 'refunded_before_stored',
    scenario: { flow: 'refunded in two equal parts, and the stay given up', webhooks: false },
    mistake: 'the provider is asked to give money back before the refund is stored',
    noticedBy: ['A18', 'A19'],
    sabotage: askingBeforeStoring,
  },
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
  {
    name: 'late_money_counted',
    scenario: calledOff,
    mistake: 'what comes for something that was called off counts, and the host wants it sent back',
    noticedBy: ['A20'],
    sabotage: () => wanting({ lateMoney: 'honour' }),
  },
  {
    name: 'late_money_sent_back',
    scenario: { ...calledOff, policy: { lateMoney: 'honour' } },
    mistake: 'what comes for something that was called off goes back, and the host wants it honoured',
    noticedBy: ['A20'],
    sabotage: () => wanting({ lateMoney: 'refund' }),
  },
  {
    name: 'late_money_not_noted',
    scenario: { ...calledOff, policy: { lateMoney: 'honour' } },
    mistake: 'what comes for something that was called off goes back as if it had come twice',
    noticedBy: ['A20'],
    sabotage: () => ({
      ...wanting({ lateMoney: 'refund' }),
      ...onCases((kase) => ({
        ...kase,
        refunds: kase.refunds.map((each) => (each.reason === 'late_payment' ? { ...each, reason: 'duplicate' } : each)),
      })),
    }),
  },
  {
    name: 'wallet_policy_ignored',
    scenario: { flow: 'two payers and one slot', webhooks: true, policy: { walletRefunds: ['slot_taken'] } },
    mistake: 'what the host wants in the wallet goes to the card',
    noticedBy: ['A20'],
    sabotage: () => wanting({ walletRefunds: [] }),
  },
  {
    name: 'wallet_without_policy',
    scenario: { flow: 'two payers and one slot', webhooks: true, policy: { walletRefunds: ['late_payment'] } },
    mistake: 'what the host wants on the card goes into the wallet',
    noticedBy: ['A20'],
    sabotage: () => wanting({ walletRefunds: ['slot_taken', 'late_payment'] }),
  },
  {
    name: 'free_slot_sent_back',
    scenario: { flow: 'deposit and balance', webhooks: true },
    mistake: 'who could have a slot gets the money back as if it were taken',
    noticedBy: ['A20'],
    sabotage: () =>
      onTransaction(({ reservations }) => ({
        reservations: { ...reservations, listOverlapping: async (slot) => [{ slot } as Reservation] },
      })),
  },
  {
    name: 'free_article_sent_back',
    scenario: {
      flow: 'an order called off while it is paid',
      webhooks: false,
      fault: ['timeout_before_effect', 2],
      policy: { lateMoney: 'honour' },
    },
    mistake: 'who could still have what they ordered gets the money back as if it were gone',
    noticedBy: ['A20'],
    sabotage: () =>
      onTransaction(({ stock, orders }) => ({
        stock: {
          ...stock,
          find: async (id) => {
            const found = await stock.find(id)
            const [ended] = await orders.list({ status: 'cancelled', limit: 1 })
            return found === undefined || ended === undefined
              ? found
              : { ...found, value: { ...found.value, onHand: found.value.held } }
          },
        },
      })),
  },
  {
    name: 'wallet_not_asked_for',
    scenario: { flow: 'refunded into the wallet, and the stay given up', webhooks: true },
    mistake: 'what staff give back into the wallet goes to the card',
    noticedBy: ['A20'],
    sabotage: () => ({
      holdfast: (inner) => ({
        ...inner,
        refundPayment: ({ destination: _asked, ...request }) => inner.refundPayment(request),
      }),
    }),
  },
  {
    name: 'orders_of_others_cancelled',
    scenario: { flow: 'two hold what they want, and one is called off', webhooks: true },
    mistake: 'whose order it is, is not looked at when it is called off',
    noticedBy: ['A12'],
    sabotage: () => ({
      holdfast: (inner) => ({
        ...inner,
        cancelOrder: (request) => inner.cancelOrder({ ...request, actor: { type: 'system' } }),
      }),
    }),
  },
  {
    name: 'tasks_of_others_read',
    scenario: { flow: 'deposit and balance', webhooks: true },
    mistake: 'whose task it is, is not looked at',
    noticedBy: ['A12'],
    sabotage: () => ({
      holdfast: (inner) => ({
        ...inner,
        readTask: (request) => inner.readTask({ ...request, actor: { type: 'system' } }),
      }),
    }),
  },
  {
    name: 'orders_of_everybody',
    scenario: { flow: 'two hold what they want, and one is called off', webhooks: true },
    mistake: 'everybody is shown the orders of everybody',
    noticedBy: ['A12'],
    sabotage: () =>
      onTransaction(({ orders }) => ({
        orders: { ...orders, list: ({ owner: _whose, ...asked }) => orders.list(asked) },
      })),
  },
  {
    name: 'wallets_left_out',
    scenario: { flow: 'topped up for what somebody else has meanwhile', webhooks: true },
    mistake: 'who has money in a wallet is not shown the wallet',
    noticedBy: ['A12'],
    sabotage: () => onTransaction(({ wallets }) => ({ wallets: { ...wallets, listOf: async () => [] } })),
  },
  {
    name: 'topped_up_for_others',
    scenario: { flow: 'two payers and one slot', webhooks: true },
    mistake: 'whose intent it is, is not looked at when somebody pays in for it',
    noticedBy: ['A12'],
    sabotage: () => {
      let asking: PendingIntent['owner'] | undefined
      return {
        holdfast: (inner) => ({
          ...inner,
          openIntent: (request) => {
            asking = request.actor.type === 'owner' ? request.actor.id : undefined
            return inner.openIntent(request)
          },
        }),
        ...onTransaction(({ intents }) => ({
          intents: {
            ...intents,
            find: async (id) => {
              const found = await intents.find(id)
              return found === undefined || asking === undefined
                ? found
                : { ...found, value: { ...found.value, owner: asking } }
            },
          },
        })),
      }
    },
  },
  {
    name: 'any_name_is_a_cookie',
    scenario: { flow: 'deposit and balance', webhooks: true },
    mistake: 'an intent is found by its name as if that were its cookie',
    noticedBy: ['A12'],
    sabotage: () =>
      onTransaction(({ intents }) => ({
        intents: {
          ...intents,
          findByToken: async (token) =>
            (await intents.findByToken(token)) ?? (await intents.find(token as PendingIntent['id']))?.value,
        },
      })),
  },
  {
    name: 'human_called_without_a_word',
    scenario: { flow: 'topped up, spent in part, and the rest given back', webhooks: true },
    mistake: 'who has to see to something is not told what about',
    noticedBy: ['A14'],
    sabotage: () =>
      onTransaction(({ attention }) => ({
        attention: { ...attention, raise: (items) => attention.raise(items.map((item) => ({ ...item, data: {} }))) },
      })),
  },
  {
    name: 'replaced_needlessly',
    scenario: { flow: 'found again without a cookie, and paid', webhooks: true },
    mistake: 'whoever clicks a second time gets another page, and the one that was open and fits is closed',
    noticedBy: ['A1'],
    sabotage: () => {
      const ends = new Map<string, Instant>()
      return onTransaction(({ payments }) => ({
        payments: {
          ...payments,
          find: async (id) => {
            const found = await payments.find(id)
            if (found === undefined) return found
            const attempts = found.value.attempts.map((each) => {
              if (each.status !== 'open') return each
              ends.set(each.id, each.expiresAt)
              return { ...each, expiresAt: instant(0) }
            })
            return { ...found, value: { ...found.value, attempts } }
          },
          save: (kase, expected, now) => {
            const attempts = kase.attempts.map((each) =>
              each.status === 'open' ? { ...each, expiresAt: ends.get(each.id) ?? each.expiresAt } : each,
            )
            return payments.save({ ...kase, attempts }, expected, now)
          },
        },
      }))
    },
  },
  {
    name: 'closed_without_a_word',
    scenario: { flow: 'the browser closed on an open page', webhooks: false },
    mistake: 'a page is closed at Stripe as soon as it is asked about, and nothing is stored of that',
    noticedBy: ['A1'],
    sabotage: () => ({
      paymentProvider: (inner) => ({
        ...inner,
        findAttempt: async (query) => {
          const { providerId } = query
          if (providerId !== undefined) await inner.closeAttempt({ ...query, providerId })
          return inner.findAttempt(query)
        },
      }),
    }),
  },
]
