import {
  after,
  day,
  money,
  type Attempt,
  type AttemptKind,
  type AttemptReport,
  type ChargeReport,
  type Instant,
  type Money,
  type PaymentCase,
  type PaymentProvider,
  type ProviderAnswer,
  type RefundId,
  type RefundReport,
  type SavedCard,
  type UnitOfWork,
} from '@holdfast/core'
import type { Sabotage } from '../system/process.ts'
import type { Mutant } from './mutant.ts'
import { onTransaction, unstopped } from './on-transaction.ts'
import { stories } from './stories.ts'

type Answer = Promise<ProviderAnswer<AttemptReport>>

const onProvider = (
  change: (inner: PaymentProvider, unitOfWork: UnitOfWork) => Partial<PaymentProvider>,
): Sabotage => ({
  paymentProvider: (inner, unitOfWork) => ({ ...inner, ...change(inner, unitOfWork) }),
})

const expired = (answer: ProviderAnswer<AttemptReport>): ProviderAnswer<AttemptReport> => ({
  type: 'reported',
  report: {
    ...(answer.type === 'reported' ? answer.report : { livemode: false }),
    state: { type: 'expired' },
  },
})

const nothingBecameOfIt: ProviderAnswer<ChargeReport> = {
  type: 'reported',
  report: { refunds: [], disputes: [], livemode: false },
}

const changing =
  (inner: PaymentProvider, change: (report: ChargeReport) => ChargeReport): PaymentProvider['findCharge'] =>
  async (query) => {
    const answer = await inner.findCharge(query)
    return answer.type === 'reported' ? { ...answer, report: change(answer.report) } : answer
  }

/** What a charge brought, as it is known here. */
const broughtBy = async (unitOfWork: UnitOfWork, chargeId: string): Promise<Money | undefined> => {
  const kase = await unitOfWork.read(async (tx) => {
    const target = await tx.payments.findPaymentOf({ chargeId })
    return target === undefined ? undefined : tx.payments.find(target.paymentId)
  })
  return kase?.value.attempts.flatMap((attempt) =>
    attempt.status === 'succeeded' && attempt.charge.id === chargeId ? [attempt.charge.amount] : [],
  )[0]
}

/** What goes back is taken from whoever paid first. */
const refundingTheFirst = (): Sabotage => {
  const charges: string[] = []
  const watching = onTransaction(({ payments }) => ({
    payments: {
      ...payments,
      save: (kase, expected, now) => {
        for (const attempt of kase.attempts) if (attempt.status === 'succeeded') charges.push(attempt.charge.id)
        return payments.save(kase, expected, now)
      },
    },
  }))
  return {
    ...watching,
    ...onProvider((inner) => ({
      // By another name, since the table would have no room for two of this one.
      refund: (request) =>
        inner.refund({
          ...request,
          refundId: `${request.refundId}!` as RefundId,
          chargeId: charges[0] ?? request.chargeId,
        }),
    })),
  }
}

/** How old a key is cannot be told: whatever is asked for was asked for just now. */
const keysWithoutAge = (kind: AttemptKind): Sabotage => {
  const asked = new Map<string, Instant>()
  const changed = (kase: PaymentCase, at: (attempt: Attempt) => Instant): PaymentCase => ({
    ...kase,
    attempts: kase.attempts.map((attempt) =>
      attempt.kind === kind && attempt.status === 'requested' ? { ...attempt, requestedAt: at(attempt) } : attempt,
    ),
  })
  return onTransaction(({ payments }) => ({
    payments: {
      ...payments,
      find: async (id) => {
        const found = await payments.find(id)
        return (
          found && {
            ...found,
            value: changed(found.value, ({ id: attemptId, requestedAt }) => {
              asked.set(attemptId, requestedAt)
              return after(requestedAt, 30 * day)
            }),
          }
        )
      },
      save: (kase, expected, now) =>
        payments.save(
          changed(kase, ({ id, requestedAt }) => asked.get(id) ?? requestedAt),
          expected,
          now,
        ),
    },
  }))
}

/** Whoever wants the second of anything is told of the first. */
const answeringOnce = <Report>(
  first: Map<string, Promise<ProviderAnswer<Report>>>,
  of: string,
  ask: () => Promise<ProviderAnswer<Report>>,
) => {
  const known = first.get(of) ?? ask()
  first.set(of, known)
  return known
}

const pageOfTheFirst = (): Sabotage => {
  const first = new Map<string, Answer>()
  return onProvider((inner) => ({
    openSession: (request) => answeringOnce(first, 'page', () => inner.openSession(request)),
  }))
}

const refundOfTheFirst = (): Sabotage => {
  const first = new Map<string, Promise<ProviderAnswer<RefundReport>>>()
  return onProvider((inner) => ({
    refund: (request) =>
      answeringOnce(first, `${request.paymentId} ${request.amount.minorUnits}`, () => inner.refund(request)),
  }))
}

/** Mistakes in asking Stripe, and in taking its answers. */
export const mutantsTowardsStripe: readonly Mutant[] = [
  {
    name: 'key_per_try',
    scenario: { flow: 'deposit and balance', webhooks: false, fault: ['timeout_after_effect', 1] },
    mistake: 'a new idempotency key for every try to open a page',
    noticedBy: ['A19', 'A1', 'A2', 'A14'],
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
    scenario: {
      flow: 'deposit and balance',
      webhooks: false,
      // The first request there looks for a forgotten charge.
      fault: ['timeout_after_effect', 2, '/v1/payment_intents'],
    },
    mistake: 'a new idempotency key for every try to charge a saved card',
    noticedBy: ['A19', 'A2', 'A14'],
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
    name: 'card_of_the_first',
    scenario: { flow: 'two cards kept, and orders paid with them', webhooks: true },
    mistake: 'everybody pays with the saved card of whoever came first',
    noticedBy: ['A12'],
    sabotage: () => {
      let first: SavedCard | undefined
      return onProvider((inner) => ({
        chargeSavedCard: (request) => inner.chargeSavedCard({ ...request, card: (first ??= request.card) }),
      }))
    },
  },
  {
    name: 'refund_key_per_try',
    scenario: {
      flow: 'refunded in two equal parts, and the stay given up',
      webhooks: false,
      fault: ['timeout_after_effect', 3, '/v1/refunds'],
      isAway: true,
    },
    mistake: 'a new idempotency key for every try to refund',
    noticedBy: ['A19', 'A5'],
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
    noticedBy: ['A19', 'A5', 'A11', 'A14'],
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
    noticedBy: ['A19', 'A11', 'A14', 'A1'],
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
    name: 'absence_believed_at_once',
    scenario: {
      flow: 'deposit and balance',
      webhooks: false,
      fault: ['500_with_effect', 8, '/v1/payment_intents'],
      isAway: true,
    },
    mistake: 'what a list has not yet is taken for never made',
    noticedBy: ['A1', 'A2', 'A5', 'A14'],
    sabotage: () =>
      onProvider((inner) => ({
        findAttempt: async (query) => {
          const answer = await inner.findAttempt(query)
          if (answer.type !== 'absent' || query.providerId !== undefined) return answer
          const state = { type: 'declined', failure: { code: 'provider_error', retryable: true } } as const
          return { type: 'reported', report: { state, livemode: false } }
        },
      })),
  },
  {
    name: 'absence_by_own_clock',
    scenario: {
      flow: stories.clockSetForwardWhileACardIsCharged,
      webhooks: false,
      fault: ['500_with_effect', 8, '/v1/payment_intents'],
      isAway: true,
    },
    mistake: "how long there has been none is told by a clock of one's own, which somebody sets forward",
    noticedBy: ['A1', 'A2', 'A14'],
    sabotage: () =>
      onProvider((inner) => ({
        findAttempt: async (query) => {
          const answer = await inner.findAttempt(query)
          return answer.type === 'absent' ? { type: 'absent' } : answer
        },
      })),
  },
  {
    name: 'no_look_for_twins',
    scenario: { flow: 'a saved card charged twice on its way', webhooks: false },
    mistake: 'a card that is charged is not looked for once more, whatever there was on the way',
    noticedBy: ['A2'],
    sabotage: () =>
      onProvider((inner) => ({
        findAttempt: async (query) => {
          const answer = await inner.findAttempt(query)
          if (answer.type !== 'reported' || query.kind !== 'off_session' || query.providerId !== undefined)
            return answer
          const { others: _others, ...report } = answer.report
          return { type: 'reported', report }
        },
      })),
  },
  {
    name: 'closed_without_asking',
    scenario: { flow: 'cancelled, and paid all the same', webhooks: true },
    mistake: 'a page that is taken for closed without asking',
    noticedBy: ['A1', 'A2', 'A14'],
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
    scenario: {
      flow: 'deposit and balance',
      webhooks: false,
      // The first request there looks for a forgotten charge.
      fault: ['timeout_after_effect', 2, '/v1/payment_intents'],
    },
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
      // The first two requests there look for what the third asks for.
      fault: ['timeout_after_effect', 3, '/v1/refunds'],
    },
    mistake: 'a refund whose answer was lost is taken for refused',
    noticedBy: ['A5', 'A2', 'A15'],
    sabotage: () =>
      onProvider((inner) => ({
        refund: async (request) => {
          const answer = await inner.refund(request)
          return answer.type === 'unknown'
            ? { type: 'refused', failure: { code: 'provider_error', retryable: true } }
            : answer
        },
        findCharge: async () => nothingBecameOfIt,
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
    name: 'key_for_other_parameters',
    scenario: { flow: 'deposit and balance', webhooks: false, fault: ['timeout_after_effect', 1] },
    mistake: 'a key is sent again with other parameters',
    noticedBy: ['A11'],
    sabotage: () => {
      let tries = 0
      return onProvider((inner) => ({
        openSession: (request) => {
          tries += 1
          return inner.openSession({ ...request, successUrl: `${request.successUrl}&try=${tries}` })
        },
      }))
    },
  },
  {
    name: 'refund_made_again_after_a_day',
    scenario: {
      flow: 'refunded in two equal parts, and the stay given up',
      webhooks: false,
      crash: 'hear POST /v1/refunds',
    },
    mistake: 'a refund is made again under a key that the provider has forgotten, without a look',
    noticedBy: ['A5', 'A15'],
    sabotage: () =>
      onProvider(() => ({
        findRefund: async () => ({ type: 'absent' }),
        findCharge: async () => nothingBecameOfIt,
      })),
  },
  {
    name: 'winner_refunded',
    scenario: { flow: 'two payers and one slot', webhooks: true },
    mistake: 'who loses a slot gets the money of who won it',
    noticedBy: ['A19'],
    sabotage: refundingTheFirst,
  },
  {
    name: 'page_key_after_a_day',
    scenario: {
      flow: stories.paidOnAPageThatNobodyHeardOf,
      webhooks: false,
      crash: 'hear POST /v1/checkout/sessions',
    },
    mistake: 'a page is asked for again under a key that the provider has forgotten, without a look',
    noticedBy: ['A1', 'A2', 'A14'],
    sabotage: () => keysWithoutAge('hosted'),
  },
  {
    name: 'charge_key_after_a_day',
    scenario: { flow: 'deposit and balance', webhooks: false, crash: 'hear POST /v1/payment_intents' },
    mistake: 'a saved card is charged again under a key that the provider has forgotten, without a look',
    noticedBy: ['A2'],
    sabotage: () => ({
      ...keysWithoutAge('off_session'),
      ...onProvider(() => ({ findForgottenCharge: async () => ({ type: 'absent' }) })),
    }),
  },
  {
    name: 'refused_key_never_replaced',
    scenario: {
      flow: 'refunded in two equal parts, and the stay given up',
      webhooks: false,
      // The first two requests there look for what the third asks for.
      fault: ['500_no_effect', 3, '/v1/refunds'],
    },
    mistake: 'a key that is answered with an error for good is never replaced by another one',
    noticedBy: ['A14'],
    sabotage: () =>
      onTransaction(({ payments }) => ({
        payments: {
          ...payments,
          save: async (kase, expected, now) => {
            const before = (await payments.find(kase.payment.id))?.value.refunds ?? []
            const refunds = kase.refunds.map((refund) =>
              refund.idempotencyKey === refund.id ? refund : (before.find(({ id }) => id === refund.id) ?? refund),
            )
            await payments.save({ ...kase, refunds }, expected, now)
          },
        },
      })),
  },
  {
    name: 'opened_before_closed',
    scenario: { flow: 'a new price while the page is open', webhooks: true },
    mistake: 'a new page is opened before the old one is closed, which is done right after it',
    noticedBy: ['A1'],
    sabotage: () => {
      const owed: Parameters<PaymentProvider['closeAttempt']>[0][] = []
      return onProvider((inner) => ({
        closeAttempt: async (attempt): Answer => {
          owed.push(attempt)
          return {
            type: 'reported',
            report: { state: { type: 'expired' }, livemode: false, providerId: attempt.providerId },
          }
        },
        openSession: async (request) => {
          const answer = await inner.openSession(request)
          for (const attempt of owed.splice(0)) await inner.closeAttempt(attempt)
          return answer
        },
      }))
    },
  },
  {
    name: 'page_of_the_first',
    scenario: { flow: 'two payers and one slot', webhooks: true },
    mistake: 'everybody is sent to the page of whoever came first, and the table has no room for one page of two',
    noticedBy: ['A13'],
    stoppedBy: 'UNIQUE constraint failed: holdfast_attempts.provider_id',
    needs: 'sqlite',
    sabotage: pageOfTheFirst,
  },
  {
    name: 'page_of_the_first_unstopped',
    scenario: { flow: 'two payers and one slot', webhooks: true },
    mistake: 'everybody is sent to the page of whoever came first, and nothing stops it',
    noticedBy: ['A19'],
    needs: 'sqlite',
    sabotage: () => unstopped(pageOfTheFirst(), 'holdfast_attempts_provider', 'holdfast_attempts_charge'),
  },
  {
    name: 'refund_of_the_first',
    scenario: { flow: 'refunded in two equal parts, and the stay given up', webhooks: true },
    mistake: 'two equal refunds are taken for one',
    noticedBy: ['A14'],
    sabotage: refundOfTheFirst,
  },
  {
    name: 'paid_is_over',
    scenario: { flow: 'refunded in part and disputed, in the dashboard', webhooks: false },
    mistake: 'money that has come is taken for done with',
    noticedBy: ['A5', 'A15'],
    sabotage: () => onProvider(() => ({ findCharge: async () => nothingBecameOfIt })),
  },
  {
    name: 'refunded_is_over',
    scenario: { flow: 'a refund that the bank sends back', webhooks: false },
    mistake: 'a refund that has succeeded is taken for done with',
    noticedBy: ['A5'],
    sabotage: () => onProvider((inner) => ({ findCharge: changing(inner, (report) => ({ ...report, refunds: [] })) })),
  },
  {
    name: 'part_disputed_as_a_whole',
    scenario: { flow: 'a part disputed and lost, the rest refunded', webhooks: false },
    mistake: 'a dispute of a part is taken for all of it',
    noticedBy: ['A15'],
    sabotage: () =>
      onProvider((inner, unitOfWork) => ({
        findCharge: async (query) => {
          const all = await broughtBy(unitOfWork, query.chargeId)
          const whole = changing(inner, (report) => ({
            ...report,
            disputes: report.disputes.map((dispute) => ({ ...dispute, amount: all ?? dispute.amount })),
          }))
          return whole(query)
        },
      })),
  },
  {
    name: 'disputes_not_asked_for',
    scenario: { flow: 'refunded in part and disputed, in the dashboard', webhooks: false },
    mistake: 'a charge is asked about without its disputes',
    noticedBy: ['A15'],
    sabotage: () => onProvider((inner) => ({ findCharge: changing(inner, (report) => ({ ...report, disputes: [] })) })),
  },
]
