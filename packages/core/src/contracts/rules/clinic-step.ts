import * as fc from 'fast-check'
import type { UpTo } from './pages.ts'
import { on, trouble, type Trouble } from './trouble.ts'

/** By which way one of several who race for an appointment pays. */
export type RacerPays = 'from_wallet' | 'on_page'

/** What can happen in a clinic, and with the wallets of those who come there, as data. */
export type ClinicStep =
  | ({ readonly do: 'top_up'; readonly who: number; readonly pesos: number; readonly upTo: UpTo } & Trouble)
  /** What is missing for something that somebody wants. It is to be paid by itself then. */
  | ({ readonly do: 'top_up_missing'; readonly on: number; readonly upTo: UpTo } & Trouble)
  | ({ readonly do: 'consult'; readonly who: number; readonly upTo: UpTo } & Trouble)
  | ({
      readonly do: 'appoint'
      readonly who: number
      readonly from: number
      readonly hours: number
      readonly upTo: UpTo
    } & Trouble)
  | ({
      readonly do: 'pay_from_wallet'
      readonly on: number
      readonly times: number
      /** With one, all of those times are the same payment. */
      readonly key: boolean
      readonly by: 'owner' | 'stranger'
    } & Trouble)
  /** Somebody wants so many consultations, and pays for them and for all else that they want at once, from one wallet. */
  | { readonly do: 'spend_at_once'; readonly who: number; readonly wants: number }
  /** So many want one appointment, and all pay in the same moment. */
  | ({ readonly do: 'race'; readonly from: number; readonly payers: readonly RacerPays[] } & Trouble)
  | {
      readonly do: 'refund_into_wallet'
      readonly on: number
      readonly part: number
      readonly times: number
      readonly key: boolean
    }
  /** Money that was paid into a wallet goes back at the provider: asked for here, in the dashboard, or by a bank. */
  | ({
      readonly do: 'take_back'
      readonly on: number
      readonly part: number
      readonly by: 'staff' | 'dashboard' | 'bank'
    } & Trouble)
  | ({
      readonly do: 'end_consultation'
      readonly on: number
      readonly how: 'close' | 'cancel'
      readonly refund: 'all' | 'nothing'
      readonly by: 'owner' | 'staff'
      readonly times: number
    } & Trouble)

const who = fc.nat(2)
const from = fc.nat(2)
const times = fc.integer({ min: 1, max: 3 })
const part = fc.integer({ min: 1, max: 3 })
/** Mostly until we have heard of it. */
const upTo = fc.constantFrom<UpTo>('nothing', 'page', 'paid', 'heard', 'heard', 'heard')
const upToAny = fc.constantFrom<UpTo>('nothing', 'nothing', 'page', 'paid', 'heard', 'heard')

/** Any step in a clinic, those that matter more often. */
export const clinicSteps: readonly fc.WeightedArbitrary<ClinicStep>[] = [
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('top_up' as const),
      who,
      pesos: fc.constantFrom(100, 300, 400, 1000),
      upTo,
      trouble,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('top_up_missing' as const), on, upTo, trouble }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('consult' as const), who, upTo: upToAny, trouble }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('appoint' as const),
      who,
      from,
      hours: fc.integer({ min: 1, max: 2 }),
      upTo: upToAny,
      trouble,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('pay_from_wallet' as const),
      on,
      times,
      key: fc.boolean(),
      by: fc.constantFrom('owner' as const, 'owner' as const, 'owner' as const, 'stranger' as const),
      trouble,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('spend_at_once' as const), who, wants: fc.nat(2) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('race' as const),
      from,
      payers: fc.array(fc.constantFrom<RacerPays>('from_wallet', 'on_page'), { minLength: 2, maxLength: 4 }),
      trouble,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('refund_into_wallet' as const), on, part, times, key: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('take_back' as const),
      on,
      part,
      by: fc.constantFrom('staff' as const, 'staff' as const, 'dashboard' as const, 'bank' as const),
      trouble,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('end_consultation' as const),
      on,
      how: fc.constantFrom('close' as const, 'cancel' as const, 'cancel' as const),
      refund: fc.constantFrom('all' as const, 'all' as const, 'nothing' as const),
      by: fc.constantFrom('owner' as const, 'staff' as const),
      times: fc.integer({ min: 1, max: 2 }),
      trouble,
    }),
  },
]
