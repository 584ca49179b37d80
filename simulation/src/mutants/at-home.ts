import {
  bug,
  type AttemptState,
  type PaymentStore,
  type ProviderEvent,
  type ProviderNews,
  type UnitOfWork,
} from '@holdfast/core'
import type { Sabotage } from '../system/process.ts'
import type { Mutant } from './mutant.ts'
import { onTransaction, withoutRefunds } from './on-transaction.ts'
import { stories } from './stories.ts'

const onEvent = (change: (event: ProviderEvent) => ProviderEvent | undefined): Sabotage => ({
  receiveEvent: (inner) => async (event) => {
    const changed = change(event)
    return changed === undefined ? 'applied' : inner(changed)
  },
})

/** What an event says that has to be asked about, taken by its word. */
const believed = new Map<string, AttemptState>([
  ['checkout.session.expired', { type: 'expired' }],
  ['payment_intent.processing', { type: 'processing' }],
  ['payment_intent.requires_action', { type: 'declined', failure: { code: 'provider_error', retryable: true } }],
  ['payment_intent.payment_failed', { type: 'declined', failure: { code: 'provider_error', retryable: true } }],
])

/** Gets hold of the unit of work of whoever came last, for what is done beside it. */
const capturing = () => {
  let known: UnitOfWork | undefined
  return {
    unitOfWork: (inner: UnitOfWork): UnitOfWork => (known = inner),
    captured: (): UnitOfWork => known ?? bug('Nobody has a unit of work yet.'),
  }
}

/** What the payment is found by that an event is about. */
const namesIn = (news: ProviderNews): Parameters<PaymentStore['findPaymentOf']>[0] | undefined => {
  switch (news.about) {
    case 'attempt':
      return news.attemptId === undefined ? undefined : { attemptId: news.attemptId }
    case 'refund':
      return { chargeId: news.report.chargeId }
    case 'dispute':
      return { chargeId: news.chargeId }
    case 'payment_methods':
    case 'nothing':
      return undefined
  }
}

/** Mistakes in hearing of things, in storing them, and in keeping what was promised. */
export const mutantsAtHome: readonly Mutant[] = [
  {
    name: 'circuit_never_probed',
    scenario: {
      flow: 'cancelled, and paid all the same',
      webhooks: false,
      breaker: true,
      fault: ['timeout_before_effect', 9, '/v1/checkout/sessions'],
      isAway: true,
    },
    mistake: 'once Stripe was away, nobody tries whether it is back',
    noticedBy: ['A14'],
    sabotage: () => ({
      circuit: (inner) => ({
        ...inner,
        change: (name, next) =>
          inner.change(name, (before) => {
            const after = next(before)
            return after.status === 'half_open' ? before : after
          }),
      }),
    }),
  },
  {
    name: 'late_money_unseen',
    scenario: { flow: 'cancelled, and paid all the same', webhooks: false, fault: ['timeout_before_effect', 2] },
    mistake: 'money that comes for a cancelled payment is passed over',
    noticedBy: ['A2', 'A14'],
    sabotage: () => ({
      unitOfWork: (inner) => ({
        ...inner,
        run: (work) =>
          inner.run((tx) =>
            work({
              ...tx,
              payments: {
                ...tx.payments,
                save: async (kase, expected, now) => {
                  const refunds = kase.refunds.filter(({ reason }) => reason !== 'late_payment')
                  await tx.payments.save({ ...kase, refunds }, expected, now)
                },
              },
              outbox: {
                ...tx.outbox,
                append: (work_, now) =>
                  tx.outbox.append(
                    work_.filter(({ body }) => !(body.type === 'send_refund' && body.refundId.startsWith('rf_att'))),
                    now,
                  ),
              },
            }),
          ),
      }),
    }),
  },
  {
    name: 'answered_before_stored',
    scenario: { flow: 'deposit and balance', webhooks: true },
    mistake: 'a webhook is answered before its event is stored',
    noticedBy: ['A10'],
    sabotage: () => ({
      receiveEvent: (inner) => async (event) => {
        void inner(event).catch(() => {})
        return 'applied'
      },
    }),
  },
  {
    name: 'unknown_object_dropped',
    scenario: { flow: 'a guest, a stranger and a forger', webhooks: true },
    mistake: 'an event about something not known here, or not yet, is answered 2xx and dropped',
    noticedBy: ['A10'],
    sabotage: () => {
      const { unitOfWork, captured } = capturing()
      return {
        unitOfWork,
        receiveEvent: (inner) => async (event) => {
          const by = namesIn(event.news)
          const known = by === undefined || (await captured().read((tx) => tx.payments.findPaymentOf(by)))
          return known === undefined ? 'applied' : inner(event)
        },
      }
    },
  },
  {
    name: 'one_event_per_type',
    scenario: { flow: 'a page asked for twice, and both paid', webhooks: true },
    mistake: 'events are told apart by their type instead of their id, though each is kept',
    noticedBy: ['A2', 'A14'],
    sabotage: () => {
      const types = new Set<string>()
      return onTransaction(({ inbox }) => ({
        inbox: {
          ...inbox,
          record: async (event, as) => {
            const recorded = await inbox.record(event, types.has(event.type) ? { ...as, status: 'done' } : as)
            if (types.has(event.type)) return 'known'
            types.add(event.type)
            return recorded
          },
        },
      }))
    },
  },
  {
    name: 'stored_before_applied',
    scenario: {
      flow: 'a page asked for twice, and both paid',
      webhooks: true,
      // Where that the second page is paid has been stored.
      crash: ['committed', 17],
    },
    mistake: 'that an event has come is committed before what it says is applied',
    noticedBy: ['A2', 'A14'],
    sabotage: () => {
      const { unitOfWork, captured } = capturing()
      const recorded = new Set<string>()
      return {
        unitOfWork: (inner) => {
          const outer = unitOfWork(inner)
          return {
            ...outer,
            run: (work) =>
              outer.run((tx) => {
                const record: typeof tx.inbox.record = async (event, as) =>
                  recorded.has(event.id) ? 'fresh' : tx.inbox.record(event, as)
                return work({ ...tx, inbox: { ...tx.inbox, record } })
              }),
          }
        },
        receiveEvent: (inner) => async (event) => {
          const as = { status: 'done', at: event.occurredAt } as const
          if ((await captured().run((tx) => tx.inbox.record(event, as))) === 'known') return 'known'
          recorded.add(event.id)
          // What is paid on a page is told twice, once of the page and once of its money: only the one counts here.
          return inner(event.type === 'payment_intent.succeeded' ? { ...event, news: { about: 'nothing' } } : event)
        },
      }
    },
  },
  {
    name: 'news_believed_unasked',
    scenario: {
      flow: stories.twoPagesOfOneAttempt,
      webhooks: true,
      fault: ['500_with_effect', 1, '/v1/checkout/sessions'],
    },
    mistake: 'what an event says is believed where it decides nothing, and has to be asked about',
    noticedBy: ['A1', 'A2', 'A14'],
    sabotage: () =>
      onEvent((event) => {
        const { news, type } = event
        if (news.about !== 'attempt' || news.report !== 'ask') return event
        const state = believed.get(type)
        if (state === undefined) return event
        return { ...event, news: { ...news, report: { state, livemode: event.livemode } } }
      }),
  },
  {
    name: 'only_live_payments_asked_about',
    scenario: { flow: 'cancelled, and paid all the same', webhooks: false, fault: ['timeout_before_effect', 2] },
    mistake: 'what is cancelled here is no longer asked about at Stripe',
    noticedBy: ['A14', 'A2'],
    sabotage: () =>
      onTransaction((tx) => ({
        payments: {
          ...tx.payments,
          listDueAttempts: async (now, limit) => {
            const due = await tx.payments.listDueAttempts(now, limit)
            const kept = []
            for (const target of due)
              if ((await tx.payments.find(target.paymentId))?.value.payment.status !== 'cancelled') kept.push(target)
            return kept
          },
        },
        outbox: {
          ...tx.outbox,
          append: (work, now) =>
            tx.outbox.append(
              work.filter(({ body }) => body.type !== 'close_attempt'),
              now,
            ),
        },
      })),
  },
  {
    name: 'no_sweep',
    scenario: { flow: 'a bank that takes its time', webhooks: false },
    mistake: 'nothing asks Stripe by itself',
    noticedBy: ['A14', 'A2', 'A15'],
    sabotage: () =>
      onTransaction((tx) => ({
        payments: {
          ...tx.payments,
          listDueAttempts: async () => [],
          listDueCharges: async () => [],
          listDueRefunds: async () => [],
        },
      })),
  },
  {
    name: 'effects_at_most_once',
    scenario: {
      flow: 'deposit and balance',
      webhooks: true,
      fault: ['timeout_before_effect', 2, '/v1/payment_intents'],
    },
    mistake: 'an effect is struck off before it is performed',
    noticedBy: ['A14', 'A2', 'A4'],
    sabotage: () =>
      onTransaction((tx) => ({
        outbox: {
          ...tx.outbox,
          postpone: (id, lease, until) => tx.outbox.finish(id, lease, { at: until }),
        },
      })),
  },
  {
    name: 'timers_lost',
    scenario: { flow: 'deposit and balance', webhooks: false, fault: ['timeout_before_effect', 1] },
    mistake: 'nothing brings an intent that was not paid to its end',
    noticedBy: ['A14'],
    sabotage: () =>
      onTransaction((tx) => ({
        tasks: {
          ...tx.tasks,
          append: (work, now) =>
            tx.tasks.append(
              work.filter(({ body }) => body.type !== 'abandon_intent'),
              now,
            ),
        },
      })),
  },
  {
    name: 'strangers_answered',
    scenario: { flow: 'deposit and balance', webhooks: true },
    mistake: 'whose payment it is, is not looked at',
    noticedBy: ['A12'],
    sabotage: () =>
      onTransaction((tx) => ({
        payments: {
          ...tx.payments,
          find: async (id) => {
            const found = await tx.payments.find(id)
            if (found === undefined) return undefined
            const payment = { ...found.value.payment, owner: 'mallory' as typeof found.value.payment.owner }
            return { ...found, value: { ...found.value, payment } }
          },
        },
      })),
  },
  {
    name: 'second_charge_kept',
    scenario: { flow: 'a page asked for twice, and both paid', webhooks: true },
    mistake: 'what one attempt brought a second time is kept',
    noticedBy: ['A2'],
    sabotage: () => withoutRefunds('duplicate'),
  },
  {
    name: 'page_of_an_event_forgotten',
    scenario: { flow: 'a page asked for twice, and both paid', webhooks: true },
    mistake: 'an event about a page has its attempt asked about, by whichever page that attempt is called by then',
    noticedBy: ['A2'],
    sabotage: () =>
      onEvent((event) => {
        const { news } = event
        if (news.about !== 'attempt' || news.attemptId === undefined) return event
        const { providerId: _, ...marks } = news
        return { ...event, news: { ...marks, report: 'ask' } }
      }),
  },
  {
    name: 'loser_not_refunded',
    scenario: { flow: 'two payers and one slot', webhooks: true },
    mistake: 'who loses a slot does not get the money back',
    noticedBy: ['A4', 'A2'],
    sabotage: () => withoutRefunds('slot_taken'),
  },
  {
    name: 'slot_given_twice',
    scenario: { flow: 'two payers and one slot', webhooks: true },
    mistake: 'every payer gets a unit of their own of what there is only one of',
    noticedBy: ['A4'],
    sabotage: () => {
      let unit = 0
      return onTransaction((tx) => ({
        reservations: {
          ...tx.reservations,
          listOverlapping: async () => [],
          save: (reservation, expected) => {
            unit += expected === 0 ? 1 : 0
            const slot = expected === 0 ? { ...reservation.slot, unit } : reservation.slot
            return tx.reservations.save({ ...reservation, slot }, expected)
          },
        },
      }))
    },
  },
  {
    name: 'keys_forgotten',
    scenario: { flow: 'a guest, a stranger and a forger', webhooks: false },
    mistake: 'what a caller was answered under a key is not kept',
    noticedBy: ['K1'],
    sabotage: () =>
      onTransaction(() => ({
        requests: { claim: async () => ({ type: 'fresh' }), settle: async (_key, outcome) => outcome },
      })),
  },
  {
    name: 'applied_unstored',
    scenario: { flow: 'deposit and balance', webhooks: true },
    mistake: 'an event is applied without being stored',
    noticedBy: ['A10'],
    sabotage: () => onTransaction((tx) => ({ inbox: { ...tx.inbox, record: async () => 'fresh' as const } })),
  },
]
