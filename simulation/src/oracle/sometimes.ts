/** Counts what a run came across, by name. */
export interface Counts {
  add(what: string): void
  readonly all: ReadonlyMap<string, number>
}

export const createCounts = (): Counts => {
  const all = new Map<string, number>()
  return { add: (what) => void all.set(what, (all.get(what) ?? 0) + 1), all }
}

/**
 * What a long run has to come across: a rule that was never put to the test has not been kept.
 *
 * `fact:…` is an event of a machine, `fault:…` something that went wrong with a call, `webhook_…` what became of a
 * delivery.
 */
export const sometimes = [
  'crash',
  'restart',
  'zombie_commit',
  'effect_unheard_then_crash_then_retry',
  'crash_between_refund_and_commit',
  'crash_after_acknowledgement',
  'key_forgotten_before_retry',
  'cached_500',
  'paid_after_local_cancel',
  'return_and_webhook_at_once',
  'slot_lost_and_refunded',
  'late_money_refunded',
  'duplicate_refunded',
  'lost_event_found_by_asking',
  'contention',
  'busy_database',
  'page_replaced',
  'fallback_page',
  'amount_changed_while_open',
  'cancel_too_late',
  'same_key_same_answer',
  'spy_turned_away',
  'webhook_applied',
  'webhook_known',
  'webhook_stored',
  'webhook_lost',
  'webhook_redelivered',
  'webhook_signature_too_old',
  'webhook_signature_in_future',
  'fact:payment.captured',
  'fact:payment.cancelled',
  'fact:payment.attempt_failed',
  'fact:payment.refunded_in_full',
  'fact:payment.refunded_in_part',
  'fact:payment.refund_undone',
  'fact:payment.dispute_opened',
  'fact:payment.dispute_won',
  'fact:payment.dispute_lost',
  'fact:attempt.opened',
  'fact:attempt.processing_started',
  'fact:attempt.declined',
  'fact:attempt.expired',
  'fact:refund.found_at_provider',
  'fact:refund.accepted',
  'fact:refund.failed',
  'fact:refund.key_rotated',
  'fact:intent.abandoned',
  'fact:intent.fulfilled',
  'fact:intent.refunded',
  'fact:reservation.balance_fell_due',
  'fact:reservation.balance_paid',
  'fact:reservation.completed',
  'fact:reservation.cancelled',
  'fault:latency',
  'fault:timeout_before_effect',
  'fault:timeout_after_effect',
  'fault:reset_after_headers',
  'fault:429',
  'fault:409_key_in_use',
  'fault:500_no_effect',
  'fault:500_with_effect',
  'fault:malformed_json',
] as const
