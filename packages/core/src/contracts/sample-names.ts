import type {
  AttemptId,
  ConsultationId,
  IntentId,
  OwnerId,
  PaymentId,
  RefundId,
  ReservationId,
  ResourceId,
} from '../kernel/ids.ts'
import { instant, type Instant } from '../kernel/instant.ts'

/** The first moment of every story in the contracts; `at(5)` is five milliseconds into it. */
export const at = (ms: number): Instant => instant(1_790_000_000_000 + ms)

/** Takes this text for the id of a payment. */
export const paymentId = (text: string): PaymentId => text as PaymentId
/** Takes this text for the id of an attempt. */
export const attemptId = (text: string): AttemptId => text as AttemptId
/** Takes this text for the id of a refund. */
export const refundId = (text: string): RefundId => text as RefundId
/** Takes this text for the id of an intent. */
export const intentId = (text: string): IntentId => text as IntentId
/** Takes this text for the id of a reservation. */
export const reservationId = (text: string): ReservationId => text as ReservationId
/** Takes this text for the id of a consultation. */
export const consultationId = (text: string): ConsultationId => text as ConsultationId
/** Takes this text for the id of an owner. */
export const ownerId = (text: string): OwnerId => text as OwnerId
/** Takes this text for the id of a resource. */
export const resourceId = (text: string): ResourceId => text as ResourceId

/** One more than a double can count to. */
export const beyondDoubles = 9_007_199_254_740_993n
/** The most that 64 bits hold. */
export const mostIn64Bits = 9_223_372_036_854_775_807n
