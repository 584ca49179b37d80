import type { Ledger } from '@holdfast/stripe-simulator'
import type { Counts } from './sometimes.ts'
import { hasGone, type TrueCharge } from './truth.ts'
import type { Violation } from './violation.ts'

/**
 * Holes that are known and not closed yet. A run counts them and goes on; a strict one fails on them, and a test makes sure
 * that each still is one.
 *
 * `refund_there_unheard`: a refund made by others at Stripe, whose every event was lost. `refund_failed_unheard`: a bank
 * sent a refund back after it had succeeded, and that event was lost. Nothing asks about either.
 */
export const holeNames = ['refund_there_unheard', 'refund_failed_unheard'] as const
export type HoleName = (typeof holeNames)[number]

/** Tells what is a known hole from what is new. */
export interface Holes {
  /** Whether an event that says this about an object of Stripe's was acknowledged by a process. */
  wasTold(providerId: string, status?: string | null): boolean
  /** Whether one of a charge's refunds failed and nobody was told. */
  hasUntoldFailure(charge: TrueCharge): boolean
  /** @throws the violation, unless it is a hole that is known. */
  throwUnless(hole: HoleName | false, violation: Violation): void
}

export const createHoles = (options: {
  readonly ledger: Ledger
  readonly acknowledged: ReadonlySet<string>
  readonly counts: Counts
  readonly isStrict: boolean
}): Holes => {
  const { ledger, acknowledged, counts, isStrict } = options
  const wasTold: Holes['wasTold'] = (providerId, status) =>
    ledger.events.some(({ id, data }) => {
      const about = data.object as { readonly id?: string; readonly status?: string | null }
      return acknowledged.has(id) && about.id === providerId && (status === undefined || about.status === status)
    })
  return {
    wasTold,
    hasUntoldFailure: ({ refunds }) => refunds.some((refund) => !hasGone(refund) && !wasTold(refund.id, refund.status)),
    throwUnless(hole, violation) {
      if (hole === false || isStrict) throw violation
      counts.add(`hole:${hole}`)
    },
  }
}
