import { signPayload } from '@holdfast/stripe-simulator'
import type { WebhookVerifier } from '@holdfast/core'
import { readSignatureTime } from '../system/letters.ts'
import type { Sabotage } from '../system/process.ts'
import { createSecrets } from '../system/secrets.ts'
import type { Mutant } from './mutant.ts'

const flow = 'a guest, a stranger and a forger'

const onDelivery = (change: (delivery: Delivery) => Delivery): Sabotage => ({
  verifier: (inner) => ({ verify: (delivery) => inner.verify(change(delivery)) }),
})
type Delivery = Parameters<WebhookVerifier['verify']>[0]

/** Mistakes in telling what is Stripe's word, and for us, from what is not. */
export const mutantsAtTheDoor: readonly Mutant[] = [
  {
    name: 'signature_unchecked',
    scenario: { flow, webhooks: true },
    mistake: 'whoever sends something is taken for Stripe',
    noticedBy: ['W1', 'A3'],
    sabotage: () =>
      onDelivery((delivery) => ({
        ...delivery,
        signature: signPayload(
          new TextDecoder().decode(delivery.rawBody),
          createSecrets().signing,
          Math.floor(delivery.receivedAt / 1_000),
        ),
      })),
  },
  {
    name: 'age_unchecked',
    scenario: { flow, webhooks: true },
    mistake: 'a delivery is taken in however old it is',
    noticedBy: ['W1', 'A3'],
    sabotage: () =>
      onDelivery((delivery) => ({
        ...delivery,
        receivedAt: readSignatureTime(delivery.signature) ?? delivery.receivedAt,
      })),
  },
  {
    name: 'livemode_ignored',
    scenario: { flow, webhooks: true },
    mistake: 'an event about real money is taken for one about play money',
    noticedBy: ['W1', 'A3'],
    sabotage: () => ({
      receiveEvent: (inner) => (event) => {
        const { news } = event
        if (news.about !== 'attempt' || news.report === 'ask') return inner({ ...event, livemode: false })
        const report = { ...news.report, livemode: false }
        return inner({ ...event, livemode: false, news: { ...news, report } })
      },
    }),
  },
  {
    name: 'other_account_heard',
    scenario: { flow, webhooks: true },
    mistake: 'events of connected accounts are taken for our own',
    noticedBy: ['W1', 'A3'],
    sabotage: () => ({
      verifier: (inner) => ({
        verify: async (delivery) => {
          const text = new TextDecoder().decode(delivery.rawBody)
          if (!text.includes('"account":')) return inner.verify(delivery)
          const body = text.replace(/,"account":"[^"]*"/, '')
          return inner.verify({
            ...delivery,
            rawBody: new TextEncoder().encode(body),
            signature: signPayload(body, createSecrets().signing, Math.floor(delivery.receivedAt / 1_000)),
          })
        },
      }),
    }),
  },
  {
    name: 'any_request_for_a_key',
    scenario: { flow, webhooks: true },
    mistake: 'a key is answered whatever was asked under it',
    noticedBy: ['K1'],
    sabotage: () => ({
      unitOfWork: (inner) => ({
        ...inner,
        run: (work) =>
          inner.run((tx) =>
            work({
              ...tx,
              requests: { ...tx.requests, claim: (key, _asked, now) => tx.requests.claim(key, 'anything', now) },
            }),
          ),
      }),
    }),
  },
  {
    name: 'message_id_per_try',
    scenario: { flow: 'declined, another page, paid', webhooks: true, notifier: 'unheard' },
    mistake: 'a message gets a new id for every try',
    noticedBy: ['N1'],
    sabotage: () => {
      let tries = 0
      return {
        notifier: (inner) => ({
          send: (message) => {
            tries += 1
            return inner.send({ ...message, id: `${message.id}!${tries}` })
          },
        }),
      }
    },
  },
  {
    name: 'unsent_is_sent',
    scenario: { flow: 'declined, another page, paid', webhooks: true, notifier: 'away' },
    mistake: 'a message that was not taken is struck off',
    noticedBy: ['N1'],
    sabotage: () => ({
      notifier: (inner) => ({ send: (message) => inner.send(message).catch(() => {}) }),
    }),
  },
]
