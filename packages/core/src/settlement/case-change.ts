import type { Effect } from '../effect/effect.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'
import type { Attempt } from '../payment/attempt.ts'
import { decidePayment, evolvePayment, type PaymentCommand, type PaymentRefusal } from '../payment/payment.ts'
import { withAttempt, withRefund, type PaymentCase } from '../payment/payment-case.ts'
import type { Refund } from '../payment/refund.ts'
import type { Attention, AttentionCode } from '../timeline/timeline.ts'
import type { Transfer } from '../wallet/wallet.ts'

/** A machine moved: what moved, and the event that moved it. */
export interface Fact {
  readonly about: {
    readonly type:
      | 'payment'
      | 'attempt'
      | 'refund'
      | 'dispute'
      | 'intent'
      | 'reservation'
      | 'consultation'
      | 'order'
      | 'wallet'
    readonly id: string
  }
  readonly event: { readonly type: string } & Readonly<Record<string, Json>>
}

/** Everything that follows for one payment from one command: the case after it, and what is to be stored beside it. */
export interface CaseChange {
  /** As it was read. */
  readonly before: PaymentCase
  readonly kase: PaymentCase
  readonly facts: readonly Fact[]
  readonly effects: readonly Effect[]
  readonly attention: readonly Attention[]
  /** What moves into or out of its owner's wallet, in this order. */
  readonly transfers: readonly Transfer[]
  /** A saved card failed where nobody is looking: open a page and tell the owner. */
  readonly fallback: boolean
}

/** A case on the move: what {@link moveCase} hands to the rules. */
export type CaseMove = ReturnType<typeof moveCase>

/**
 * Collects what a command does to a case, machine by machine. Pure for whoever calls it: nothing outside it changes,
 * and the case it was given stays as it was. With `sofar` it goes on where another change ended.
 */
export const moveCase = (start: PaymentCase, sofar?: CaseChange) => {
  const before = sofar?.before ?? start
  let kase = sofar?.kase ?? start
  let fallback = false
  const facts: Fact[] = [...(sofar?.facts ?? [])]
  const effects: Effect[] = [...(sofar?.effects ?? [])]
  const attention: Attention[] = [...(sofar?.attention ?? [])]
  const transfers: Transfer[] = [...(sofar?.transfers ?? [])]
  return {
    get kase(): PaymentCase {
      return kase
    },
    /** Puts a command to the payment's machine; answers its refusal, if it refuses. */
    payment(command: PaymentCommand): PaymentRefusal | undefined {
      const decision = decidePayment(kase.payment, command)
      if (!decision.ok) return decision.refusal
      for (const event of decision.events) {
        kase = { ...kase, payment: evolvePayment(kase.payment, event) }
        facts.push(fact('payment', kase.payment.id, event))
      }
      return undefined
    },
    attempt(next: Attempt, event: { readonly type: string; readonly [field: string]: unknown }): void {
      kase = withAttempt(kase, next)
      facts.push(fact('attempt', next.id, event))
    },
    /** Changes an attempt in what is no part of its story. */
    attemptQuietly(next: Attempt): void {
      kase = withAttempt(kase, next)
    },
    refund(next: Refund, event: { readonly type: string; readonly [field: string]: unknown }): void {
      kase = withRefund(kase, next)
      facts.push(fact('refund', next.id, event))
    },
    fact(
      type: Fact['about']['type'],
      id: string,
      event: { readonly type: string; readonly [field: string]: unknown },
    ): void {
      facts.push(fact(type, id, event))
    },
    effect(effect: Effect): void {
      effects.push(effect)
    },
    attention(id: string, code: AttentionCode, at: Instant, data: Attention['data']): void {
      attention.push({ id, code, paymentId: kase.payment.id, at, data })
    },
    transfer(transfer: Transfer): void {
      transfers.push(transfer)
    },
    wantFallback(): void {
      fallback = true
    },
    done: (): CaseChange => ({ before, kase, facts, effects, attention, transfers, fallback }),
  }
}

const fact = (type: Fact['about']['type'], id: string, event: { readonly type: string }): Fact => ({
  about: { type, id },
  event: event as Fact['event'],
})
