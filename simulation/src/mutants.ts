import {
  money,
  type AttemptReport,
  type PaymentProvider,
  type ProviderAnswer,
  type ProviderEvent,
  type Transaction,
  type UnitOfWork,
} from '@holdfast/core'
import type { FaultKind } from '@holdfast/stripe-simulator'
import type { RuleName } from './oracle/violation.ts'
import type { Sabotage } from './system/process.ts'

/** A mistake that somebody might make, made on purpose, and the promises it has to break. */
export interface Mutant {
  readonly name: string
  /** What was forgotten. */
  readonly mistake: string
  /** Any of these has to notice. */
  readonly noticedBy: readonly RuleName[]
  /** Where it shows: a golden flow, and where it takes one, the fault and the call that it strikes. */
  readonly scenario: {
    readonly flow: string
    readonly webhooks: boolean
    readonly fault?: readonly [FaultKind, number]
  }
  /** Anew for every run: some keep count. */
  readonly sabotage: () => Sabotage
}

type Answer = Promise<ProviderAnswer<AttemptReport>>

const onProvider = (
  change: (inner: PaymentProvider, unitOfWork: UnitOfWork) => Partial<PaymentProvider>,
): Sabotage => ({
  paymentProvider: (inner, unitOfWork) => ({ ...inner, ...change(inner, unitOfWork) }),
})

const onTransaction = (change: (tx: Transaction) => Partial<Transaction>): Sabotage => ({
  unitOfWork: (inner) => ({
    run: (work) => inner.run((tx) => work({ ...tx, ...change(tx) })),
    read: (work) => inner.read((tx) => work({ ...tx, ...change(tx) })),
  }),
})

const onEvent = (change: (event: ProviderEvent) => ProviderEvent | undefined): Sabotage => ({
  receiveEvent: (inner) => async (event) => {
    const changed = change(event)
    return changed === undefined ? 'applied' : inner(changed)
  },
})

const expired = (answer: ProviderAnswer<AttemptReport>): ProviderAnswer<AttemptReport> => ({
  type: 'reported',
  report: {
    ...(answer.type === 'reported' ? answer.report : { livemode: false }),
    state: { type: 'expired' },
  },
})

/** Mistakes in talking to Stripe, in hearing of it, and in keeping what was promised. */
export const mutants: readonly Mutant[] = [
  {
    name: 'key_per_try',
    scenario: { flow: 'deposit and balance', webhooks: false, fault: ['timeout_after_effect', 1] },
    mistake: 'a new idempotency key for every try to open a page',
    noticedBy: ['A1', 'A2', 'A14'],
    sabotage: () => {
      let tries = 0
      return onProvider((inner) => ({
        openSession: (request) => {
          tries += 1
          return inner.openSession({ ...request, idempotencyKey: `${request.idempotencyKey}!${tries}` })
        },
      }))
    },
  },
  {
    name: 'charge_key_per_try',
    scenario: { flow: 'deposit and balance', webhooks: false, fault: ['timeout_after_effect', 3] },
    mistake: 'a new idempotency key for every try to charge a saved card',
    noticedBy: ['A2', 'A14'],
    sabotage: () => {
      let tries = 0
      return onProvider((inner) => ({
        chargeSavedCard: (request) => {
          tries += 1
          return inner.chargeSavedCard({ ...request, idempotencyKey: `${request.idempotencyKey}!${tries}` })
        },
      }))
    },
  },
  {
    name: 'refund_key_per_try',
    scenario: {
      flow: 'refunded in two equal parts, and the stay given up',
      webhooks: false,
      fault: ['timeout_after_effect', 3],
    },
    mistake: 'a new idempotency key for every try to refund',
    noticedBy: ['A5'],
    sabotage: () => {
      let tries = 0
      return onProvider((inner) => ({
        refund: (request) => {
          tries += 1
          return inner.refund({ ...request, idempotencyKey: `${request.idempotencyKey}!${tries}` })
        },
      }))
    },
  },
  {
    name: 'refund_key_of_amount',
    scenario: { flow: 'refunded in two equal parts, and the stay given up', webhooks: true },
    mistake: 'a refund key made of the payment and the amount, so that two equal refunds are one',
    noticedBy: ['A5', 'A11', 'A14'],
    sabotage: () =>
      onProvider((inner) => ({
        refund: (request) =>
          inner.refund({ ...request, idempotencyKey: `${request.paymentId}:${request.amount.minorUnits}` }),
      })),
  },
  {
    name: 'key_of_payment',
    scenario: { flow: 'a new price while the page is open', webhooks: true },
    mistake: 'a key without the attempt in it, so that the second page is the first one again',
    noticedBy: ['A11', 'A14', 'A1'],
    sabotage: () =>
      onProvider((inner) => ({
        openSession: (request) => inner.openSession({ ...request, idempotencyKey: request.paymentId }),
      })),
  },
  {
    name: 'no_look_past_the_keys',
    scenario: { flow: 'cancelled, and paid all the same', webhooks: false, fault: ['500_with_effect', 1] },
    mistake: 'no look for what a forgotten key had made',
    noticedBy: ['A1', 'A2', 'A14'],
    sabotage: () =>
      onProvider((inner) => ({
        findAttempt: (query): Answer =>
          query.providerId === undefined ? Promise.resolve({ type: 'absent' }) : inner.findAttempt(query),
      })),
  },
  {
    name: 'closed_without_asking',
    scenario: { flow: 'cancelled, and paid all the same', webhooks: true },
    mistake: 'a page that is taken for closed without asking',
    noticedBy: ['A1', 'A2'],
    sabotage: () =>
      onProvider(() => ({
        closeAttempt: ({ providerId }): Answer =>
          Promise.resolve({ type: 'reported', report: { state: { type: 'expired' }, livemode: false, providerId } }),
      })),
  },
  {
    name: 'closed_when_unheard',
    scenario: { flow: 'cancelled, and paid all the same', webhooks: false, fault: ['timeout_before_effect', 2] },
    mistake: 'no answer to closing a page is taken for a yes',
    noticedBy: ['A1', 'A2', 'A14'],
    sabotage: () =>
      onProvider((inner) => ({
        closeAttempt: async (attempt) => {
          const answer = await inner.closeAttempt(attempt)
          return answer.type === 'unknown' ? expired(answer) : answer
        },
      })),
  },
  {
    name: 'unheard_is_declined',
    scenario: { flow: 'deposit and balance', webhooks: false, fault: ['timeout_after_effect', 3] },
    mistake: 'an answer that was lost is taken for a no',
    noticedBy: ['A1', 'A2', 'A14'],
    sabotage: () => {
      const deny = async (asking: Answer): Answer => {
        const answer = await asking
        return answer.type === 'unknown'
          ? { type: 'refused', failure: { code: 'provider_error', retryable: true } }
          : answer
      }
      return onProvider((inner) => ({
        openSession: (request) => deny(inner.openSession(request)),
        chargeSavedCard: (request) => deny(inner.chargeSavedCard(request)),
      }))
    },
  },
  {
    name: 'refund_unheard_is_refused',
    scenario: {
      flow: 'refunded in two equal parts, and the stay given up',
      webhooks: false,
      fault: ['timeout_after_effect', 3],
    },
    mistake: 'a refund whose answer was lost is taken for refused',
    noticedBy: ['A5', 'A2'],
    sabotage: () =>
      onProvider((inner) => ({
        refund: async (request) => {
          const answer = await inner.refund(request)
          return answer.type === 'unknown'
            ? { type: 'refused', failure: { code: 'provider_error', retryable: true } }
            : answer
        },
        listRefunds: async () => ({ type: 'reported', report: [] }),
      })),
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
    scenario: { flow: 'refunded in two equal parts, and the stay given up', webhooks: true },
    mistake: 'an event about something not known here is answered 2xx and dropped',
    noticedBy: ['A10'],
    sabotage: () => onEvent((event) => (event.news.about === 'refund' ? undefined : event)),
  },
  {
    name: 'one_event_per_type',
    scenario: { flow: 'deposit and balance', webhooks: true },
    mistake: 'events are told apart by their type instead of their id',
    noticedBy: ['A10'],
    sabotage: () => onEvent((event) => ({ ...event, id: event.type })),
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
    noticedBy: ['A14', 'A2'],
    sabotage: () =>
      onTransaction((tx) => ({
        payments: { ...tx.payments, listDueAttempts: async () => [], listDueRefunds: async () => [] },
      })),
  },
  {
    name: 'effects_at_most_once',
    scenario: { flow: 'deposit and balance', webhooks: true, fault: ['timeout_before_effect', 2] },
    mistake: 'an effect is struck off before it is performed',
    noticedBy: ['A14', 'A2', 'A4'],
    sabotage: () =>
      onTransaction((tx) => ({
        outbox: {
          ...tx.outbox,
          postpone: (id, tries, until) => tx.outbox.finish(id, tries, { at: until }),
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
    name: 'wrong_charge_believed',
    scenario: { flow: 'deposit and balance', webhooks: false, fault: ['timeout_after_effect', 1] },
    mistake: 'whatever Stripe answers is taken for paid',
    noticedBy: ['A3'],
    sabotage: () =>
      onProvider((inner) => ({
        findAttempt: async (query): Answer => {
          const answer = await inner.findAttempt(query)
          const { providerId } = query
          if (answer.type !== 'reported' || answer.report.state.type === 'captured' || providerId === undefined)
            return answer
          const charge = { id: `pi_${providerId}`, amount: money(300_00n, 'MXN') }
          return { type: 'reported', report: { ...answer.report, state: { type: 'captured', charge } } }
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
    scenario: { flow: 'one refund, asked for twice', webhooks: false },
    mistake: 'what a caller was answered under a key is not kept',
    noticedBy: ['K1'],
    sabotage: () =>
      onTransaction((tx) => ({
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
