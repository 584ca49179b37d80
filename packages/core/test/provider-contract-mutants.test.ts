import { describe, expect, it } from 'vitest'
import { paymentProviderPromises } from '../src/contracts/payment-provider.contract.ts'
import { instant } from '../src/kernel/instant.ts'
import { money } from '../src/kernel/money.ts'
import type { MemoryPaymentProvider } from '../src/memory/memory-payment-provider.ts'
import type {
  AttemptReport,
  ChargeReport,
  PaymentMethod,
  PaymentProvider,
  ProviderAnswer,
} from '../src/ports/payment-provider.ts'
import { memoryProviderFixture } from './memory-provider-fixture.ts'

type Break = (whole: MemoryPaymentProvider) => Partial<PaymentProvider>

/** Breaks every call of a provider in the same way. */
const everyCall =
  (change: <Report>(answer: ProviderAnswer<Report>, call: keyof PaymentProvider) => ProviderAnswer<Report>): Break =>
  (whole) => ({
    openSession: async (request) => change(await whole.openSession(request), 'openSession'),
    chargeSavedCard: async (request) => change(await whole.chargeSavedCard(request), 'chargeSavedCard'),
    closeAttempt: async (attempt) => change(await whole.closeAttempt(attempt), 'closeAttempt'),
    findAttempt: async (query) => change(await whole.findAttempt(query), 'findAttempt'),
    findForgottenCharge: async (query) => change(await whole.findForgottenCharge(query), 'findForgottenCharge'),
    refund: async (request) => change(await whole.refund(request), 'refund'),
    findRefund: async (query) => change(await whole.findRefund(query), 'findRefund'),
    findCharge: async (query) => change(await whole.findCharge(query), 'findCharge'),
    listPaymentMethods: async (query) => change(await whole.listPaymentMethods(query), 'listPaymentMethods'),
    detachPaymentMethod: async (card) => change(await whole.detachPaymentMethod(card), 'detachPaymentMethod'),
  })

const ofMethods =
  (change: (methods: readonly PaymentMethod[], customerId: string) => readonly PaymentMethod[]): Break =>
  (whole) => ({
    listPaymentMethods: async (query) => {
      const answer = await whole.listPaymentMethods(query)
      return answer.type === 'reported' ? { ...answer, report: change(answer.report, query.customerId) } : answer
    },
  })

const freshKey = <Request extends { readonly idempotencyKey: string }>(
  request: Request,
  tries: { count: number },
): Request => {
  tries.count += 1
  return { ...request, idempotencyKey: `${request.idempotencyKey}:${tries.count}` }
}

const rewrite = (
  answer: ProviderAnswer<AttemptReport>,
  change: (report: AttemptReport) => AttemptReport,
): ProviderAnswer<AttemptReport> => (answer.type === 'reported' ? { ...answer, report: change(answer.report) } : answer)

const withoutDecline = (report: AttemptReport): AttemptReport => {
  const { state } = report
  if (state.type !== 'opened' && state.type !== 'expired') return report
  const { declined: _untold, ...rest } = state
  return { ...report, state: rest }
}

const ofCharge =
  (change: (report: ChargeReport) => ChargeReport): Break =>
  (whole) => ({
    findCharge: async (query) => {
      const answer = await whole.findCharge(query)
      return answer.type === 'reported' ? { ...answer, report: change(answer.report) } : answer
    },
  })

const refused = { type: 'refused', failure: { code: 'provider_rejected', retryable: false } } as const
const lookUps: readonly string[] = [
  'findAttempt',
  'findForgottenCharge',
  'findRefund',
  'findCharge',
  'listPaymentMethods',
]

/** Every way to break a provider that we thought of, in the words of whoever would make the mistake. */
const mutants: Readonly<Record<string, Break>> = {
  'opens a page with a new key for every try': (whole) => {
    const tries = { count: 0 }
    return { openSession: (request) => whole.openSession(freshKey(request, tries)) }
  },
  'charges a card with a new key for every try': (whole) => {
    const tries = { count: 0 }
    return { chargeSavedCard: (request) => whole.chargeSavedCard(freshKey(request, tries)) }
  },
  'gives money back with a new key for every try': (whole) => {
    const tries = { count: 0 }
    return { refund: (request) => whole.refund(freshKey(request, tries)) }
  },
  'makes the key of a refund from its charge and sum': (whole) => ({
    refund: (request) =>
      whole.refund({ ...request, idempotencyKey: `${request.chargeId}:${request.amount.minorUnits}` }),
  }),
  'calls a misused key a refusal': everyCall((answer) =>
    answer.type === 'unknown' && answer.detail.includes('idempotency key') ? refused : answer,
  ),
  'calls a lost answer a refusal': everyCall((answer) =>
    answer.type === 'unknown' && !answer.answered ? refused : answer,
  ),
  'calls a lost answer unreachable': everyCall((answer) =>
    answer.type === 'unknown' && !answer.answered ? { type: 'unreachable', detail: answer.detail } : answer,
  ),
  'calls an answered error a refusal': everyCall((answer) =>
    answer.type === 'unknown' && answer.answered ? refused : answer,
  ),
  'calls an answered error a lost answer': everyCall((answer) =>
    answer.type === 'unknown' ? { ...answer, answered: false } : answer,
  ),
  'calls a lost answer an answered error': everyCall((answer) =>
    answer.type === 'unknown' ? { ...answer, answered: true } : answer,
  ),
  'calls somebody who is away unknown': everyCall((answer) =>
    answer.type === 'unreachable' ? { type: 'unknown', answered: false, detail: answer.detail } : answer,
  ),
  'throws when an answer gets lost': everyCall((answer) => {
    if (answer.type === 'unknown') throw new Error(answer.detail)
    return answer
  }),
  'takes a look-up that failed for one that found nothing': everyCall((answer, call) =>
    lookUps.includes(call) && (answer.type === 'unknown' || answer.type === 'unreachable')
      ? { type: 'absent' }
      : answer,
  ),
  'takes a charge that could not be read for one that nothing became of': (whole) => ({
    findCharge: async (query) => {
      const answer = await whole.findCharge(query)
      return answer.type === 'reported'
        ? answer
        : { type: 'reported', report: { refunds: [], disputes: [], livemode: false } }
    },
  }),
  'answers a look-up from memory': (whole) => {
    const seen = new Map<string, ProviderAnswer<AttemptReport>>()
    return {
      findAttempt: async (query) => {
        const key = JSON.stringify(query)
        const answer = seen.get(key) ?? (await whole.findAttempt(query))
        seen.set(key, answer)
        return answer
      },
    }
  },
  'takes what a known attempt charged for forgotten': (whole) => ({
    findForgottenCharge: (query) => whole.findForgottenCharge({ ...query, known: [] }),
  }),
  'finds no forgotten charge': () => ({ findForgottenCharge: async () => ({ type: 'absent' }) }),
  'takes what a customer paid for something else for forgotten': (whole) => ({
    findForgottenCharge: async (query) => {
      const [attempt] = whole.truth.attempts()
      return whole.findForgottenCharge({ ...query, paymentId: attempt?.paymentId ?? query.paymentId })
    },
  }),
  'takes what somebody else paid for forgotten': (whole) => ({
    findForgottenCharge: async (query) => {
      const [attempt] = whole.truth.attempts()
      return whole.findForgottenCharge({ ...query, customerId: attempt?.customerId ?? query.customerId })
    },
  }),
  'takes a charge that brought nothing for money': (whole) => ({
    findForgottenCharge: async (query) => {
      const [attempt] = whole.truth.attempts()
      return attempt?.state.type === 'declined' && query.known.length === 0
        ? whole.findAttempt({ kind: attempt.kind, attemptId: attempt.attemptId, requestedAt: instant(0) })
        : whole.findForgottenCharge(query)
    },
  }),
  'answers a decline as a refusal': (whole) => ({
    chargeSavedCard: async (request) => {
      const answer = await whole.chargeSavedCard(request)
      return answer.type === 'reported' && answer.report.state.type === 'declined'
        ? { type: 'refused', failure: answer.report.state.failure }
        : answer
    },
  }),
  'calls every decline by one name': (whole) => ({
    chargeSavedCard: async (request) =>
      rewrite(await whole.chargeSavedCard(request), (report) =>
        report.state.type === 'declined'
          ? { ...report, state: { type: 'declined', failure: { code: 'card_declined', retryable: true } } }
          : report,
      ),
  }),
  'makes a state of a status it does not know': (whole) => ({
    openSession: async (request) =>
      rewrite(await whole.openSession(request), (report) =>
        report.state.type === 'unrecognized' ? { ...report, state: { type: 'processing' } } : report,
      ),
  }),
  'says what was asked for instead of what came': (whole) => ({
    findAttempt: async (query) =>
      rewrite(await whole.findAttempt(query), (report) =>
        report.state.type === 'captured'
          ? {
              ...report,
              state: {
                type: 'captured',
                charge: { ...report.state.charge, amount: { ...report.state.charge.amount, minorUnits: 1n } },
              },
            }
          : report,
      ),
  }),
  'forgets which card was saved': (whole) => ({
    findAttempt: async (query) =>
      rewrite(await whole.findAttempt(query), (report) => {
        if (report.state.type !== 'captured') return report
        const { id, amount } = report.state.charge
        return { ...report, state: { type: 'captured', charge: { id, amount } } }
      }),
  }),
  'takes a card declined on a page for the end of the page': (whole) => ({
    findAttempt: async (query) =>
      whole.events().some(({ type }) => type === 'charge.declined_on_page')
        ? {
            type: 'reported',
            report: {
              livemode: false,
              state: { type: 'declined', failure: { code: 'card_declined', retryable: true } },
            },
          }
        : whole.findAttempt(query),
  }),
  'says nothing of a card declined on a page': (whole) => ({
    findAttempt: async (query) => rewrite(await whole.findAttempt(query), (report) => withoutDecline(report)),
  }),
  'calls a card declined on a page by another name each time it is asked': (whole) => {
    let asked = 0
    return {
      findAttempt: async (query) =>
        rewrite(await whole.findAttempt(query), (report) =>
          report.state.type === 'opened' && report.state.declined !== undefined
            ? { ...report, state: { ...report.state, declined: { ...report.state.declined, id: `try_${asked++}` } } }
            : report,
        ),
    }
  },
  'forgets a card declined on a page once it is closed': (whole) => ({
    closeAttempt: async (attempt) => rewrite(await whole.closeAttempt(attempt), (report) => withoutDecline(report)),
  }),
  'takes money on its way for money': (whole) => ({
    findAttempt: async (query) =>
      rewrite(await whole.findAttempt(query), (report) =>
        report.state.type === 'processing'
          ? {
              ...report,
              state: {
                type: 'captured',
                charge: { id: 'ch_0', amount: whole.truth.attempts()[0]?.amount ?? ({} as never) },
              },
            }
          : report,
      ),
  }),
  'says closed without closing': () => ({
    closeAttempt: async ({ providerId }) => ({
      type: 'reported',
      report: { providerId, livemode: false, state: { type: 'expired' } },
    }),
  }),
  'calls everything expired that it closes': (whole) => ({
    closeAttempt: async (attempt) =>
      rewrite(await whole.closeAttempt(attempt), (report) => ({ ...report, state: { type: 'expired' } })),
  }),
  'refuses to close what is closed already': (whole) => {
    const closed = new Set<string>()
    return {
      closeAttempt: async (attempt) => {
        if (closed.has(attempt.providerId)) return refused
        closed.add(attempt.providerId)
        return whole.closeAttempt(attempt)
      },
    }
  },
  'finds any attempt there is': (whole) => ({
    findAttempt: async (query) => {
      const [first] = whole.truth.attempts()
      return whole.findAttempt(first === undefined ? query : { ...query, providerId: query.providerId ?? first.id })
    },
  }),
  'keeps quiet about a second page': (whole) => ({
    findAttempt: async (query) => rewrite(await whole.findAttempt(query), ({ others: _others, ...report }) => report),
  }),
  'tells of the newest page first': (whole) => ({
    findAttempt: async (query) => {
      const newest = whole.truth.attempts().findLast(({ attemptId }) => attemptId === query.attemptId)
      return whole.findAttempt({
        ...query,
        ...(newest === undefined || query.providerId ? {} : { providerId: newest.id }),
      })
    },
  }),
  'forgets its own id of a page': (whole) => ({
    openSession: async (request) =>
      rewrite(await whole.openSession(request), ({ providerId: _providerId, ...report }) => report),
  }),
  'says that play money is real': (whole) => ({
    openSession: async (request) =>
      rewrite(await whole.openSession(request), (report) => ({ ...report, livemode: true })),
  }),
  'does not say that a refund was refused': (whole) => ({
    refund: async (request) => {
      const answer = await whole.refund(request)
      return answer.type === 'refused' ? { type: 'unknown', answered: true, detail: 'No.' } : answer
    },
  }),
  'finds any refund of the charge': (whole) => ({
    findRefund: async ({ chargeId, ...query }) => {
      const charge = await whole.findCharge({ chargeId, hasDisputes: false })
      const [first] = charge.type === 'reported' ? charge.report.refunds : []
      return first === undefined ? whole.findRefund({ ...query, chargeId }) : { type: 'reported', report: first }
    },
  }),
  'tells of our own refunds only': ofCharge((report) => ({
    ...report,
    refunds: report.refunds.filter(({ refundId }) => refundId !== undefined),
  })),
  'tells of the newest refund first': ofCharge((report) => ({ ...report, refunds: report.refunds.toReversed() })),
  'tells of the first page of refunds only': ofCharge((report) => ({
    ...report,
    refunds: report.refunds.slice(0, 10),
  })),
  'tells of refunds that failed as if they had not': ofCharge((report) => ({
    ...report,
    refunds: report.refunds.map((refund) => ({ ...refund, state: { type: 'succeeded' } })),
  })),
  'tells of no dispute': ofCharge((report) => ({ ...report, disputes: [] })),
  'tells of no dispute that has ended': ofCharge((report) => ({
    ...report,
    disputes: report.disputes.filter(({ state }) => state === 'opened'),
  })),
  'tells of a dispute of a part of a charge as of all of it': ofCharge((report) => ({
    ...report,
    disputes: report.disputes.map((dispute) => ({ ...dispute, amount: money(25_00, 'EUR') })),
  })),
  'takes every dispute that has ended for lost': ofCharge((report) => ({
    ...report,
    disputes: report.disputes.map((dispute) => (dispute.state === 'won' ? { ...dispute, state: 'lost' } : dispute)),
  })),
  'lists the oldest card first': ofMethods((methods) => methods.toReversed()),
  'lists the first page of cards only': ofMethods((methods) => methods.slice(0, 10)),
  'lists a customer’s newest card only': ofMethods((methods) => methods.slice(0, 1)),
  'shows more of a card than its owner needs': ofMethods((methods) =>
    methods.map((method) => ({ ...method, fingerprint: 'abc' })),
  ),
  'shows the whole number of a card': ofMethods((methods) =>
    methods.map((method) => ({ ...method, last4: `424242424242${method.last4}` })),
  ),
  'takes no card for an unknown customer': (whole) => ({
    listPaymentMethods: async (query) => {
      const answer = await whole.listPaymentMethods(query)
      return answer.type === 'absent' ? { type: 'reported', report: [] } : answer
    },
  }),
  'takes a list that could not be read for an empty one': (whole) => ({
    listPaymentMethods: async (query) => {
      const answer = await whole.listPaymentMethods(query)
      return answer.type === 'reported' || answer.type === 'absent' ? answer : { type: 'reported', report: [] }
    },
  }),
  'lists cards from memory': (whole) => {
    const seen = new Map<string, ProviderAnswer<readonly PaymentMethod[]>>()
    return {
      listPaymentMethods: async (query) => {
        const answer = seen.get(query.customerId) ?? (await whole.listPaymentMethods(query))
        seen.set(query.customerId, answer)
        return answer
      },
    }
  },
  'lists everybody’s cards': (whole) => {
    const customers = new Set<string>()
    return {
      listPaymentMethods: async (query) => {
        customers.add(query.customerId)
        const all: PaymentMethod[] = []
        for (const customerId of customers) {
          const answer = await whole.listPaymentMethods({ customerId })
          if (answer.type !== 'reported') return answer
          all.push(...answer.report)
        }
        return { type: 'reported', report: all }
      },
    }
  },
  'says that a card was taken off, and leaves it': (whole) => ({
    detachPaymentMethod: async ({ customerId, paymentMethodId }) => {
      const answer = await whole.listPaymentMethods({ customerId })
      const found = answer.type === 'reported' ? answer.report.find(({ id }) => id === paymentMethodId) : undefined
      return found === undefined ? { type: 'absent' } : { type: 'reported', report: found }
    },
  }),
  'takes a card off the list only': (whole) => {
    const hidden = new Set<string>()
    return {
      detachPaymentMethod: async ({ customerId, paymentMethodId }) => {
        const answer = await whole.listPaymentMethods({ customerId })
        const found = answer.type === 'reported' ? answer.report.find(({ id }) => id === paymentMethodId) : undefined
        if (found === undefined || hidden.has(paymentMethodId)) return { type: 'absent' }
        hidden.add(paymentMethodId)
        return { type: 'reported', report: found }
      },
      listPaymentMethods: async (query) => {
        const answer = await whole.listPaymentMethods(query)
        return answer.type === 'reported'
          ? { ...answer, report: answer.report.filter(({ id }) => !hidden.has(id)) }
          : answer
      },
    }
  },
  'takes off whoever’s card it is': (whole) => ({
    detachPaymentMethod: async (card) => {
      for (let n = 1; n <= 3; n += 1) {
        const answer = await whole.detachPaymentMethod({ ...card, customerId: `cus_${n}` })
        if (answer.type !== 'absent') return answer
      }
      return { type: 'absent' }
    },
  }),
  'calls it a failure to take off what is gone': (whole) => ({
    detachPaymentMethod: async (card) => {
      const answer = await whole.detachPaymentMethod(card)
      return answer.type === 'absent' ? refused : answer
    },
  }),
  'says that a card is gone when nobody knows': (whole) => ({
    detachPaymentMethod: async (card) => {
      const answer = await whole.detachPaymentMethod(card)
      return answer.type === 'unknown' || answer.type === 'unreachable' ? { type: 'absent' } : answer
    },
  }),
}

/** The promises that a provider breaks, in their words. */
const broken = async (change: Break): Promise<readonly string[]> => {
  const words: string[] = []
  for (const promise of paymentProviderPromises)
    await promise.keptBy(memoryProviderFixture(change)).catch(() => words.push(promise.words))
  return words
}

describe('a provider broken on purpose is noticed', () => {
  it.each(Object.entries(mutants))('one that %s', async (_name, change) => {
    expect(await broken(change)).not.toEqual([])
  })

  it('one that is whole breaks nothing', async () => {
    expect(await broken(() => ({}))).toEqual([])
  })
})
