import {
  taskId,
  type Attention,
  type Instant,
  type PaymentId,
  type ReadPaymentCase,
  type Task,
  type TimelineEntry,
  type Work,
} from '@holdfast/core'
import type { Host } from '../configuration/host.ts'
import { getCase, operator } from '../payments/read-cases.ts'
import { listOwedWork, type OwedWork } from './owed-work.ts'
import { readSubject, type SubjectRecords } from './subject-records.ts'

/** Everything that is known of one payment. */
export interface Story {
  readonly kase: ReadPaymentCase
  readonly now: Instant
  readonly timeline: readonly TimelineEntry[]
  /** Absent where the configuration answers no unit of work: then only what the use cases tell is known. */
  readonly around?: {
    readonly subject: SubjectRecords
    readonly owed: readonly OwedWork[]
    /** What of it needs a human, unresolved. */
    readonly attention: readonly Attention[]
    /** The sweep, which asks the provider about everything that may move. */
    readonly sweep: Work<Task> | undefined
  }
}

/** Reads all that is known of a payment. @throws {@link Refused} when there is no such payment. */
export const readStory = async (host: Host, paymentId: PaymentId): Promise<Story> => {
  const { holdfast, unitOfWork, clock } = host
  const kase = await getCase(holdfast, paymentId)
  const told = await holdfast.readTimeline({ actor: operator, paymentId })
  const story = { kase, now: clock.now(), timeline: told.ok ? told.value : [] }
  if (unitOfWork === undefined) return story
  return unitOfWork.read(async (tx) => {
    const subject = await readSubject(tx, kase)
    return {
      ...story,
      around: {
        subject,
        owed: await listOwedWork(tx, kase, subject),
        attention: (await tx.attention.list(looked)).filter((item) => item.paymentId === paymentId),
        sweep: await tx.tasks.find(taskId({ type: 'sweep' })),
      },
    }
  })
}

// How many of what needs a human are looked through for what is about one payment.
const looked = 500
