import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { day, minute } from '../kernel/instant.ts'
import type { UnitOfWork } from '../ports/unit-of-work.ts'
import type { WalletRefundReason } from '../settlement/give-back.ts'
import { Crash, crashing } from './rules/crashing.ts'
import { impatient } from './rules/impatient.ts'
import { brokenAlways, brokenAtRest } from './rules/oracle.ts'
import { play } from './rules/play.ts'
import { clinicStep, step, type Step } from './rules/step.ts'
import { brokenLedger, type LedgerLine } from './rules/wallet-oracle.ts'
import { planned, world, type WorldOptions } from './rules/world.ts'

/** A store on which the rules are to hold. */
export interface RulesHarness {
  readonly name: string
  /** An empty one. Called before every story. */
  readonly open: () => Promise<UnitOfWork>
  /** Every line of the ledger as it lies there, where the store keeps two for each movement. Absent: it keeps one. */
  readonly ledger?: () => Promise<readonly LedgerLine[]>
  readonly close?: () => Promise<void>
  /** How many stories; and half as many of a clinic. Default 50, or `HOLDFAST_PROPERTY_RUNS`. */
  readonly runs?: number
}

/**
 * The rules of payment, played against a store: random stories of bookings, orders, payers, refunds, cancellations, clocks, lost
 * and repeated events, failing calls and crashing processes, over the whole core and a provider in memory; and such stories of
 * a clinic: wallets that are filled, spent and taken back, consultations, and appointments that two can have at once. After
 * every step what must always hold is checked, and after the last one everything has to come to its right end by itself.
 *
 * A failure prints its seed and the shortest story that still fails.
 */
export const rulesContract = ({ name, open, ledger, close, runs = runsAskedFor() }: RulesHarness): void => {
  const options = ledger === undefined ? {} : { ledger }
  describe(`on ${name}`, () => {
    afterAll(async () => close?.())
    it(
      'every rule holds at every step of any story, and everything comes to its right end',
      () =>
        fc.assert(
          fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 40 }), fc.boolean(), async (steps, webhooks) =>
            tell(await open(), steps, webhooks, options),
          ),
          { numRuns: runs },
        ),
      runs * 10_000 + 60_000,
    )
    it(
      'every rule holds of wallets, consultations and places that several can have, at every step of any story of a clinic',
      () =>
        fc.assert(
          fc.asyncProperty(
            fc.array(clinicStep, { minLength: 3, maxLength: 25, size: 'max' }),
            fc.boolean(),
            fc.subarray<WalletRefundReason>([...walletRefundReasons]),
            async (steps, webhooks, walletRefunds) =>
              tell(await open(), steps, webhooks, { ...options, settings: { walletRefunds } }),
          ),
          { numRuns: Math.ceil(runs / 2) },
        ),
      runs * 10_000 + 60_000,
    )
  })
}

/** What may be put otherwise about a story than in others. */
export interface TellOptions extends Pick<WorldOptions, 'settings' | 'wrapProvider'>, Pick<RulesHarness, 'ledger'> {}

/** Tells one story to its end. @throws when a rule does not hold. */
export const tell = async (
  unitOfWork: UnitOfWork,
  steps: readonly Step[],
  webhooksAtTheEnd: boolean,
  { ledger, ...options }: TellOptions = {},
): Promise<void> => {
  const crash = crashing(impatient(unitOfWork, mostTransactions))
  const w = world({ ...options, unitOfWork: crash })
  const broken = async (): Promise<readonly string[]> => [
    ...(await brokenAlways(w)),
    ...brokenLedger((await ledger?.()) ?? []),
  ]
  await planned(w)
  for (const [index, doing] of steps.entries()) {
    await survive(() => play(w, crash, doing, index))
    expect(await broken()).toEqual([])
  }
  // Heal: no more faults and crashes. What was lost stays lost; asking alone has to find it, unless webhooks are back.
  crash.calm()
  w.provider.faults.clear()
  for (const { id, state, kind } of w.provider.truth.attempts())
    if (kind === 'hosted' && state.type === 'processing') await w.provider.payer.settle(id, 'paid')
  if (webhooksAtTheEnd) await w.deliver()
  await w.pass(2 * day, 20 * minute)
  await w.pass(200 * day, 2 * day)
  expect([...(await broken()), ...(await brokenAtRest(w))]).toEqual([])
}

// Ten times as many as in the longest stories.
const mostTransactions = 30_000

const walletRefundReasons: readonly WalletRefundReason[] = [
  'slot_taken',
  'unavailable',
  'late_payment',
  'reservation_cancelled',
  'consultation_cancelled',
  'order_cancelled',
]

const runsAskedFor = (): number => Number(process.env['HOLDFAST_PROPERTY_RUNS'] ?? 50)

/** A process that ended is started again, and a payer who acts on a page that is gone finds it gone. */
const survive = async (act: () => Promise<unknown>): Promise<void> => {
  try {
    await act()
  } catch (error) {
    if (!(error instanceof Crash) && !(error instanceof RangeError)) throw error
  }
}
