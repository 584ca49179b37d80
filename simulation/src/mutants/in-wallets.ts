import {
  after,
  hour,
  type PaymentCase,
  type PaymentProvider,
  type Transaction,
  type TransferId,
  type WalletStore,
} from '@holdfast/core'
import type { Sabotage } from '../system/process.ts'
import type { Mutant } from './mutant.ts'
import { onTasks } from './on-transaction.ts'

const onWallets = (change: (inner: WalletStore) => Partial<WalletStore>): Sabotage => ({
  unitOfWork: (inner) => ({
    ...inner,
    run: (work) => inner.run((tx) => work({ ...tx, wallets: { ...tx.wallets, ...change(tx.wallets) } })),
  }),
})

/** No entry of such a kind is posted. */
const unposted = (type: string): Sabotage =>
  onWallets((inner) => ({
    post: async (entry, expected) => {
      if (entry.type !== type) await inner.post(entry, expected)
    },
  }))

/** Hears of every case that is saved, once its transaction is over. */
const onSaved = (
  inner: Parameters<NonNullable<Sabotage['unitOfWork']>>[0],
  hear: (kase: PaymentCase) => Promise<void>,
) => ({
  ...inner,
  run: async <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => {
    let saved: PaymentCase[] = []
    const result = await inner.run((tx) => {
      saved = []
      const save: Transaction['payments']['save'] = (kase, expected, now) => {
        saved.push(kase)
        return tx.payments.save(kase, expected, now)
      }
      return work({ ...tx, payments: { ...tx.payments, save } })
    })
    for (const kase of saved) await hear(kase)
    return result
  },
})

const aMillion = 1_000_000_00n

/** Mistakes with money that is in wallets, or should be. */
export const mutantsInWallets: readonly Mutant[] = [
  {
    name: 'wallet_taken_for_full',
    scenario: { flow: 'too little in the wallet, topped up for what is wanted', webhooks: true },
    mistake: 'what there is in a wallet is not looked at before it is spent',
    noticedBy: ['A8'],
    sabotage: () =>
      onWallets((inner) => ({
        find: async (owner, currency) => {
          const found = await inner.find(owner, currency)
          const { version, value } = found ?? { version: 0, value: { owner, currency, balance: 0n } }
          return { version, value: { ...value, balance: value.balance + aMillion } }
        },
        // As far as there is something, it is taken.
        post: async (entry, expected) => {
          const after = entry.balance - aMillion
          const [change, balance] = after < 0n ? [entry.change - after, 0n] : [entry.change, after]
          if (change !== 0n) await inner.post({ ...entry, change, balance }, expected)
        },
      })),
  },
  {
    name: 'topped_up_and_left',
    scenario: { flow: 'too little in the wallet, topped up for what is wanted', webhooks: true },
    mistake: 'what was paid in for something lies in the wallet, and nothing goes on',
    noticedBy: ['A16'],
    sabotage: () => onTasks('pay_from_wallet', () => undefined),
  },
  {
    name: 'topped_up_and_late',
    scenario: { flow: 'too little in the wallet, topped up for what is wanted', webhooks: false },
    mistake: 'what was paid in for something is spent on it when it can no longer be bought',
    noticedBy: ['A16'],
    sabotage: () => onTasks('pay_from_wallet', (asked) => after(asked, 3 * hour)),
  },
  {
    name: 'balance_remembered',
    scenario: { flow: 'topped up, and deposit and balance paid from the wallet', webhooks: true },
    mistake: 'a balance that was read before is spent again, and the wallet’s version is ignored',
    noticedBy: ['A8'],
    sabotage: () => {
      const known = new Map<string, Awaited<ReturnType<WalletStore['find']>>>()
      return onWallets((inner) => ({
        find: async (owner, currency) => {
          const found = known.get(owner) ?? (await inner.find(owner, currency))
          if (found !== undefined) known.set(owner, found)
          return found
        },
        post: async (entry, expected) => {
          const now = await inner.find(entry.owner, entry.currency)
          if ((now?.version ?? 0) === expected) await inner.post(entry, expected)
        },
      }))
    },
  },
  {
    name: 'top_up_posted_again',
    scenario: { flow: 'topped up, and deposit and balance paid from the wallet', webhooks: true },
    mistake: 'one top-up fills the wallet twice',
    noticedBy: ['A8'],
    sabotage: () =>
      onWallets((inner) => ({
        post: async (entry, expected) => {
          await inner.post(entry, expected)
          if (entry.type !== 'top_up') return
          const id = `${entry.id}!2` as TransferId
          const balance = entry.balance + entry.change
          await inner.post({ ...entry, id, balance, position: entry.position + 1 }, expected + 1)
        },
      })),
  },
  {
    name: 'spend_entry_lost',
    scenario: { flow: 'topped up, and deposit and balance paid from the wallet', webhooks: false },
    mistake: 'what is spent is not taken out of the wallet',
    noticedBy: ['A8'],
    sabotage: () => unposted('spend'),
  },
  {
    name: 'refund_entry_lost',
    scenario: { flow: 'refunded into the wallet, and the stay given up', webhooks: false },
    mistake: 'what is given back into the wallet does not arrive there',
    noticedBy: ['A8'],
    sabotage: () => unposted('refund'),
  },
  {
    name: 'reversal_entry_lost',
    scenario: { flow: 'topped up, spent in part, and the rest given back', webhooks: true },
    mistake: 'a top-up that goes back stays in the wallet as well',
    noticedBy: ['A8'],
    sabotage: () => unposted('top_up_reversed'),
  },
  {
    name: 'undoing_lost',
    scenario: { flow: 'a top-up that the bank does not take back', webhooks: true },
    mistake: 'what a bank sends back of a top-up is not put back into the wallet',
    noticedBy: ['A8'],
    sabotage: () => unposted('reversal_undone'),
  },
  {
    name: 'wallet_and_card',
    scenario: { flow: 'refunded into the wallet, and the stay given up', webhooks: true },
    mistake: 'a refund into the wallet also goes to the card',
    noticedBy: ['A5', 'A2'],
    sabotage: () => {
      let provider: PaymentProvider | undefined
      const sent = new Set<string>()
      const sendToo = async ({ refunds, attempts }: PaymentCase): Promise<void> => {
        for (const { id, attemptId, paymentId, amount, reason, destination } of refunds) {
          const attempt = attempts.find((each) => each.id === attemptId)
          const isToCard = destination === 'wallet' && attempt?.status === 'succeeded' && attempt.kind !== 'wallet'
          if (!isToCard || sent.has(id)) continue
          sent.add(id)
          const { charge } = attempt
          await provider?.refund({ refundId: id, paymentId, idempotencyKey: id, chargeId: charge.id, amount, reason })
        }
      }
      return {
        unitOfWork: (inner) => onSaved(inner, sendToo),
        paymentProvider: (inner) => {
          provider = inner
          return inner
        },
      }
    },
  },
  {
    name: 'page_left_open_beside_wallet',
    scenario: { flow: 'paid from the wallet while a page is open', webhooks: true },
    mistake: 'the wallet pays, and the page that was open can still be paid',
    noticedBy: ['A1', 'A2', 'A14'],
    sabotage: () => ({
      paymentProvider: (inner) => ({
        ...inner,
        closeAttempt: async ({ providerId }) => ({
          type: 'reported',
          report: { state: { type: 'expired' }, livemode: false, providerId },
        }),
      }),
    }),
  },
]
