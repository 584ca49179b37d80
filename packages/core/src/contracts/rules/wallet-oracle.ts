import type { IntentId } from '../../kernel/ids.ts'
import type { Money } from '../../kernel/money.ts'
import { isCollected, type Payment } from '../../payment/payment.ts'
import type { PaymentCase } from '../../payment/payment-case.ts'
import type { TransferType, WalletEntry } from '../../wallet/wallet.ts'
import { backAtProvider, lostAtProvider } from './provider-truth.ts'
import type { Snapshot, Statement } from './snapshot.ts'
import type { World } from './world.ts'

/** What holds of wallets at every moment. Answers what does not, in words. */
export const brokenWallets = (stored: Snapshot): readonly string[] => [
  ...stored.wallets.flatMap(brokenStatement),
  ...brokenCauses(stored),
  ...brokenReversals(stored),
]

/** What holds of wallets once everything has come to rest. */
export const brokenWalletsAtRest = async (w: World, stored: Snapshot): Promise<readonly string[]> => [
  ...brokenSums(w, stored),
  ...(await brokenGoingOn(w, stored)),
]

/** One line of a ledger that keeps two for each movement: what one account gains, the other gives. */
export interface LedgerLine {
  readonly transferId: string
  readonly account: string
  readonly currency: string
  /** Minor units. */
  readonly change: bigint
}

/** What does not hold of a ledger's lines, whatever is under way: every movement is two, of which one is a wallet's. */
export const brokenLedger = (lines: readonly LedgerLine[]): readonly string[] =>
  [...new Set(lines.map(({ transferId }) => transferId))].flatMap((id) => {
    const own = lines.filter(({ transferId }) => transferId === id)
    const wallets = own.filter(({ account }) => account === 'wallet').length
    const sums = [...new Set(own.map(({ currency }) => currency))].map(
      (currency) => `${sum(own.filter((line) => line.currency === currency))} ${currency}`,
    )
    const isWhole = own.length === 2 && wallets === 1 && sums.every((each) => each.startsWith('0 '))
    return isWhole ? [] : [`8: ${id} has ${own.length} lines, ${wallets} of a wallet, which make ${sums.join(' and ')}`]
  })

const sum = (moved: readonly { readonly change: bigint }[]): bigint =>
  moved.reduce((total, { change }) => total + change, 0n)

/** From entry to entry each balance follows from the one before, and the last one is the wallet's. */
const brokenStatement = ({ owner, currency, balance, entries }: Statement): readonly string[] => {
  const broken: string[] = []
  let before = 0n
  for (const [index, entry] of entries.entries()) {
    const name = `entry ${entry.position} of ${owner} in ${currency}`
    if (entry.position !== index + 1) broken.push(`8: ${name} is in place ${index + 1}`)
    if (entry.balance !== before + entry.change)
      broken.push(`8: after ${name} there should be ${before + entry.change}, and there is ${entry.balance}`)
    before += entry.change
    if (before < 0n) broken.push(`8: ${name} takes more than there is`)
  }
  if (balance !== before) broken.push(`8: ${owner} has ${balance} ${currency}, and the entries make ${before}`)
  return broken
}

const isTopUp = ({ payment }: PaymentCase): boolean => payment.purpose === 'wallet_topup' && isCollected(payment)

/** An entry, or what calls for one, in words that can be compared. */
const moved = ({ id, owner }: Payment, { currency, minorUnits }: Money, against: WalletEntry['against']): string =>
  `of ${minorUnits} ${currency} for ${id} of ${owner} against ${against}`

/** Every entry has something that calls for exactly it, and everything that calls for one has one. */
const brokenCauses = ({ cases, wallets }: Snapshot): readonly string[] => {
  const called: Readonly<Record<'top_up' | 'spend' | 'refund', string[]>> = { top_up: [], spend: [], refund: [] }
  for (const kase of cases) {
    const { payment, attempts, refunds } = kase
    if (isTopUp(kase)) called.top_up.push(moved(payment, payment.amount, 'provider'))
    const fromWallet = attempts.filter(({ kind }) => kind === 'wallet')
    for (const attempt of fromWallet)
      if (attempt.status === 'succeeded') called.spend.push(moved(payment, negative(attempt.charge.amount), 'sales'))
    for (const { attemptId, amount, destination } of refunds)
      if (destination === 'wallet')
        called.refund.push(moved(payment, amount, fromWallet.some(({ id }) => id === attemptId) ? 'sales' : 'provider'))
  }
  const entries = wallets.flatMap((wallet) => wallet.entries)
  return (['top_up', 'spend', 'refund'] as const).flatMap((type) => {
    const posted = entries.filter((entry) => entry.type === type).map((entry) => movedBy(entry, cases))
    return [
      ...without(posted, called[type]).map((one) => `8: ${type} ${one} is posted, and nothing calls for it`),
      ...without(called[type], posted).map((one) => `8: ${type} ${one} is called for, and is not posted`),
    ]
  })
}

const movedBy = (
  { owner, currency, change, against, paymentId }: WalletEntry,
  cases: readonly PaymentCase[],
): string => {
  const payment = cases.find((kase) => kase.payment.id === paymentId)?.payment
  return payment === undefined
    ? `of ${change} ${currency} for ${paymentId}, which is not there,`
    : moved({ ...payment, owner }, { minorUnits: change, currency }, against)
}

const negative = (amount: Money): Money => ({ ...amount, minorUnits: -amount.minorUnits })

/** What of these is not among those, each as often as it is there. */
const without = (these: readonly string[], those: readonly string[]): readonly string[] => {
  const left = [...those]
  return these.filter((each) => {
    const index = left.indexOf(each)
    if (index >= 0) left.splice(index, 1)
    return index < 0
  })
}

/** Of a top-up, never more is taken back than it brought, nor put back than was taken; each time because something calls for it. */
const brokenReversals = ({ cases, wallets }: Snapshot): readonly string[] => {
  const entries = wallets.flatMap((wallet) => wallet.entries).filter(({ type }) => isReversal(type))
  return [...new Set(entries.map(({ paymentId }) => paymentId))].flatMap((id) => {
    const own = entries.filter(({ paymentId }) => paymentId === id)
    const kase = cases.find(({ payment }) => payment.id === id)
    if (kase === undefined || !isTopUp(kase)) return [`8: ${id} was taken back, and filled no wallet`]
    const taken = -sum(own)
    if (taken < 0n || taken > kase.payment.amount.minorUnits)
      return [`8: ${taken} was taken back of ${id}, which brought ${kase.payment.amount.minorUnits}`]
    const ways = kase.refunds.length + kase.attempts.filter(isLost).length
    const times = own.filter(({ change }) => change < 0n).length
    return times > ways ? [`8: ${id} was taken back ${times} times, and went back in ${ways} ways`] : []
  })
}

const isReversal = (type: TransferType): boolean => type === 'top_up_reversed' || type === 'reversal_undone'

const isLost = (attempt: PaymentCase['attempts'][number]): boolean =>
  attempt.status === 'succeeded' && attempt.disputes.some(({ status }) => status === 'lost')

/**
 * What each payment leaves in its owner's wallet is what the provider holds for it: what was paid in and did not go back there, and
 * what of a card was given back into the wallet; less what was spent and not given back. What could not be taken back any
 * more a human knows of.
 */
const brokenSums = (w: World, { cases, wallets, attention }: Snapshot): readonly string[] => {
  const entries = wallets.flatMap((wallet) => wallet.entries)
  return cases.flatMap((kase) => {
    const { id, purpose } = kase.payment
    const left = sum(entries.filter(({ paymentId }) => paymentId === id))
    const due = dueTo(w, kase)
    const missing = attention
      .filter(({ code, paymentId }) => code === 'wallet_shortfall' && paymentId === id)
      .reduce((total, { data }) => total + (data['missing'] as bigint), 0n)
    const surplus = left - due
    // What was missing for a refund that came to nothing after all is missing no longer, and stays on the list.
    const isLess = surplus >= 0n && surplus < missing && kase.refunds.some(({ status }) => status === 'failed')
    return surplus === missing || isLess
      ? []
      : [`8: ${id} (${purpose}) left ${left} in the wallet, and ${due} is theirs (${missing} missing)`]
  })
}

/** What one payment adds to its owner's wallet, or takes from it, by what the provider knows. */
const dueTo = (w: World, kase: PaymentCase): bigint => {
  const { payment, attempts, refunds } = kase
  const credited = refunds
    .filter(({ destination }) => destination === 'wallet')
    .reduce((total, { amount }) => total + amount.minorUnits, 0n)
  const counted = isCollected(payment) ? attempts.find(({ id }) => id === payment.attemptId) : undefined
  if (counted?.status !== 'succeeded') return credited
  const { id: chargeId, amount } = counted.charge
  if (counted.kind === 'wallet') return credited - amount.minorUnits
  if (!isTopUp(kase)) return credited
  const gone = backAtProvider(w, chargeId) + lostAtProvider(w, chargeId, amount)
  return gone < amount.minorUnits ? credited + amount.minorUnits - gone : credited
}

/** What somebody topped up for is paid; or the money is in the wallet, and its owner knows why. */
const brokenGoingOn = async (w: World, stored: Snapshot): Promise<readonly string[]> => {
  const broken: string[] = []
  for (const { payment } of stored.cases.filter(isTopUp)) {
    const wanted = await wantedBy(w, stored, payment)
    if (wanted === undefined || isCollected(wanted)) continue
    const told = w.notifier.sent.find(({ id }) => id === `kept_in_wallet:${payment.id}`)
    if (told === undefined)
      broken.push(`14: ${payment.id} is for ${wanted.id}, which is ${wanted.status}, and nobody knows`)
    else if ('reason' in told && told.reason === 'wallet_insufficient' && !wasShort(stored, payment, wanted))
      broken.push(`14: ${payment.id} is for ${wanted.id}, for which there was enough, and which was not paid`)
  }
  return broken
}

/** The payment that a top-up is for, where it is for one. */
const wantedBy = async (w: World, { cases }: Snapshot, { subject }: Payment): Promise<Payment | undefined> => {
  const find = (id: string) => w.unitOfWork.read((tx) => tx.intents.find(id as IntentId))
  const forIntent = (await find(subject.id))?.value.quote.details['forIntent']
  if (typeof forIntent !== 'string') return undefined
  const wanted = (await find(forIntent))?.value
  return cases.find(({ payment }) => payment.id === wanted?.paymentId)?.payment
}

/** True where at some time since the top-up there was less in the wallet than is wanted. */
const wasShort = ({ wallets }: Snapshot, topUp: Payment, { amount }: Payment): boolean => {
  const statement = wallets.find(({ owner, currency }) => owner === topUp.owner && currency === amount.currency)
  const entries = statement?.entries ?? []
  const since = entries.findIndex(({ type, paymentId }) => type === 'top_up' && paymentId === topUp.id)
  return entries.slice(since).some(({ balance }) => balance < amount.minorUnits)
}
