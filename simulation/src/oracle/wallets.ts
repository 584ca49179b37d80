import { isCollected } from './statuses.ts'
import { disputesOf, type Stored, type StoredLine } from './truth.ts'
import { Violation } from './violation.ts'

/** What holds of wallets at every moment. @throws {@link Violation} A8 */
export const checkWallets = (stored: Stored): void => {
  if (stored.wallets.length === 0 && stored.ledger.length === 0 && !hasCauses(stored)) return
  checkBalances(stored)
  checkLines(stored)
  checkCauses(stored)
}

/** The lines that are a wallet's. */
export const entriesOf = ({ ledger }: Stored): readonly StoredLine[] =>
  ledger.filter(({ account }) => account === 'wallet')

const hasCauses = ({ payments, attempts, refunds }: Stored): boolean =>
  attempts.some(({ kind }) => kind === 'wallet') ||
  refunds.some(({ destination }) => destination === 'wallet') ||
  payments.some(({ purpose, status }) => purpose === 'wallet_topup' && isCollected(status))

/** From entry to entry each balance follows from the one before, and the last one is the wallet's. */
const checkBalances = (stored: Stored): void => {
  const sums = new Map<string, { readonly position: number; readonly balance: number }>()
  for (const { owner, currency, position, change_minor, balance_minor } of entriesOf(stored)) {
    const name = `${owner} ${currency}`
    const before = sums.get(name) ?? { position: 0, balance: 0 }
    const balance = before.balance + change_minor
    if (position !== before.position + 1)
      throw new Violation('A8', `entry ${before.position + 1} of the wallet ${name} is missing`)
    if (balance < 0) throw new Violation('A8', `entry ${position} takes more than there is in the wallet ${name}`)
    if (balance !== balance_minor)
      throw new Violation('A8', `after entry ${position} the wallet ${name} holds ${balance}, not ${balance_minor}`)
    sums.set(name, { position, balance })
  }
  for (const { owner, currency, balance_minor } of stored.wallets) {
    const name = `${owner} ${currency}`
    const sum = sums.get(name)?.balance ?? 0
    if (sum !== balance_minor)
      throw new Violation('A8', `the wallet ${name} holds ${balance_minor}, and its entries make ${sum}`)
    sums.delete(name)
  }
  for (const name of sums.keys()) throw new Violation('A8', `there are entries of the wallet ${name}, and no wallet`)
}

/** What a wallet gains, another account gives: two lines, which add up to nothing. */
const checkLines = ({ ledger }: Stored): void => {
  const transfers = new Map<string, { readonly lines: number; readonly wallets: number; readonly sum: number }>()
  for (const { transfer_id, account, change_minor } of ledger) {
    const { lines, wallets, sum } = transfers.get(transfer_id) ?? { lines: 0, wallets: 0, sum: 0 }
    const isWallet = account === 'wallet' ? 1 : 0
    transfers.set(transfer_id, { lines: lines + 1, wallets: wallets + isWallet, sum: sum + change_minor })
  }
  for (const [id, { lines, wallets, sum }] of transfers)
    if (lines !== 2 || wallets !== 1 || sum !== 0)
      throw new Violation('A8', `transfer ${id} has ${lines} lines, ${wallets} of a wallet, which make ${sum}`)
}

/** What an entry, or what calls for one, is about: so that the two can be compared. */
interface Movement {
  readonly payment: string
  readonly currency: string
  readonly minorUnits: number
}

/** Every entry has something that calls for exactly it, and everything that calls for one has its entry. */
const checkCauses = (stored: Stored): void => {
  const { payments, attempts, refunds } = stored
  const posted = (type: string): readonly Movement[] =>
    entriesOf(stored)
      .filter((entry) => entry.type === type)
      .map(({ payment_id, change_minor, currency }) => ({ payment: payment_id, minorUnits: change_minor, currency }))
  const topUps = payments.filter(({ purpose, status }) => purpose === 'wallet_topup' && isCollected(status))
  compare(
    'top_up',
    posted('top_up'),
    topUps.map(({ id, amount_minor, amount_currency: currency }) => ({
      payment: id,
      minorUnits: amount_minor,
      currency,
    })),
  )
  compare(
    'spend',
    posted('spend'),
    attempts
      .filter(({ kind, status }) => kind === 'wallet' && status === 'succeeded')
      .map(({ payment_id, charge_minor, charge_currency: currency }) => ({
        payment: payment_id,
        minorUnits: -(charge_minor ?? 0),
        currency: currency ?? '',
      })),
  )
  compare(
    'refund',
    posted('refund'),
    refunds
      .filter(({ destination }) => destination === 'wallet')
      .map(({ payment_id, amount_minor, amount_currency: currency }) => ({
        payment: payment_id,
        minorUnits: amount_minor,
        currency,
      })),
  )
  checkReversals(stored, [...posted('top_up_reversed'), ...posted('reversal_undone')])
}

const compare = (type: string, posted: readonly Movement[], called: readonly Movement[]): void => {
  const put = (movements: readonly Movement[]): readonly string[] =>
    movements.map(({ payment, minorUnits, currency }) => `${minorUnits} ${currency} for ${payment}`).toSorted()
  const [there, wanted] = [put(posted), put(called)]
  const at = Array.from({ length: Math.max(there.length, wanted.length) }, (_, index) => index).find(
    (index) => there[index] !== wanted[index],
  )
  if (at !== undefined)
    throw new Violation('A8', `${type}: posted is ${there[at] ?? 'no more'}, called for ${wanted[at] ?? 'no more'}`)
}

/** Of a top-up, never more is taken back than it brought; each time because of a refund or a lost dispute of it. */
const checkReversals = ({ payments, refunds, attempts }: Stored, moved: readonly Movement[]): void => {
  for (const id of new Set(moved.map(({ payment }) => payment))) {
    const own = moved.filter(({ payment }) => payment === id)
    const payment = payments.find((each) => each.id === id)
    const net = own.reduce((sum, { minorUnits }) => sum + minorUnits, 0)
    if (own.some(({ currency }) => currency !== payment?.amount_currency))
      throw new Violation('A8', `${id} was taken back in another currency than it was paid in`)
    if (payment?.purpose !== 'wallet_topup') throw new Violation('A8', `${id} was taken back, and filled no wallet`)
    if (net > 0) throw new Violation('A8', `${net} more than was taken back of ${id} was put back`)
    if (-net > payment.amount_minor)
      throw new Violation('A8', `${-net} was taken back of ${id}, which brought ${payment.amount_minor}`)
    const causes = refunds.filter((refund) => refund.payment_id === id && refund.destination === 'provider')
    const isLost = attempts.some((attempt) => attempt.payment_id === id && disputesOf(attempt).some(isLostOne))
    const failed = causes.filter(({ status }) => status === 'failed')
    const taken = own.filter(({ minorUnits }) => minorUnits < 0).length
    if (taken > causes.length + (isLost ? 1 : 0) || own.length - taken > failed.length)
      throw new Violation('A8', `${id} was taken back ${taken} times, and put back ${own.length - taken} times`)
  }
}

const isLostOne = ({ status }: { readonly status: string }): boolean => status === 'lost'
