import type { AttemptReport, Money, ProviderAnswer } from '@holdfast/core'
import type { Sabotage } from '../system/process.ts'
import type { Mutant } from './mutant.ts'
import { onTransaction, withoutRefunds } from './on-transaction.ts'

/** Takes something of what was asked for in the place of what came, whoever tells of it. */
const takenFor = (taken: (came: Money, asked: Money) => Money): Sabotage => {
  const asked = new Map<string | undefined, Money>()
  const changed = (report: AttemptReport, attemptId: string | undefined): AttemptReport => {
    const { state } = report
    const due = asked.get(attemptId)
    if (state.type !== 'captured' || due === undefined) return report
    return { ...report, state: { ...state, charge: { ...state.charge, amount: taken(state.charge.amount, due) } } }
  }
  return {
    paymentProvider: (inner) => ({
      ...inner,
      openSession: (request) => {
        asked.set(request.attemptId, request.amount)
        return inner.openSession(request)
      },
      findAttempt: async (query): Promise<ProviderAnswer<AttemptReport>> => {
        const answer = await inner.findAttempt(query)
        return answer.type === 'reported' ? { ...answer, report: changed(answer.report, query.attemptId) } : answer
      },
    }),
    receiveEvent: (inner) => (event) => {
      const { news } = event
      if (news.about !== 'attempt' || news.report === 'ask') return inner(event)
      return inner({ ...event, news: { ...news, report: changed(news.report, news.attemptId) } })
    },
  }
}

/** Mistakes in telling what came from what was asked for. */
export const mutantsInSums: readonly Mutant[] = [
  {
    name: 'amount_ignored',
    scenario: { flow: 'paid less than was asked for, and then all of it', webhooks: true },
    mistake: 'whatever sum comes is taken for the one that was asked for',
    noticedBy: ['A3'],
    sabotage: () => takenFor(({ currency }, { minorUnits }) => ({ minorUnits, currency })),
  },
  {
    name: 'currency_ignored',
    scenario: { flow: 'paid in another currency, and then in the right one', webhooks: false },
    mistake: 'whatever currency money comes in is taken for the one that was asked for',
    noticedBy: ['A3'],
    sabotage: () => takenFor(({ minorUnits }, { currency }) => ({ minorUnits, currency })),
  },
  {
    name: 'wrong_sum_kept',
    scenario: { flow: 'paid less than was asked for, and then all of it', webhooks: false },
    mistake: 'another sum than was asked for counts for nothing, and is kept',
    noticedBy: ['A2', 'A6'],
    sabotage: () => withoutRefunds('amount_mismatch'),
  },
  {
    name: 'wrong_sum_not_listed',
    scenario: { flow: 'paid in another currency, and then in the right one', webhooks: true },
    mistake: 'nobody who could see to it is told of money in another currency',
    noticedBy: ['A6'],
    sabotage: () =>
      onTransaction(({ attention }) => ({
        attention: {
          ...attention,
          raise: (items) => attention.raise(items.filter(({ code }) => code !== 'amount_mismatch')),
        },
      })),
  },
]
