import type { Message } from '@holdfast/core'
import type { Mutant } from './mutant.ts'
import { onMessages, withoutMessages } from './on-transaction.ts'

const elsewhere = (message: Message): Message =>
  'destination' in message
    ? { ...message, destination: message.destination === 'wallet' ? 'provider' : 'wallet' }
    : message

/** Mistakes with what owners are told. */
export const mutantsInMessages: readonly Mutant[] = [
  {
    name: 'owner_not_told',
    scenario: { flow: 'deposit and balance', webhooks: true },
    mistake: 'who has paid is not told that they have it',
    noticedBy: ['N1'],
    sabotage: () => withoutMessages('confirmed'),
  },
  {
    name: 'loser_not_told',
    scenario: { flow: 'two payers and one slot', webhooks: true },
    mistake: 'who loses a slot is never told',
    noticedBy: ['N1'],
    sabotage: () => withoutMessages('refunded_unavailable'),
  },
  {
    name: 'loser_told_twice',
    scenario: { flow: 'two payers and one slot', webhooks: false },
    mistake: 'who loses a slot is told twice, in other words',
    noticedBy: ['N1'],
    sabotage: () =>
      onMessages('refunded_unavailable', (message) => [message, { ...elsewhere(message), id: `${message.id}!2` }]),
  },
  {
    name: 'loser_sent_elsewhere',
    scenario: { flow: 'three payers and two places', webhooks: false },
    mistake: 'who loses a slot is told to look for the money where it is not',
    noticedBy: ['N1'],
    sabotage: () => onMessages('refunded_unavailable', (message) => [elsewhere(message)]),
  },
  {
    name: 'loser_congratulated',
    scenario: { flow: 'three payers and two places', webhooks: true },
    mistake: 'who loses a place is told that they have it, too',
    noticedBy: ['N1'],
    sabotage: () =>
      onMessages('refunded_unavailable', (message) => {
        if (message.template !== 'refunded_unavailable') return [message]
        const { to, paymentId, amount } = message
        const record = { type: 'reservation', id: 'res_of_nobody' }
        return [message, { id: `confirmed:${paymentId}`, to, paymentId, amount, template: 'confirmed', record }]
      }),
  },
  {
    name: 'surplus_not_told',
    scenario: { flow: 'cancelled, and paid all the same', webhooks: false, fault: ['timeout_before_effect', 2] },
    mistake: 'whose money comes too late is not told that it goes back',
    noticedBy: ['N1'],
    sabotage: () => withoutMessages('refunded_surplus'),
  },
  {
    name: 'calling_off_not_told',
    scenario: { flow: 'asked in writing, and called off by two at once', webhooks: true },
    mistake: 'whose own is called off by somebody else is not told',
    noticedBy: ['N1'],
    sabotage: () => withoutMessages('cancelled'),
  },
  {
    name: 'page_not_told',
    scenario: { flow: 'declined, another page, paid', webhooks: true },
    mistake: 'a page is opened for somebody who is not there, and they are not told',
    noticedBy: ['N1'],
    sabotage: () => withoutMessages('payment_link'),
  },
  {
    name: 'kept_and_not_told',
    scenario: { flow: 'topped up for what somebody else has meanwhile', webhooks: true },
    mistake: 'who paid in for what is gone is not told that the money is in the wallet',
    noticedBy: ['A16'],
    sabotage: () => withoutMessages('kept_in_wallet'),
  },
  {
    name: 'kept_for_another_reason',
    scenario: { flow: 'topped up for what somebody else has meanwhile', webhooks: false },
    mistake: 'who paid in for what is gone is told that it was too little',
    noticedBy: ['A16'],
    sabotage: () =>
      onMessages('kept_in_wallet', (message) =>
        message.template === 'kept_in_wallet' ? [{ ...message, reason: 'wallet_insufficient' }] : [message],
      ),
  },
]
