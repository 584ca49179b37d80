import { accept, unchanged, type Decision } from '../kernel/decision.ts'
import type { Instant } from '../kernel/instant.ts'
import { evolver, type Transitions } from '../kernel/machine.ts'

interface Base {
  /** The provider's. A dispute is its, not ours: the same one always has the same id. */
  readonly id: string
  /** When we first heard of it. */
  readonly openedAt: Instant
}

/** A payer's bank that asks for a charge's money back, in each of its statuses with what is known then. */
export type Dispute =
  | (Base & { readonly status: 'open' })
  | (Base & { readonly status: 'won'; readonly endedAt: Instant }) //  the money is ours again
  | (Base & { readonly status: 'lost'; readonly endedAt: Instant }) // the payer has it back

/** What can happen to a dispute once it is known. */
export type DisputeEvent =
  | { readonly type: 'won'; readonly at: Instant }
  | { readonly type: 'lost'; readonly at: Instant }

/** What the provider says a dispute is, from a webhook or a look-up. */
export type DisputeState = 'opened' | 'won' | 'lost'

/** What can be put to a dispute. */
export interface DisputeCommand {
  readonly type: 'observe'
  readonly at: Instant
  readonly state: DisputeState
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

const base = ({ id, openedAt }: Dispute): Base => ({ id, openedAt })

/** The dispute after an event. @throws IllegalTransition for an event its table forbids. */
export const evolveDispute: (dispute: Dispute, event: DisputeEvent) => Dispute = evolver<
  Dispute,
  DisputeEvent,
  typeof disputeTransitions
>(disputeTransitions, {
  won: (dispute, { at }) => ({ ...base(dispute), status: 'won', endedAt: at }),
  lost: (dispute, { at }) => ({ ...base(dispute), status: 'lost', endedAt: at }),
})

/** Decides what a command means for a dispute as it stands. Refuses nothing: what the provider says is so. */
export const decideDispute = (dispute: Dispute, { at, state }: DisputeCommand): Decision<DisputeEvent, never, never> =>
  state === 'opened' || state === dispute.status ? unchanged : accept([{ type: state, at }])

/** A dispute we hear of for the first time. */
export const openDispute = (id: string, at: Instant): Extract<Dispute, { readonly status: 'open' }> => ({
  id,
  openedAt: at,
  status: 'open',
})

/** What all disputes of one charge come to: one that is open counts before one that was lost. */
export const standingOf = (disputes: readonly Dispute[]): 'none' | 'open' | 'lost' => {
  const has = (status: Dispute['status']): boolean => disputes.some((dispute) => dispute.status === status)
  return has('open') ? 'open' : has('lost') ? 'lost' : 'none'
}
