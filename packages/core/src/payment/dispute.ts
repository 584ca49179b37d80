import { accept, unchanged, type Decision } from '../kernel/decision.ts'
import type { Instant } from '../kernel/instant.ts'
import { evolver, type Transitions } from '../kernel/machine.ts'
import type { Money } from '../kernel/money.ts'

interface Base {
  /** The provider's. A dispute is its, not ours: the same one always has the same id. */
  readonly id: string
  /** When we first heard of it. */
  readonly openedAt: Instant
  /** What the bank asks for: all of a charge, or a part of it; as it was told when the dispute last moved. */
  readonly amount: Money
}

/** A payer's bank that asks for a charge's money back, in each of its statuses with what is known then. */
export type Dispute =
  | (Base & { readonly status: 'open' })
  | (Base & { readonly status: 'won'; readonly endedAt: Instant }) //  the money is ours again
  | (Base & { readonly status: 'lost'; readonly endedAt: Instant }) // the payer has it back

/** What can happen to a dispute once it is known. */
export type DisputeEvent =
  | { readonly type: 'won'; readonly at: Instant; readonly amount: Money }
  | { readonly type: 'lost'; readonly at: Instant; readonly amount: Money }

/** What the provider says a dispute is, from a webhook or a look-up. */
export type DisputeState = 'opened' | 'won' | 'lost'

/** What can be put to a dispute. */
export interface DisputeCommand {
  readonly type: 'observe'
  readonly at: Instant
  readonly state: DisputeState
  readonly amount: Money
}

/**
 * status → event → status: all that may happen to a dispute. An ended one is never opened again, so that a late `opened`
 * does no harm; on appeal it may end the other way, and keeps its first outcome until then.
 */
export const disputeTransitions = {
  open: { won: 'won', lost: 'lost' },
  won: { lost: 'lost' },
  lost: { won: 'won' },
} as const satisfies Transitions<Dispute['status'], DisputeEvent['type']>

const base = ({ id, openedAt }: Dispute, { amount }: DisputeEvent): Base => ({ id, openedAt, amount })

/** The dispute after an event. @throws IllegalTransition for an event its table forbids. */
export const evolveDispute: (dispute: Dispute, event: DisputeEvent) => Dispute = evolver<
  Dispute,
  DisputeEvent,
  typeof disputeTransitions
>(disputeTransitions, {
  won: (dispute, event) => ({ ...base(dispute, event), status: 'won', endedAt: event.at }),
  lost: (dispute, event) => ({ ...base(dispute, event), status: 'lost', endedAt: event.at }),
})

/** Decides what a command means for a dispute as it stands. Refuses nothing: what the provider says is so. */
export const decideDispute = (
  dispute: Dispute,
  { at, state, amount }: DisputeCommand,
): Decision<DisputeEvent, never, never> =>
  state === 'opened' || state === dispute.status ? unchanged : accept([{ type: state, at, amount }])

/** A dispute we hear of for the first time. */
export const openDispute = (id: string, at: Instant, amount: Money): Extract<Dispute, { readonly status: 'open' }> => ({
  id,
  openedAt: at,
  amount,
  status: 'open',
})

/** True while a bank still asks for a charge, or a part of it. */
export const isDisputed = (disputes: readonly Dispute[]): boolean => disputes.some(({ status }) => status === 'open')

/**
 * Minor units of a charge that its disputes have taken: of each that was lost what its bank asked for, and never more than there
 * was. How much of a charge a sum in another currency is, nobody here can say: it counts as all of it.
 */
export const lostBy = (disputes: readonly Dispute[], { minorUnits: all, currency }: Money): bigint => {
  const lost = disputes
    .filter(({ status }) => status === 'lost')
    .reduce((sum, { amount }) => sum + (amount.currency === currency ? amount.minorUnits : all), 0n)
  return lost < all ? lost : all
}
