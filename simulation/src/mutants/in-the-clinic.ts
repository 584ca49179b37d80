import { openConsultation, type ConsultationId, type IntentId, type ResourceId } from '@holdfast/core'
import type { Mutant } from './mutant.ts'
import { onTransaction, unstopped, withoutRefunds } from './on-transaction.ts'
import { stories } from './stories.ts'

const recordedTwice = () =>
  onTransaction(({ consultations }) => ({
    consultations: {
      ...consultations,
      save: async (made, expected) => {
        await consultations.save(made, expected)
        if (expected === 0) await consultations.save({ ...made, id: `${made.id}!2` as ConsultationId }, 0)
      },
    },
  }))

const oneCookie = () =>
  onTransaction(({ intents }) => ({
    intents: { ...intents, save: (intent, expected) => intents.save({ ...intent, token: 'cookie' }, expected) },
  }))

/** Mistakes with what exists only once it is paid, and with how it is found. */
export const mutantsInTheClinic: readonly Mutant[] = [
  {
    name: 'record_before_payment',
    scenario: { flow: 'asked in writing, and answered', webhooks: true },
    mistake: 'the record is made when somebody wants it, and not when it is paid',
    noticedBy: ['A3'],
    sabotage: () =>
      onTransaction(({ intents, consultations }) => ({
        intents: {
          ...intents,
          save: async (intent, expected) => {
            await intents.save(intent, expected)
            if (expected !== 0 || intent.kind !== 'consultation') return
            const { id, owner, paymentId, createdAt } = intent
            const made = { id: `early_${id}` as ConsultationId, resourceId: 'doctor' as ResourceId, details: {} }
            await consultations.save(openConsultation({ ...made, owner, paymentId, createdAt, intentId: id }), 0)
          },
        },
      })),
  },
  {
    name: 'two_records',
    scenario: { flow: 'asked in writing, and answered', webhooks: false },
    mistake: 'one payment makes two records',
    noticedBy: ['A4'],
    sabotage: () =>
      onTransaction(({ consultations }) => ({
        consultations: {
          ...consultations,
          save: async (made, expected) => {
            await consultations.save(made, expected)
            if (expected !== 0) return
            const twin = { id: `${made.id}!2` as ConsultationId, intentId: `${made.intentId}!2` as IntentId }
            await consultations.save({ ...made, ...twin }, 0)
          },
        },
      })),
  },
  {
    name: 'two_records_of_one',
    scenario: { flow: 'asked in writing, and answered', webhooks: false },
    mistake: 'one payment makes a record each time it is heard of, and the table has room for one of an intent',
    noticedBy: ['A13'],
    stoppedBy: 'UNIQUE constraint failed: holdfast_consultations.intent_id',
    needs: 'sqlite',
    sabotage: recordedTwice,
  },
  {
    name: 'two_records_of_one_unstopped',
    scenario: { flow: 'asked in writing, and answered', webhooks: false },
    mistake: 'one payment makes a record each time it is heard of, and nothing stops it',
    noticedBy: ['A4'],
    needs: 'sqlite',
    sabotage: () => unstopped(recordedTwice(), 'holdfast_consultations_intent'),
  },
  {
    name: 'one_cookie_for_all',
    scenario: { flow: stories.twoComeBackWithTheirCookies, webhooks: true },
    mistake: 'everybody gets the same cookie, and the table has room for each once',
    noticedBy: ['A13'],
    stoppedBy: 'UNIQUE constraint failed: holdfast_intents.token',
    needs: 'sqlite',
    sabotage: oneCookie,
  },
  {
    name: 'one_cookie_for_all_unstopped',
    scenario: { flow: stories.twoComeBackWithTheirCookies, webhooks: true },
    mistake: 'everybody gets the same cookie, and nothing stops it',
    noticedBy: ['F1', 'A12'],
    needs: 'sqlite',
    sabotage: () => unstopped(oneCookie(), 'holdfast_intents_token'),
  },
  {
    name: 'promised_and_kept',
    scenario: { flow: 'asked in writing, and called off by two at once', webhooks: true },
    mistake: 'who is told that all of the money goes back does not get it',
    noticedBy: ['A5', 'A8'],
    sabotage: () => withoutRefunds('consultation_cancelled'),
  },
  {
    name: 'lost_with_its_cookie',
    scenario: { flow: 'found again without a cookie, and paid', webhooks: true },
    mistake: 'whose cookie is gone does not find what they wanted',
    noticedBy: ['F1'],
    sabotage: () => onTransaction(({ intents }) => ({ intents: { ...intents, listOpen: async () => [] } })),
  },
  {
    name: 'cookie_forgotten',
    scenario: { flow: 'found again without a cookie, and paid', webhooks: false },
    mistake: 'a cookie finds nothing',
    noticedBy: ['F1'],
    sabotage: () => onTransaction(({ intents }) => ({ intents: { ...intents, findByToken: async () => undefined } })),
  },
  {
    name: 'taken_times_offered',
    scenario: { flow: 'three payers and two places', webhooks: true },
    mistake: 'what is taken is told as free',
    noticedBy: ['F1'],
    sabotage: () =>
      onTransaction(({ reservations }) => ({ reservations: { ...reservations, listHolding: async () => [] } })),
  },
  {
    name: 'flight_forgotten',
    scenario: { flow: 'two banks that take their time, beyond the end of what is bought', webhooks: true },
    mistake: 'what is on its way when it can no longer be bought is never looked at again',
    noticedBy: ['A14'],
    sabotage: () =>
      onTransaction(({ tasks }) => ({
        tasks: {
          ...tasks,
          append: async (work, now) => {
            for (const piece of work)
              if (piece.body.type !== 'abandon_intent' || (await tasks.find(piece.id)) === undefined)
                await tasks.append([piece], now)
          },
        },
      })),
  },
]
