/**
 * What may become of what, written out by hand from what the machines are for, and not read off the tables that are under test: a
 * wrong edge there is seen here.
 */
export interface Machine {
  /** What it is when it begins. */
  readonly first: string
  /** The facts by which it begins. */
  readonly births: readonly string[]
  /** What a fact says that it is from then on. */
  readonly says: Readonly<Record<string, string>>
  /** From each status to which others. A status that may follow itself is named; one that nothing follows is an end. */
  readonly moves: Readonly<Record<string, readonly string[]>>
  /** The facts that leave it what it is, with the statuses in which they may be. */
  readonly stays: Readonly<Record<string, readonly string[]>>
}

const payment: Machine = {
  first: 'pending',
  births: ['created'],
  says: {
    checkout_started: 'pending',
    attempt_withdrawn: 'pending',
    charge_started: 'processing',
    processing_reported: 'processing',
    authorized: 'authorized',
    captured: 'completed',
    attempt_failed: 'failed',
    cancelled: 'cancelled',
    refunded_in_part: 'partially_refunded',
    refunded_in_full: 'refunded',
    refund_undone: 'completed',
    dispute_opened: 'disputed',
    dispute_won: 'completed',
    dispute_lost_in_part: 'partially_refunded',
    dispute_lost: 'refunded',
  },
  moves: {
    pending: ['processing', 'authorized', 'completed', 'failed', 'cancelled'],
    processing: ['authorized', 'completed', 'failed', 'cancelled', 'pending'],
    authorized: ['completed', 'failed', 'cancelled', 'pending'],
    // Not the end: it can be retried, by a page or by a card, and cancelled.
    failed: ['pending', 'processing', 'authorized', 'completed', 'cancelled'],
    // The end, but for money that comes all the same and is honoured.
    cancelled: ['completed'],
    // Paid is paid: only a refund or a dispute moves it, and a refund that the bank sends back.
    completed: ['partially_refunded', 'refunded', 'disputed'],
    partially_refunded: ['partially_refunded', 'refunded', 'completed', 'disputed'],
    refunded: ['partially_refunded', 'completed', 'disputed'],
    // Won or lost, all of it or a part.
    disputed: ['completed', 'partially_refunded', 'refunded'],
  },
  stays: { amount_changed: ['pending', 'failed'], refund_noted: ['disputed'] },
}

const attempt: Machine = {
  first: 'requested',
  births: ['requested', 'found_at_provider'],
  says: {
    opened: 'open',
    processing_started: 'processing',
    captured: 'succeeded',
    declined: 'declined',
    expired: 'expired',
  },
  moves: {
    requested: ['open', 'processing', 'succeeded', 'declined', 'expired'],
    open: ['processing', 'succeeded', 'declined', 'expired'],
    processing: ['succeeded', 'declined', 'expired'],
    // What has brought money has for ever; what was taken for dead may still bring some.
    succeeded: [],
    declined: ['succeeded'],
    expired: ['succeeded'],
  },
  stays: {
    page_declined: ['requested', 'open'],
    close_requested: ['requested', 'open', 'processing'],
    looked: ['requested', 'open', 'processing', 'succeeded'],
    asking_ended: ['requested'],
    charge_moved: ['succeeded'],
  },
}

const refund: Machine = {
  first: 'requested',
  births: ['requested', 'found_at_provider'],
  says: { accepted: 'pending', succeeded: 'succeeded', failed: 'failed' },
  moves: {
    requested: ['pending', 'succeeded', 'failed'],
    pending: ['succeeded', 'failed'],
    // A bank may send it back after days.
    succeeded: ['failed'],
    failed: [],
  },
  stays: { looked: ['requested', 'pending'], asking_ended: ['requested'], key_rotated: ['requested'] },
}

const dispute: Machine = {
  first: 'open',
  births: ['opened'],
  says: { won: 'won', lost: 'lost' },
  // On appeal it may end the other way, and is never open again.
  moves: { open: ['won', 'lost'], won: ['lost'], lost: ['won'] },
  stays: {},
}

const intent: Machine = {
  first: 'open',
  births: ['opened'],
  says: { paid: 'paid', fulfilled: 'fulfilled', refunded: 'refunded', abandoned: 'abandoned' },
  moves: {
    open: ['paid', 'abandoned'],
    // It becomes its record, or could not be had: one of the two, for ever.
    paid: ['fulfilled', 'refunded'],
    fulfilled: [],
    refunded: [],
    // Given up, but for money that comes all the same and is honoured.
    abandoned: ['paid'],
  },
  stays: {},
}

const order: Machine = {
  first: 'pending',
  births: ['placed'],
  says: {
    completed: 'completed',
    reinstated: 'completed',
    shipped: 'shipped',
    delivered: 'delivered',
    cancelled: 'cancelled',
    recalled: 'cancelled',
  },
  moves: {
    pending: ['completed', 'cancelled'],
    completed: ['shipped', 'cancelled'],
    // What was sent is not called off any more.
    shipped: ['delivered'],
    delivered: [],
    cancelled: ['completed'],
  },
  stays: { repriced: ['pending'] },
}

const consultation: Machine = {
  first: 'open',
  births: [],
  says: { closed: 'closed', cancelled: 'cancelled' },
  moves: { open: ['closed', 'cancelled'], closed: [], cancelled: [] },
  stays: {},
}

const reservation: Machine = {
  // Where nothing is owed beside what has made it, it begins as paid.
  first: 'confirmed',
  births: [],
  says: { balance_fell_due: 'balance_due', balance_paid: 'paid', completed: 'completed', cancelled: 'cancelled' },
  moves: {
    // Over without its balance, where that was waived.
    confirmed: ['balance_due', 'paid', 'completed', 'cancelled'],
    balance_due: ['paid', 'completed', 'cancelled'],
    paid: ['completed', 'cancelled'],
    completed: [],
    cancelled: [],
  },
  stays: {},
}

/** Every machine there is, by what its facts are about. */
export const machines: Readonly<Record<string, Machine>> = {
  payment,
  attempt,
  refund,
  dispute,
  intent,
  order,
  consultation,
  reservation,
}

/** What something is after a fact; nothing where that may not be. */
export const after = ({ says, moves, stays }: Machine, status: string, fact: string): string | undefined => {
  if (stays[fact]?.includes(status) === true) return status
  const next = says[fact]
  return next !== undefined && moves[status]?.includes(next) === true ? next : undefined
}
