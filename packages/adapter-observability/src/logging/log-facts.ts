import type { Json, Logger, TimelineEntry, UnitOfWork } from '@holdfast/core'
import { observeCommits } from '../facts/observe-commits.ts'
import { eventOf } from './event-names.ts'

/**
 * The same unit of work, which logs every line that a payment's story has grown by, once it is committed: `payment_captured`,
 * `payment_creation_failed`, `refund_succeeded`, whoever brought it about and in whichever process.
 *
 * | line | event | level |
 * | --- | --- | --- |
 * | a machine moved | what moved, and how: `attempt_captured`; or its name in {@link paymentEventNames} | info |
 * | somebody asked | `start_checkout_asked` | info |
 * | the provider was asked, and answered | `open_session_called`, `open_session_answered` | debug |
 * | an event was applied | `event_applied`, with its `type` | debug |
 * | a human was called | `attention_` and its code | warn |
 *
 * Each bears `payment_id` and, where it is about something else, that one's id. Of owners it is only said that one asked: a host may
 * name its people by what is personal.
 */
export const logFacts = (unitOfWork: UnitOfWork, logger: Logger): UnitOfWork =>
  observeCommits(unitOfWork, ({ entries, cases }) => {
    for (const entry of entries)
      logger.log(levels[entry.type], eventOf(entry, cases.get(entry.paymentId)), factsOf(entry))
  })

const levels = {
  fact: 'info',
  command: 'info',
  call: 'debug',
  answer: 'debug',
  event: 'debug',
  attention: 'warn',
} as const satisfies Record<TimelineEntry['type'], Parameters<Logger['log']>[0]>

const factsOf = ({ type, name, paymentId, about, actor, data }: TimelineEntry): Readonly<Record<string, Json>> => ({
  ...data,
  ...(type === 'event' ? { type: name } : {}),
  payment_id: paymentId,
  ...(about.type in idsOf ? { [idsOf[about.type as keyof typeof idsOf]]: about.id } : {}),
  ...(actor === undefined ? {} : { actor: actor.startsWith('owner:') ? 'owner' : actor }),
})

/** What each thing's id is called. Of what is not here, the id says nothing that its name and data do not. */
const idsOf = {
  attempt: 'attempt_id',
  refund: 'refund_id',
  dispute: 'dispute_id',
  intent: 'intent_id',
  reservation: 'reservation_id',
  consultation: 'consultation_id',
  order: 'order_id',
  effect: 'effect_id',
  event: 'event_id',
} as const
