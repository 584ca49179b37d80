import type { WalletRefundReason } from '@holdfast/core'
import { below, happens, oneOf, randomFrom, type Random } from '../kernel/random.ts'
import { policyNames, type PolicyName } from '../kernel/policy.ts'
import type { Choice } from '../kernel/tape.ts'
import { nights } from '../system/catalogue.ts'
import type { Post } from '../system/postman.ts'
import type { CurrencyName } from '../system/prices.ts'
import { plotNames, plots } from './plots.ts'
import { actNames, type Act, type Command } from './command.ts'
import { allCards, drawAct, drawPause } from './draw-act.ts'

/** How a run is set up: what may go wrong in it, and how often. */
export interface Profile {
  readonly name: ProfileName
  readonly processes: number
  /** Gates before every store's call, too. */
  readonly statements: boolean
  readonly policy: PolicyName
  readonly faultRate: number
  readonly crashRate: number
  readonly impatience: number
  readonly skewMs: readonly number[]
  readonly post: Post
  readonly lateMoney: 'refund' | 'honour'
  /** What the host does with money in another sum or currency than asked for. */
  readonly wrongAmount: 'refund' | 'hold'
  /** For which reasons the host gives card money back into the wallet. */
  readonly walletRefunds: readonly WalletRefundReason[]
  /** Whether all this is about real money. */
  readonly livemode: boolean
  readonly notifierFaultRate: number
  /** Whether the processes share a circuit breaker. */
  readonly breaker: boolean
  /** How likely a proxy sends a request for a page a second time. */
  readonly doubleRate: number
  /** What the host does business in. */
  readonly currency: CurrencyName
  /** Whether the sweep takes in what Stripe lists of its events, too. */
  readonly history: boolean
  /** Whether webhooks work again in the end. If not, asking alone has to find everything. */
  readonly webhooksAtTheEnd: boolean
}

/** The profiles there are: `swarm` is all that can happen, the others leave things out. */
export const profileNames = ['swarm', 'calm', 'races', 'crashes'] as const
export type ProfileName = (typeof profileNames)[number]

/** A run, complete: the same story is the same run. Without choices, chance is drawn from the seed. */
export interface Story {
  readonly seed: string
  readonly profile: Profile
  readonly commands: readonly Command[]
  readonly choices?: readonly Choice[]
}

/**
 * Draws a story: each seed leaves out some acts, does the rest in its own proportions, one or two above all, and follows some
 * plots.
 */
export const drawStory = (seed: string, name: ProfileName = 'swarm'): Story => {
  const random = randomFrom(`${seed}/story`)
  const profile = drawProfile(name, random)
  const scene = {
    processes: profile.processes,
    contested: oneOf(random, [1, 2, 3, nights]),
    cards: happens(random, 0.5) ? allCards : [oneOf(random, allCards), oneOf(random, allCards)],
  }
  const favourites = [oneOf(random, actNames), oneOf(random, actNames)]
  const weights = actNames.map((act) => {
    const weight = weightOf(name, act, random)
    return { act, weight: weight > 0 && favourites.includes(act) ? 10 : weight }
  })
  const total = weights.reduce((sum, { weight }) => sum + weight, 0)
  const length = drawLength(random)
  const drawName = (): Act['do'] => {
    let point = below(random, total)
    return weights.find(({ weight }) => (point -= weight) < 0)?.act ?? 'book'
  }
  const drawCommand = (act: Act['do']): Command => ({
    ...drawAct(act, random, scene),
    afterMs: drawPause(random),
    process: below(random, profile.processes),
  })
  const drawPlot = (): readonly Command[] => {
    const beats = plots[oneOf(random, plotNames)]?.(random, scene) ?? []
    return beats
      .filter((beat) => isPartOf(name, beat.do))
      .map((beat) => ({ process: below(random, profile.processes), ...beat }))
  }
  const plotRate = oneOf(random, [0, 0.6, 0.9])
  // Before anything is booked there is nothing that could go wrong; and of nothing, nothing can be bought.
  const commands = [
    ...(happens(random, 0.5) ? openShop(random) : []).map((act) => ({ ...act, afterMs: 0, process: 0 })),
    drawCommand('book'),
    drawCommand('book'),
  ]
  while (commands.length < length)
    commands.push(...(happens(random, plotRate) ? drawPlot() : [drawCommand(drawName())]))
  return { seed, profile, commands }
}

const openShop = (random: Random): readonly Act[] => [
  { do: 'restock', article: 0, by: 1 + below(random, 4) },
  { do: 'restock', article: 1, by: 1 + below(random, 2) },
  { do: 'give_coupon', limit: 1 + below(random, 2) },
]

/**
 * Half of all stories have up to nine commands, one in nine has forty or more: what goes wrong mostly does so between a few, and
 * short stories leave time for more of them.
 */
const drawLength = (random: Random): number =>
  shortest + Math.floor((longest - shortest + 1) * (random() / 2 ** 32) ** 4)

const shortest = 6
const longest = 60

const walletReasons: readonly WalletRefundReason[] = [
  'slot_taken',
  'unavailable',
  'late_payment',
  'reservation_cancelled',
  'consultation_cancelled',
  'order_cancelled',
]

const troubles: readonly Act['do'][] = [
  'crash',
  'ambush',
  'send_twice',
  'black_out',
  'pause',
  'set_clock',
  'deploy',
  'rotate_secret',
  'fill_disk',
  'outage',
  'hold_post',
  'silence',
]

const frequent: readonly Act['do'][] = [
  'checkout',
  'cancel',
  'refund',
  'reprice',
  'dispute',
  'ambush',
  'odd_letter',
  'fill_disk',
]

/** What the desk does now and then: more of it would leave less time for what goes wrong between a few. */
const seldom: readonly Act['do'][] = ['retry_work', 'resolve', 'sweep', 'reconcile', 'silence', 'change_total']

const isPartOf = (name: ProfileName, act: Act['do']): boolean => {
  if (!troubles.includes(act)) return true
  return name === 'races' ? act === 'hold_post' : name !== 'calm'
}

const weightOf = (name: ProfileName, act: Act['do'], random: Random): number => {
  if (!isPartOf(name, act)) return 0
  if (act === 'book') return 8
  if (act === 'pay') return 6 + below(random, 6)
  if (happens(random, seldom.includes(act) ? 0.8 : 0.35)) return 0
  return 1 + below(random, frequent.includes(act) ? 4 : 2)
}

const drawProfile = (name: ProfileName, random: Random): Profile => {
  const processes = 1 + below(random, 3)
  const some = (...rates: readonly number[]): number => (name === 'calm' ? 0 : oneOf(random, rates))
  return {
    name,
    processes,
    statements: happens(random, 0.15),
    policy: oneOf(random, policyNames),
    faultRate: name === 'races' ? 0 : some(0, 0.05, 0.15, 0.4),
    crashRate: name === 'races' ? 0 : name === 'crashes' ? some(0.01, 0.05) : some(0, 0, 0.002, 0.01, 0.04),
    impatience: some(0, 0.02, 0.1),
    skewMs: Array.from({ length: processes }, () => some(0, 0, 0, 0, 0, -200_000, 200_000, -600_000, 600_000)),
    post: { loss: some(0, 0, 0.2, 0.6, 1), twice: some(0, 0.2, 0.5), delay: some(0, 0.2, 0.6) },
    lateMoney: oneOf(random, ['refund', 'honour'] as const),
    walletRefunds: happens(random, 0.35) ? [] : walletReasons.filter(() => happens(random, 0.75)),
    webhooksAtTheEnd: happens(random, 0.5),
    livemode: happens(random, 0.1),
    notifierFaultRate: some(0, 0.2, 0.6),
    breaker: happens(random, 0.5),
    history: happens(random, 0.3),
    doubleRate: name === 'races' ? 0 : some(0, 0, 0, 0, 0.03),
    currency: oneOf(random, ['MXN', 'MXN', 'JPY', 'KWD'] as const),
    wrongAmount: oneOf(random, ['refund', 'hold'] as const),
  }
}
