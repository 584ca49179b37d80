import { accept, reject, unchanged, type Decision } from '../kernel/decision.ts'
import type { ArticleId, CouponCode } from '../kernel/ids.ts'
import { evolver, type Transitions } from '../kernel/machine.ts'

/** What is held: units of an article, or one use of a coupon. */
export type Held =
  | { readonly of: 'stock'; readonly articleId: ArticleId; readonly quantity: number }
  | { readonly of: 'coupon'; readonly code: CouponCode }

/** Something kept for an order while it can be paid: taken for good, or given back, once. */
export type Hold =
  | (Held & { readonly status: 'held' })
  | (Held & { readonly status: 'consumed' })
  | (Held & { readonly status: 'released' })

/** What can happen to a hold. */
export type HoldEvent = { readonly type: 'consumed' } | { readonly type: 'released' }

/** What can be put to a hold. */
export type HoldCommand = { readonly type: 'consume' } | { readonly type: 'release' }

/** Why a hold will not do what it is asked: it has ended, in the other way. */
export interface HoldRefusal {
  readonly code: 'hold_released' | 'hold_consumed'
}

/** status → event → status: all that may happen to a hold. */
export const holdTransitions = {
  held: { consumed: 'consumed', released: 'released' },
  consumed: {},
  released: {},
} as const satisfies Transitions<Hold['status'], HoldEvent['type']>

/** The hold after an event. @throws IllegalTransition for an event its table forbids. */
export const evolveHold: (hold: Hold, event: HoldEvent) => Hold = evolver<Hold, HoldEvent, typeof holdTransitions>(
  holdTransitions,
  {
    consumed: (hold) => ({ ...hold, status: 'consumed' }),
    released: (hold) => ({ ...hold, status: 'released' }),
  },
)

/** Decides what a command means for a hold as it stands. Asked twice, it is `unchanged`. */
export const decideHold = ({ status }: Hold, command: HoldCommand): Decision<HoldEvent, never, HoldRefusal> => {
  if (command.type === 'consume') {
    if (status === 'released') return reject({ code: 'hold_released' })
    return status === 'held' ? accept([{ type: 'consumed' }]) : unchanged
  }
  if (status === 'consumed') return reject({ code: 'hold_consumed' })
  return status === 'held' ? accept([{ type: 'released' }]) : unchanged
}
