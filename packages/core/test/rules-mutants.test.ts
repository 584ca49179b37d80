import { describe, expect, it } from 'vitest'
import { tell, type TellOptions } from '../src/contracts/rules.contract.ts'
import type { Step } from '../src/contracts/rules/step.ts'
import { brokenLedger, type LedgerLine } from '../src/contracts/rules/wallet-oracle.ts'
import {
  openConsultation,
  type ConsultationId,
  type OwnerId,
  type PaymentCase,
  type PaymentId,
  type PaymentProvider,
  type Refund,
  type RefundId,
  type ReservationId,
  type ResourceId,
  type Transaction,
  type TransferId,
  type UnitOfWork,
  type WalletEntry,
  type WalletStore,
} from '../src/index.ts'
import { memoryUnitOfWork } from '../src/memory/index.ts'

const quiet = { trouble: undefined } as const
const topUp: Step = { do: 'top_up', who: 0, pesos: 1000, upTo: 'heard', ...quiet }
const wanted: Step = { do: 'consult', who: 0, upTo: 'nothing', ...quiet }
const paid: Step = { do: 'pay_from_wallet', on: 1, times: 1, key: false, by: 'owner', ...quiet }
const takenBack: Step = { do: 'take_back', on: 0, part: 2, by: 'staff', ...quiet }
const afterAMinute: Step = { do: 'pass', ms: 60_000 }

/** What the mistakes below are made in. */
const stories = {
  'topped up': [topUp],
  spent: [topUp, wanted, paid],
  'spent twice under one key': [topUp, wanted, { ...paid, times: 2, key: true }],
  'asked for by a stranger': [topUp, wanted, { ...paid, by: 'stranger' }],
  'given back into the wallet': [
    { ...wanted, upTo: 'heard' },
    { do: 'refund_into_wallet', on: 0, part: 1, times: 1, key: true },
  ],
  'called off': [
    { ...wanted, upTo: 'heard' },
    { do: 'end_consultation', on: 0, how: 'cancel', refund: 'all', by: 'staff', times: 1, ...quiet },
  ],
  'taken back': [topUp, takenBack],
  'taken back, and not after all': [topUp, takenBack, { do: 'send_back', on: 0 }, { do: 'deliver', on: 2, times: 1 }],
  'taken back when it is spent': [topUp, wanted, paid, { ...takenBack, part: 1, by: 'bank' }],
  'topped up for what is missing': [wanted, { do: 'top_up_missing', on: 0, upTo: 'heard', ...quiet }, afterAMinute],
  'raced for': [{ do: 'race', from: 0, payers: ['on_page', 'from_wallet', 'on_page'], ...quiet }, afterAMinute],
} as const satisfies Readonly<Record<string, readonly Step[]>>

interface Mistake extends Pick<TellOptions, 'wrapProvider'> {
  readonly story: keyof typeof stories
  /** A part of what is said of it. */
  readonly noticed: string
  /** What is otherwise in each transaction that writes, and in each that does not. */
  readonly store?: (tx: Transaction) => Partial<Transaction>
  readonly where?: 'run' | 'read'
}

const wholeExcept = ({ store = () => ({}), where }: Mistake): UnitOfWork => {
  const whole = memoryUnitOfWork()
  const broken =
    <T>(work: (tx: Transaction) => Promise<T>) =>
    (tx: Transaction): Promise<T> =>
      work({ ...tx, ...store(tx) })
  return {
    run: (work) => whole.run(where === 'read' ? work : broken(work)),
    read: (work) => whole.read(where === 'run' ? work : broken(work)),
  }
}

type Post = WalletStore['post']
const posting =
  (post: (entry: WalletEntry, keep: Post, expected: number) => Promise<void>) =>
  ({ wallets }: Transaction): Partial<Transaction> => ({
    wallets: { ...wallets, post: (entry, expected) => post(entry, (...args) => wallets.post(...args), expected) },
  })

/** No entry of such a sort is posted. */
const unposted = (type: WalletEntry['type']) =>
  posting(async (entry, keep, expected) => {
    if (entry.type !== type) await keep(entry, expected)
  })

/** Answers statements, newest first, as `change` has them. */
const listing =
  (change: (entries: readonly WalletEntry[]) => readonly WalletEntry[]) =>
  ({ wallets }: Transaction): Partial<Transaction> => ({
    wallets: { ...wallets, listEntries: async (filter) => change(await wallets.listEntries(filter)) },
  })

/** Stores every case as `change` has it. */
const saving =
  (change: (kase: PaymentCase) => PaymentCase) =>
  ({ payments }: Transaction): Partial<Transaction> => ({
    payments: { ...payments, save: (kase, ...rest) => payments.save(change(kase), ...rest) },
  })

const withRefunds = (kase: PaymentCase, change: (refund: Refund) => readonly Refund[]): PaymentCase => ({
  ...kase,
  refunds: kase.refunds.flatMap(change),
})

/** Hears of every refund into a wallet that is stored, and makes it at the provider, too. */
const alsoToTheCard = (): Pick<Mistake, 'store' | 'wrapProvider'> => {
  let provider: PaymentProvider | undefined
  return {
    wrapProvider: (inner) => (provider = inner),
    store: ({ payments }) => ({
      payments: {
        ...payments,
        save: async (kase, ...rest) => {
          await payments.save(kase, ...rest)
          for (const { id, attemptId, paymentId, amount, reason, destination } of kase.refunds) {
            const attempt = kase.attempts.find((each) => each.id === attemptId)
            if (destination !== 'wallet' || attempt?.status !== 'succeeded') continue
            const chargeId = attempt.charge.id
            await provider?.refund({ refundId: id, paymentId, idempotencyKey: id, chargeId, amount, reason })
          }
        },
      },
    }),
  }
}

/** Every mistake that we thought of, in the words of whoever would make it. */
const mistakes: Readonly<Record<string, () => Mistake>> = {
  'loses the first line of a statement': () => ({
    story: 'spent',
    noticed: '8: entry 2 of o0 in MXN is in place 1',
    where: 'read',
    store: listing((entries) => (entries.length > 1 ? entries.slice(0, -1) : entries)),
  }),
  'shows another balance in a statement than there was': () => ({
    story: 'topped up',
    noticed: '8: after entry 1 of o0 in MXN there should be 100000, and there is 100001',
    where: 'read',
    store: listing((entries) => entries.map((entry) => ({ ...entry, balance: entry.balance + 1n }))),
  }),
  'takes more than there is': () => ({
    story: 'spent',
    noticed: '8: entry 2 of o0 in MXN takes more than there is',
    where: 'read',
    store: listing((entries) =>
      entries.map((entry) => (entry.change < 0n ? { ...entry, change: -100_001n, balance: -1n } : entry)),
    ),
  }),
  'answers a balance that the entries do not make': () => ({
    story: 'topped up',
    noticed: '8: o0 has 100001 MXN, and the entries make 100000',
    where: 'read',
    store: ({ wallets }) => ({
      wallets: {
        ...wallets,
        listOf: async (owner) => (await wallets.listOf(owner)).map((each) => ({ ...each, balance: each.balance + 1n })),
      },
    }),
  }),
  'forgets a wallet that has entries': () => ({
    story: 'topped up',
    noticed: '8: o0 has 0 MXN, and the entries make 100000',
    where: 'read',
    store: ({ wallets }) => ({ wallets: { ...wallets, listOf: async () => [] } }),
  }),
  'does not fill the wallet': () => ({
    story: 'topped up',
    noticed: '8: top_up of 100000 MXN for pay_0001 of o0 against provider is called for, and is not posted',
    store: unposted('top_up'),
  }),
  'fills the wallet twice': () => ({
    story: 'topped up',
    noticed: '8: top_up of 100000 MXN for pay_0001 of o0 against provider is posted, and nothing calls for it',
    store: posting(async (entry, keep, expected) => {
      await keep(entry, expected)
      const { id, balance, change, position } = entry
      const again = { id: `${id}!` as TransferId, balance: balance + change, position: position + 1 }
      await keep({ ...entry, ...again }, expected + 1)
    }),
  }),
  'fills the wallet of somebody else': () => ({
    story: 'topped up',
    noticed: '8: top_up of 100000 MXN for pay_0001 of o0 against provider is called for, and is not posted',
    store: posting((entry, keep, expected) => keep({ ...entry, owner: 'o1' as OwnerId }, expected)),
  }),
  'does not take what is spent': () => ({
    story: 'spent',
    noticed: '4: pay_0002 is completed, and no money came',
    store: unposted('spend'),
  }),
  'takes less than what is paid for costs': () => ({
    story: 'spent',
    noticed: '13: pay_0002 counts 20000 for 40000',
    store: posting((entry, keep, expected) =>
      entry.type === 'spend'
        ? keep({ ...entry, change: entry.change / 2n, balance: entry.balance - entry.change / 2n }, expected)
        : keep(entry, expected),
    ),
  }),
  'books what is spent against the wrong account': () => ({
    story: 'spent',
    noticed: '8: spend of -40000 MXN for pay_0002 of o0 against provider is posted, and nothing calls for it',
    store: posting((entry, keep, expected) => keep({ ...entry, against: 'provider' }, expected)),
  }),
  'does not put back what is refunded into the wallet': () => ({
    story: 'given back into the wallet',
    noticed: '8: refund of 40000 MXN for pay_0001 of o0 against provider is called for, and is not posted',
    store: unposted('refund'),
  }),
  'leaves in the wallet what went back': () => ({
    story: 'taken back',
    noticed: '8: pay_0001 (wallet_topup) left 100000 in the wallet, and 50000 is theirs (0 missing)',
    store: unposted('top_up_reversed'),
  }),
  'does not put back what did not go back after all': () => ({
    story: 'taken back, and not after all',
    noticed: '8: pay_0001 (wallet_topup) left 50000 in the wallet, and 100000 is theirs (0 missing)',
    store: unposted('reversal_undone'),
  }),
  'tells nobody what could not be taken back': () => ({
    story: 'taken back when it is spent',
    noticed: '8: pay_0001 (wallet_topup) left 40000 in the wallet, and 0 is theirs (0 missing)',
    store: ({ attention }) => ({
      attention: {
        ...attention,
        raise: (items) => attention.raise(items.filter(({ code }) => code !== 'wallet_shortfall')),
      },
    }),
  }),
  'takes back what filled no wallet': () => ({
    story: 'taken back',
    noticed: '8: pay_0009 was taken back, and filled no wallet',
    store: posting((entry, keep, expected) =>
      keep(entry.type === 'top_up_reversed' ? { ...entry, paymentId: 'pay_0009' as PaymentId } : entry, expected),
    ),
  }),
  'puts back what it should take': () => ({
    story: 'taken back',
    noticed: '8: -50000 was taken back of pay_0001, which brought 100000',
    store: posting((entry, keep, expected) =>
      entry.type === 'top_up_reversed'
        ? keep({ ...entry, change: -entry.change, balance: entry.balance - 2n * entry.change }, expected)
        : keep(entry, expected),
    ),
  }),
  'takes back in two parts what went back once': () => ({
    story: 'taken back',
    noticed: '8: pay_0001 was taken back 2 times, and went back in 1 ways',
    store: posting(async (entry, keep, expected) => {
      if (entry.type !== 'top_up_reversed') return keep(entry, expected)
      const { id, position } = entry
      const change = entry.change / 2n
      await keep({ ...entry, change, balance: entry.balance - change }, expected)
      await keep({ ...entry, id: `${id}!` as TransferId, change, position: position + 1 }, expected + 1)
    }),
  }),
  'forgets to go on with what was topped up for': () => ({
    story: 'topped up for what is missing',
    noticed: '14: pay_0002 is for pay_0001, which is cancelled, and nobody knows',
    store: ({ tasks }) => ({
      tasks: {
        ...tasks,
        append: (items, now) =>
          tasks.append(
            items.filter(({ body }) => body.type !== 'pay_from_wallet'),
            now,
          ),
      },
    }),
  }),
  'finds a wallet empty that has enough': () => ({
    story: 'topped up for what is missing',
    noticed: '14: pay_0002 is for pay_0001, for which there was enough, and which was not paid',
    where: 'run',
    store: ({ payments, wallets }) => {
      let spends = false
      return {
        payments: {
          ...payments,
          find: async (id) => {
            const found = await payments.find(id)
            spends = found?.value.payment.purpose === 'consultation'
            return found
          },
        },
        wallets: { ...wallets, find: async (...args) => (spends ? undefined : wallets.find(...args)) },
      }
    },
  }),
  'makes a consultation of what nobody has paid': () => ({
    story: 'spent',
    noticed: '4: con_int_0002 exists without money',
    store: ({ intents, consultations }) => ({
      intents: {
        ...intents,
        save: async (intent, expected) => {
          await intents.save(intent, expected)
          const { id: intentId, owner, paymentId, createdAt } = intent
          if (intent.kind !== 'consultation' || expected > 0) return
          const id = `con_${intentId}` as ConsultationId
          const resourceId = 'dr-vega' as ResourceId
          const fields = { id, intentId, owner, paymentId, resourceId, details: {}, createdAt }
          await consultations.save(openConsultation(fields), 0)
        },
      },
    }),
  }),
  'makes two consultations of one payment': () => ({
    story: 'spent',
    noticed: 'were paid by pay_0002, once',
    where: 'read',
    store: ({ consultations }) => ({
      consultations: {
        ...consultations,
        list: async (filter) =>
          (await consultations.list(filter)).flatMap((one) => [one, { ...one, id: `${one.id}!` as ConsultationId }]),
      },
    }),
  }),
  'loses a consultation that was paid': () => ({
    story: 'spent',
    noticed: '6: pay_0002 was kept for nothing',
    store: ({ consultations }) => ({ consultations: { ...consultations, save: async () => {} } }),
  }),
  'lets a third in where there are two places': () => ({
    story: 'raced for',
    noticed: 'holds unit 2 of dr-luna, which has 2',
    where: 'run',
    store: ({ reservations }) => ({
      reservations: {
        ...reservations,
        listOverlapping: async (stretch) => (await reservations.listOverlapping(stretch)).slice(0, 1),
        save: async (reservation, expected) => {
          // It forgets as well how many there are, or the store that it spoils would not have a third.
          const { slot, capacity: _, ...rest } = reservation
          const units = (await reservations.listOverlapping(slot)).map((other) => other.slot.unit)
          const unit = units.includes(slot.unit) ? units.length : slot.unit
          await reservations.save({ ...rest, slot: { ...slot, unit } }, expected)
        },
      },
    }),
  }),
  'counts a third who is there in nobody’s place': () => ({
    story: 'raced for',
    noticed: '5: 3 are at dr-luna when res_0002! begins, which has 2',
    where: 'read',
    store: ({ reservations }) => ({
      reservations: {
        ...reservations,
        list: async (filter) => {
          const [newest, ...rest] = await reservations.list(filter)
          if (newest === undefined) return []
          return [{ ...newest, id: `${newest.id}!` as ReservationId }, newest, ...rest]
        },
      },
    }),
  }),
  'gives two the same place': () => ({
    story: 'raced for',
    noticed: 'hold one slot',
    where: 'read',
    store: ({ reservations }) => ({
      reservations: {
        ...reservations,
        list: async (filter) =>
          (await reservations.list(filter)).map((one) => ({ ...one, slot: { ...one.slot, unit: 0 } })),
      },
    }),
  }),
  'gives the loser’s money back twice': () => ({
    story: 'raced for',
    noticed: 'lost its slot, and its money went back 2 times',
    where: 'run',
    store: saving((kase) =>
      withRefunds(kase, (refund) =>
        refund.reason === 'slot_taken' && kase.refunds.length === 1
          ? [refund, { ...refund, id: `${refund.id}!` as RefundId }]
          : [refund],
      ),
    ),
  }),
  'puts into the wallet what goes to the card as well': () => ({
    story: 'called off',
    noticed: 'went into a wallet, and to the card',
    ...alsoToTheCard(),
  }),
  'sends to the card what the host wants in the wallet': () => ({
    story: 'called off',
    noticed: '(consultation_cancelled) goes to the provider, and the host wants it at the wallet',
    store: saving((kase) => withRefunds(kase, (refund) => [{ ...refund, destination: 'provider' }])),
  }),
  'says of what is in the wallet that it is on its way': () => ({
    story: 'called off',
    noticed: 'goes into a wallet, and is pending',
    store: saving((kase) =>
      withRefunds(kase, (refund) => {
        if (refund.status !== 'succeeded') return [refund]
        const { succeededAt: lookAt, ...rest } = refund
        return [{ ...rest, status: 'pending', lookAt, looks: 0 }]
      }),
    ),
  }),
  'answers one key in two ways': () => ({
    story: 'spent twice under one key',
    noticed: 'One key was answered in 2 ways.',
    store: () => ({
      requests: { claim: async () => ({ type: 'fresh' }), settle: async (_key, outcome) => outcome },
    }),
  }),
  'lets a stranger have what is somebody’s': () => ({
    story: 'asked for by a stranger',
    noticed: 'A stranger reached pay_0002.',
    where: 'run',
    store: ({ payments }) => ({
      payments: {
        ...payments,
        find: async (id) => {
          const found = await payments.find(id)
          if (found?.value.payment.purpose !== 'consultation') return found
          const { payment } = found.value
          const theirs = { ...payment, owner: `not ${payment.owner}` as OwnerId }
          return { ...found, value: { ...found.value, payment: theirs } }
        },
      },
    }),
  }),
}

/** What is said of a story, told to its end. */
const saidOf = async (mistake: Mistake): Promise<readonly string[]> => {
  const { story, wrapProvider } = mistake
  const settings = { walletRefunds: ['consultation_cancelled'] } as const
  const options = { settings, ...(wrapProvider === undefined ? {} : { wrapProvider }) }
  try {
    await tell(wholeExcept(mistake), stories[story], true, options)
    return []
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const { cause = error } = error
    return 'actual' in error ? (error.actual as readonly string[]) : [cause instanceof Error ? cause.message : '']
  }
}

describe('the stories of a clinic notice a store or a provider that', () => {
  it.each(Object.keys(stories))('makes no mistake, which ends well: %s', async (story) => {
    expect(await saidOf({ story: story as keyof typeof stories, noticed: '' })).toEqual([])
  })
  it.each(Object.entries(mistakes))('%s', async (_name, mistake) => {
    const made = mistake()
    expect(await saidOf(made)).toContainEqual(expect.stringContaining(made.noticed))
  })
})

describe('a ledger of two lines for each movement', () => {
  const line = (transferId: string, account: string, change: bigint, currency = 'MXN'): LedgerLine => ({
    transferId,
    account,
    currency,
    change,
  })
  const whole = [line('a', 'wallet', 5n), line('a', 'provider', -5n), line('b', 'sales', 2n), line('b', 'wallet', -2n)]

  it('is whole where what one account gains the other gives', () => {
    expect(brokenLedger(whole)).toEqual([])
  })
  it.each([
    ['a side is missing', [line('a', 'wallet', 5n)], '8: a has 1 lines, 1 of a wallet, which make 5 MXN'],
    [
      'there is a side too many',
      [...whole, line('b', 'sales', 0n)],
      '8: b has 3 lines, 1 of a wallet, which make 0 MXN',
    ],
    [
      'two wallets move at once',
      [line('a', 'wallet', 5n), line('a', 'wallet', -5n)],
      '8: a has 2 lines, 2 of a wallet, which make 0 MXN',
    ],
    [
      'one side gains more than the other gives',
      [line('a', 'wallet', 5n), line('a', 'sales', -4n)],
      '8: a has 2 lines, 1 of a wallet, which make 1 MXN',
    ],
    [
      'the sides are in two currencies',
      [line('a', 'wallet', 5n), line('a', 'sales', -5n, 'EUR')],
      '8: a has 2 lines, 1 of a wallet, which make 5 MXN and -5 EUR',
    ],
  ])('is broken where %s', (_what, lines, said) => {
    expect(brokenLedger(lines)).toEqual([said])
  })
})
