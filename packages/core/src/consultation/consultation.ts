import { accept, reject, unchanged, type Decision } from '../kernel/decision.ts'
import type { ConsultationId, IntentId, OwnerId, PaymentId, ResourceId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import { evolver, type Transitions } from '../kernel/machine.ts'
import type { Json } from '../kernel/json.ts'

interface Base {
  readonly id: ConsultationId
  readonly owner: OwnerId
  /** Who is consulted: a doctor, as the host names it. */
  readonly resourceId: ResourceId
  readonly intentId: IntentId
  /** The payment that made it. */
  readonly paymentId: PaymentId
  /** What the host wants to remember and show: the question, the language, the doctor's name. */
  readonly details: Readonly<Record<string, Json>>
  readonly createdAt: Instant
}

/** Who ends a consultation: whoever asked, the host's people (a doctor is one of them), or a rule of the host's. */
export type EndedBy = 'owner' | 'staff' | 'system'

/** A conversation that was paid for, in each of its statuses with what is known then. It has no slot: it goes on until it is ended. */
export type Consultation =
  | (Base & { readonly status: 'open' })
  | (Base & { readonly status: 'closed'; readonly closedAt: Instant; readonly closedBy: EndedBy }) // it took place
  | (Base & { readonly status: 'cancelled'; readonly cancelledAt: Instant; readonly cancelledBy: EndedBy })

/** What can happen to a consultation. */
export type ConsultationEvent =
  | { readonly type: 'closed'; readonly at: Instant; readonly by: EndedBy }
  | { readonly type: 'cancelled'; readonly at: Instant; readonly by: EndedBy }

/** What can be put to a consultation. */
export type ConsultationCommand =
  | { readonly type: 'close'; readonly at: Instant; readonly by: EndedBy }
  | { readonly type: 'cancel'; readonly at: Instant; readonly by: EndedBy }

/** Why a consultation will not do what it is asked. */
export type ConsultationRefusal = { readonly code: 'consultation_closed' } | { readonly code: 'consultation_cancelled' }

/** status → event → status: all that may happen to a consultation. */
export const consultationTransitions = {
  open: { closed: 'closed', cancelled: 'cancelled' },
  closed: {},
  cancelled: {},
} as const satisfies Transitions<Consultation['status'], ConsultationEvent['type']>

const base = ({ id, owner, resourceId, intentId, paymentId, details, createdAt }: Consultation): Base => ({
  id,
  owner,
  resourceId,
  intentId,
  paymentId,
  details,
  createdAt,
})

/** The consultation after an event. @throws IllegalTransition for an event its table forbids. */
export const evolveConsultation: (consultation: Consultation, event: ConsultationEvent) => Consultation = evolver<
  Consultation,
  ConsultationEvent,
  typeof consultationTransitions
>(consultationTransitions, {
  closed: (consultation, { at, by }) => ({ ...base(consultation), status: 'closed', closedAt: at, closedBy: by }),
  cancelled: (consultation, { at, by }) => ({
    ...base(consultation),
    status: 'cancelled',
    cancelledAt: at,
    cancelledBy: by,
  }),
})

/** Decides what a command means for a consultation as it stands. Total: every command in every status gets an answer. */
export const decideConsultation = (
  { status }: Consultation,
  command: ConsultationCommand,
): Decision<ConsultationEvent, never, ConsultationRefusal> => {
  switch (command.type) {
    case 'close':
      if (status === 'cancelled') return reject({ code: 'consultation_cancelled' })
      return status === 'closed' ? unchanged : accept([{ type: 'closed', at: command.at, by: command.by }])
    case 'cancel':
      if (status === 'closed') return reject({ code: 'consultation_closed' })
      return status === 'cancelled' ? unchanged : accept([{ type: 'cancelled', at: command.at, by: command.by }])
  }
}

/** A new consultation, open from the moment that it is paid. */
export const openConsultation = (fields: Base): Consultation => ({ ...fields, status: 'open' })
