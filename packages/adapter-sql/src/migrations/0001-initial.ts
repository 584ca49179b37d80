import { slotConstraint, type Dialect } from '../dialect.ts'
import type { Migration } from './migration.ts'

const oneOf = (column: string, values: readonly string[]): string =>
  `CHECK (${column} IN (${values.map((value) => `'${value}'`).join(', ')}))`

/** A count that a double holds, as it is read. */
const counts = (column: string, least = 0): string =>
  `CHECK (${column} BETWEEN ${least} AND ${Number.MAX_SAFE_INTEGER})`

const live = "('requested', 'open', 'processing')"
const unsettled = "('requested', 'pending')"

/** What the rule about ended holds is called. */
const endedHoldConstraint = 'holdfast_order_holds_ended'

/** The tables as they were first released. */
export const initial: Migration = {
  name: '0001_initial',
  statements: (dialect) => [
    ...payments(dialect),
    ...attempts(dialect),
    ...refunds(dialect),
    ...intents(dialect),
    ...reservations(dialect),
    ...consultations(dialect),
    ...orders(dialect),
    ...holds(dialect),
    ...stock(dialect),
    ...coupons(dialect),
    ...wallets(dialect),
    ...queues(dialect),
    ...records(dialect),
    ...circuitBreakers(dialect),
    ...paymentMethodLists(dialect),
  ],
}

/**
 * For SQLite: no text where a number belongs. Not `WITHOUT ROWID`: that keeps whole rows in every level of the key's tree,
 * and with rows as wide as these hardly four of them fit a page. A tree less is written, and splitting pages costs more than that.
 */
const strict = ({ name }: Dialect): string => (name === 'sqlite' ? 'STRICT' : '')

const payments = (dialect: Dialect): readonly string[] => {
  const { text, integer } = dialect.types
  return [
    `CREATE TABLE holdfast_payments (
      id ${text} NOT NULL PRIMARY KEY,
      version ${integer} NOT NULL,
      updated_at ${integer} NOT NULL,
      purpose ${text} NOT NULL,
      owner ${text} NOT NULL,
      subject_type ${text} NOT NULL,
      subject_id ${text} NOT NULL,
      amount_minor ${integer} NOT NULL CHECK (amount_minor >= 0),
      amount_currency ${text} NOT NULL,
      item_name ${text} NOT NULL,
      item_description ${text} NOT NULL,
      metadata ${text} NOT NULL,
      save_card ${integer} NOT NULL CHECK (save_card IN (0, 1)),
      card_customer_id ${text},
      card_method_id ${text},
      created_at ${integer} NOT NULL,
      status ${text} NOT NULL ${oneOf('status', [
        'pending',
        'processing',
        'authorized',
        'completed',
        'failed',
        'cancelled',
        'partially_refunded',
        'refunded',
        'disputed',
      ])},
      authorized_at ${integer},
      failed_at ${integer},
      failure ${text},
      cancelled_at ${integer},
      cancel_reason ${text},
      completed_at ${integer},
      counted_attempt_id ${text},
      refunded_minor ${integer} CHECK (refunded_minor >= 0),
      disputed_at ${integer}
    ) ${strict(dialect)}`,
    'CREATE INDEX holdfast_payments_newest ON holdfast_payments (created_at, id)',
    'CREATE INDEX holdfast_payments_owner ON holdfast_payments (owner, created_at, id)',
    'CREATE INDEX holdfast_payments_status ON holdfast_payments (status, created_at, id)',
  ]
}

const attempts = (dialect: Dialect): readonly string[] => {
  const { text, integer } = dialect.types
  return [
    `CREATE TABLE holdfast_attempts (
      id ${text} NOT NULL PRIMARY KEY,
      payment_id ${text} NOT NULL REFERENCES holdfast_payments (id),
      position ${integer} NOT NULL,
      kind ${text} NOT NULL ${oneOf('kind', ['hosted', 'off_session', 'wallet'])},
      amount_minor ${integer} NOT NULL CHECK (amount_minor >= 0),
      amount_currency ${text} NOT NULL,
      idempotency_key ${text} NOT NULL,
      requested_at ${integer} NOT NULL,
      announce ${integer} NOT NULL CHECK (announce IN (0, 1)),
      page ${text},
      card_customer_id ${text},
      card_method_id ${text},
      provider_id ${text},
      declines ${text},
      decline_count ${integer} NOT NULL DEFAULT 0 CHECK (decline_count >= 0),
      status ${text} NOT NULL ${oneOf('status', ['requested', 'open', 'processing', 'succeeded', 'declined', 'expired'])},
      closing ${text},
      asking_ended_at ${integer},
      look_at ${integer},
      looks ${integer},
      url ${text},
      expires_at ${integer},
      succeeded_at ${integer},
      charge_id ${text},
      charge_minor ${integer} CHECK (charge_minor >= 0),
      charge_currency ${text},
      charge_customer_id ${text},
      charge_method_id ${text},
      disputes ${text},
      declined_at ${integer},
      failure ${text},
      expired_at ${integer},
      CHECK ((status IN ${live} OR (status = 'succeeded' AND kind <> 'wallet')) = (look_at IS NOT NULL)),
      CHECK ((status = 'succeeded') = (charge_id IS NOT NULL)),
      CHECK ((decline_count = 0) = (declines IS NULL)),
      CHECK ((kind = 'off_session') = (card_customer_id IS NOT NULL AND card_method_id IS NOT NULL))
    ) ${strict(dialect)}`,
    'CREATE INDEX holdfast_attempts_payment ON holdfast_attempts (payment_id, position)',
    // The rule that a payment has one live attempt, kept even against statements typed by hand.
    `CREATE UNIQUE INDEX holdfast_attempts_one_live ON holdfast_attempts (payment_id) WHERE status IN ${live}`,
    `CREATE INDEX holdfast_attempts_due ON holdfast_attempts (look_at, id) WHERE status IN ${live}`,
    // Every charge there ever was, by when it is asked about next: what is due stands at the front.
    "CREATE INDEX holdfast_attempts_charges_due ON holdfast_attempts (look_at, id) WHERE status = 'succeeded'",
    'CREATE UNIQUE INDEX holdfast_attempts_provider ON holdfast_attempts (provider_id) WHERE provider_id IS NOT NULL',
    'CREATE UNIQUE INDEX holdfast_attempts_charge ON holdfast_attempts (charge_id) WHERE charge_id IS NOT NULL',
  ]
}

const refunds = (dialect: Dialect): readonly string[] => {
  const { text, integer } = dialect.types
  return [
    `CREATE TABLE holdfast_refunds (
      id ${text} NOT NULL PRIMARY KEY,
      payment_id ${text} NOT NULL REFERENCES holdfast_payments (id),
      position ${integer} NOT NULL,
      idempotency_key ${text} NOT NULL,
      attempt_id ${text} NOT NULL,
      amount_minor ${integer} NOT NULL CHECK (amount_minor >= 0),
      amount_currency ${text} NOT NULL,
      destination ${text} NOT NULL ${oneOf('destination', ['provider', 'wallet'])},
      reason ${text} NOT NULL,
      requested_at ${integer} NOT NULL,
      provider_id ${text},
      status ${text} NOT NULL ${oneOf('status', ['requested', 'pending', 'succeeded', 'failed'])},
      asking_ended_at ${integer},
      look_at ${integer},
      looks ${integer},
      succeeded_at ${integer},
      failed_at ${integer},
      detail ${text},
      CHECK ((status IN ${unsettled}) = (look_at IS NOT NULL))
    ) ${strict(dialect)}`,
    'CREATE INDEX holdfast_refunds_payment ON holdfast_refunds (payment_id, position)',
    `CREATE INDEX holdfast_refunds_due ON holdfast_refunds (look_at, id) WHERE status IN ${unsettled}`,
    'CREATE UNIQUE INDEX holdfast_refunds_provider ON holdfast_refunds (provider_id) WHERE provider_id IS NOT NULL',
  ]
}

const intents = (dialect: Dialect): readonly string[] => {
  const { text, integer } = dialect.types
  return [
    `CREATE TABLE holdfast_intents (
      id ${text} NOT NULL PRIMARY KEY,
      version ${integer} NOT NULL,
      token ${text} NOT NULL,
      kind ${text} NOT NULL,
      owner ${text} NOT NULL,
      payload ${text} NOT NULL,
      quote ${text} NOT NULL,
      payment_id ${text} NOT NULL,
      expires_at ${integer} NOT NULL,
      created_at ${integer} NOT NULL,
      status ${text} NOT NULL ${oneOf('status', ['open', 'paid', 'fulfilled', 'refunded', 'abandoned'])},
      paid_at ${integer},
      fulfilled_at ${integer},
      record_type ${text},
      record_id ${text},
      refunded_at ${integer},
      refund_reason ${text},
      abandoned_at ${integer}
    ) ${strict(dialect)}`,
    'CREATE UNIQUE INDEX holdfast_intents_token ON holdfast_intents (token)',
    "CREATE INDEX holdfast_intents_open ON holdfast_intents (owner, created_at, id) WHERE status = 'open'",
    "CREATE INDEX holdfast_intents_stale ON holdfast_intents (created_at, id) WHERE status = 'open'",
  ]
}

const reservations = (dialect: Dialect): readonly string[] => {
  const { text, integer } = dialect.types
  return [
    `CREATE TABLE holdfast_reservations (
      id ${text} NOT NULL PRIMARY KEY,
      version ${integer} NOT NULL,
      owner ${text} NOT NULL,
      resource_id ${text} NOT NULL,
      unit ${integer} NOT NULL CHECK (unit >= 0),
      capacity ${integer} CHECK (unit < capacity),
      starts_at ${integer} NOT NULL,
      ends_at ${integer} NOT NULL,
      intent_id ${text} NOT NULL,
      payment_id ${text} NOT NULL,
      balance_payment_id ${text},
      balance_minor ${integer} CHECK (balance_minor >= 0),
      balance_currency ${text},
      balance_due_at ${integer},
      details ${text} NOT NULL,
      created_at ${integer} NOT NULL,
      status ${text} NOT NULL ${oneOf('status', ['confirmed', 'balance_due', 'paid', 'completed', 'cancelled'])},
      completed_at ${integer},
      cancelled_at ${integer},
      cancelled_by ${text},
      CHECK (ends_at > starts_at)
      ${dialect.name === 'postgres' ? `, ${noOverlap}` : ''}
    ) ${strict(dialect)}`,
    // By the end: what is over is not read again.
    `CREATE INDEX holdfast_reservations_holding ON holdfast_reservations (resource_id, ends_at) WHERE status <> 'cancelled'`,
    'CREATE INDEX holdfast_reservations_newest ON holdfast_reservations (created_at, id)',
    'CREATE INDEX holdfast_reservations_owner ON holdfast_reservations (owner, created_at, id)',
    ...(dialect.name === 'sqlite' ? [noOverlapTrigger('INSERT', 'NEW.id'), noOverlapTrigger('UPDATE', 'OLD.id')] : []),
  ]
}

/**
 * One confirmed reservation per unit and time, kept by Postgres itself.
 *
 * Equality of text and numbers in such a constraint takes the btree_gist extension, which not every host may create. So
 * both are put as ranges of a single value, which Postgres compares without it; the resource by 60 bits of its MD5. Should
 * two resources ever share those, the later of two bookings at the same time would be refused: never a double one made.
 *
 * How many units there are is not known here: the host's schedule says it, by the hour and anew each day. What is known is how
 * many there were when a reservation was booked. It is kept in the row, and the unit is below it (a check): so that of those which
 * were booked under one capacity never more overlap than it says. Who types rows by hand and leaves the capacity out, or gives
 * another, has taken that check away; then each unit is still held once at a time.
 */
const noOverlap = `CONSTRAINT ${slotConstraint} EXCLUDE USING gist (
  int8range(('x' || substr(md5(resource_id), 1, 15))::bit(60)::bigint, ('x' || substr(md5(resource_id), 1, 15))::bit(60)::bigint, '[]') WITH &&,
  int8range(unit, unit, '[]') WITH &&,
  int8range(starts_at, ends_at) WITH &&
) WHERE (status <> 'cancelled')`

/** The same, kept by SQLite, which has no such constraint. */
const noOverlapTrigger = (on: 'INSERT' | 'UPDATE', self: string): string =>
  `CREATE TRIGGER ${slotConstraint}_${on.toLowerCase()} BEFORE ${on} ON holdfast_reservations WHEN NEW.status <> 'cancelled'
   BEGIN
     SELECT RAISE(ABORT, '${slotConstraint}') WHERE EXISTS (
       SELECT 1 FROM holdfast_reservations WHERE status <> 'cancelled' AND resource_id = NEW.resource_id
         AND unit = NEW.unit AND ends_at > NEW.starts_at AND starts_at < NEW.ends_at AND id <> ${self}
     );
   END`

const consultations = (dialect: Dialect): readonly string[] => {
  const { text, integer } = dialect.types
  return [
    `CREATE TABLE holdfast_consultations (
      id ${text} NOT NULL PRIMARY KEY,
      version ${integer} NOT NULL,
      owner ${text} NOT NULL,
      resource_id ${text} NOT NULL,
      intent_id ${text} NOT NULL,
      payment_id ${text} NOT NULL,
      details ${text} NOT NULL,
      created_at ${integer} NOT NULL,
      status ${text} NOT NULL ${oneOf('status', ['open', 'closed', 'cancelled'])},
      ended_at ${integer},
      ended_by ${text} ${oneOf('ended_by', ['owner', 'staff', 'system'])},
      CHECK ((status = 'open') = (ended_at IS NULL)),
      CHECK ((status = 'open') = (ended_by IS NULL))
    ) ${strict(dialect)}`,
    // An intent is paid for once and becomes one consultation, kept even against statements typed by hand.
    'CREATE UNIQUE INDEX holdfast_consultations_intent ON holdfast_consultations (intent_id)',
    'CREATE INDEX holdfast_consultations_newest ON holdfast_consultations (created_at, id)',
    'CREATE INDEX holdfast_consultations_owner ON holdfast_consultations (owner, created_at, id)',
    'CREATE INDEX holdfast_consultations_resource ON holdfast_consultations (resource_id, created_at, id)',
  ]
}

const orders = (dialect: Dialect): readonly string[] => {
  const { text, integer } = dialect.types
  // What was paid and called off is the only cancelled order that was ever completed.
  const wasCompleted =
    "(status IN ('completed', 'shipped', 'delivered') OR (status = 'cancelled' AND cancel_reason = 'recalled'))"
  return [
    `CREATE TABLE holdfast_orders (
      id ${text} NOT NULL PRIMARY KEY,
      version ${integer} NOT NULL,
      owner ${text} NOT NULL,
      lines ${text} NOT NULL,
      discount ${text},
      total_minor ${integer} NOT NULL CHECK (total_minor >= 0),
      total_currency ${text} NOT NULL,
      payment_id ${text} NOT NULL,
      expires_at ${integer} NOT NULL,
      details ${text} NOT NULL,
      created_at ${integer} NOT NULL,
      status ${text} NOT NULL ${oneOf('status', ['pending', 'completed', 'shipped', 'delivered', 'cancelled'])},
      completed_at ${integer},
      shipped_at ${integer},
      tracking ${text},
      delivered_at ${integer},
      cancelled_at ${integer},
      cancel_reason ${text} ${oneOf('cancel_reason', ['requested', 'expired', 'payment_failed', 'recalled'])},
      CHECK (${wasCompleted} = (completed_at IS NOT NULL)),
      CHECK ((status IN ('shipped', 'delivered')) = (shipped_at IS NOT NULL)),
      CHECK (status IN ('shipped', 'delivered') OR tracking IS NULL),
      CHECK ((status = 'delivered') = (delivered_at IS NOT NULL)),
      CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL)),
      CHECK ((status = 'cancelled') = (cancel_reason IS NOT NULL))
    ) ${strict(dialect)}`,
    'CREATE INDEX holdfast_orders_newest ON holdfast_orders (created_at, id)',
    'CREATE INDEX holdfast_orders_owner ON holdfast_orders (owner, created_at, id)',
    'CREATE INDEX holdfast_orders_status ON holdfast_orders (status, created_at, id)',
  ]
}

/** Why an article or a coupon is held, one row for each order and each of them: what the rows that count have to agree with. */
const holds = (dialect: Dialect): readonly string[] => {
  const { text, integer } = dialect.types
  return [
    `CREATE TABLE holdfast_order_holds (
      order_id ${text} NOT NULL REFERENCES holdfast_orders (id),
      position ${integer} NOT NULL,
      of ${text} NOT NULL ${oneOf('of', ['stock', 'coupon'])},
      article_id ${text},
      coupon_code ${text},
      quantity ${integer} NOT NULL ${counts('quantity', 1)},
      owner ${text} NOT NULL,
      status ${text} NOT NULL ${oneOf('status', ['held', 'consumed', 'released'])},
      PRIMARY KEY (order_id, position),
      CHECK ((of = 'stock') = (article_id IS NOT NULL)),
      CHECK ((of = 'coupon') = (coupon_code IS NOT NULL)),
      CHECK (of = 'stock' OR quantity = 1)
    ) ${strict(dialect)}`,
    `CREATE INDEX holdfast_order_holds_uses ON holdfast_order_holds (coupon_code, owner)
     WHERE coupon_code IS NOT NULL AND status <> 'released'`,
    ...(dialect.name === 'postgres' ? endedHoldsForPostgres : endedHoldsForSqlite),
  ]
}

/** A hold ends once and is never another one afterwards, kept by Postgres itself. */
const endedHoldsForPostgres = [
  `CREATE OR REPLACE FUNCTION holdfast_refuse_ended_hold() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     RAISE EXCEPTION 'A hold that has ended never changes.'
       USING ERRCODE = 'check_violation', CONSTRAINT = '${endedHoldConstraint}';
   END $$`,
  `CREATE TRIGGER ${endedHoldConstraint} BEFORE UPDATE ON holdfast_order_holds
   FOR EACH ROW WHEN (OLD.status <> 'held') EXECUTE FUNCTION holdfast_refuse_ended_hold()`,
]

/** True where a row that is inserted or moved would replace one that has ended, as SQLite lets a statement ask for. */
const replacesEnded = `EXISTS (
  SELECT 1 FROM holdfast_order_holds WHERE order_id = NEW.order_id AND position = NEW.position AND status <> 'held'
)`

/** The same, kept by SQLite. */
const endedHoldsForSqlite = [
  ['INSERT', replacesEnded],
  ['UPDATE', `OLD.status <> 'held' OR ${replacesEnded}`],
].map(
  ([on = '', ended]) =>
    `CREATE TRIGGER ${endedHoldConstraint}_${on.toLowerCase()} BEFORE ${on} ON holdfast_order_holds WHEN ${ended}
     BEGIN
       SELECT RAISE(ABORT, '${endedHoldConstraint}');
     END`,
)

const stock = (dialect: Dialect): readonly string[] => {
  const { text, integer } = dialect.types
  return [
    `CREATE TABLE holdfast_stock (
      article_id ${text} NOT NULL PRIMARY KEY,
      version ${integer} NOT NULL,
      on_hand ${integer} NOT NULL ${counts('on_hand')},
      held ${integer} NOT NULL CHECK (held >= 0),
      CHECK (held <= on_hand)
    ) ${strict(dialect)}`,
  ]
}

const coupons = (dialect: Dialect): readonly string[] => {
  const { text, integer } = dialect.types
  return [
    `CREATE TABLE holdfast_coupons (
      code ${text} NOT NULL PRIMARY KEY,
      version ${integer} NOT NULL,
      discount ${text} NOT NULL,
      use_limit ${integer} ${counts('use_limit')},
      use_limit_per_owner ${integer} ${counts('use_limit_per_owner')},
      minimum_minor ${integer} CHECK (minimum_minor >= 0),
      minimum_currency ${text},
      starts_at ${integer},
      ends_at ${integer},
      used ${integer} NOT NULL ${counts('used')},
      held ${integer} NOT NULL ${counts('held')},
      CHECK ((minimum_minor IS NULL) = (minimum_currency IS NULL)),
      CHECK (used + held <= use_limit)
    ) ${strict(dialect)}`,
  ]
}

/** What there is, in one row that is locked; and how it came to be: two lines for each movement, which add up to nothing. */
const wallets = (dialect: Dialect): readonly string[] => {
  const { text, integer } = dialect.types
  return [
    `CREATE TABLE holdfast_wallets (
      owner ${text} NOT NULL,
      currency ${text} NOT NULL,
      version ${integer} NOT NULL,
      balance_minor ${integer} NOT NULL CHECK (balance_minor >= 0),
      PRIMARY KEY (owner, currency)
    ) ${strict(dialect)}`,
    `CREATE TABLE holdfast_ledger (
      transfer_id ${text} NOT NULL,
      account ${text} NOT NULL ${oneOf('account', ['wallet', 'provider', 'sales'])},
      counter_account ${text} NOT NULL ${oneOf('counter_account', ['wallet', 'provider', 'sales'])},
      owner ${text} NOT NULL,
      currency ${text} NOT NULL,
      position ${integer} NOT NULL,
      type ${text} NOT NULL,
      change_minor ${integer} NOT NULL,
      balance_minor ${integer} CHECK (balance_minor >= 0),
      payment_id ${text} NOT NULL,
      at ${integer} NOT NULL,
      PRIMARY KEY (transfer_id, account),
      CHECK ((account = 'wallet') = (balance_minor IS NOT NULL)),
      CHECK ((account = 'wallet') <> (counter_account = 'wallet'))
    ) ${strict(dialect)}`,
    // An entry has one place in its wallet's statement, kept even against statements typed by hand.
    `CREATE UNIQUE INDEX holdfast_ledger_position ON holdfast_ledger (owner, currency, position) WHERE account = 'wallet'`,
    `CREATE INDEX holdfast_ledger_payment ON holdfast_ledger (payment_id, position) WHERE account = 'wallet'`,
  ]
}

const queues = (dialect: Dialect): readonly string[] => {
  const { text, integer } = dialect.types
  return ['holdfast_outbox', 'holdfast_inbox', 'holdfast_tasks'].flatMap((table) => [
    `CREATE TABLE ${table} (
      id ${text} NOT NULL PRIMARY KEY,
      body ${text} NOT NULL,
      status ${text} NOT NULL DEFAULT 'waiting' ${oneOf('status', ['waiting', 'done', 'dead'])},
      due_at ${integer} NOT NULL,
      tries ${integer} NOT NULL DEFAULT 0,
      lease ${integer} NOT NULL DEFAULT 0,
      leased_until ${integer},
      again_at ${integer},
      created_at ${integer} NOT NULL,
      finished_at ${integer},
      last_error ${text},
      result ${text},
      last_ended_at ${integer},
      last_result ${text}
    ) ${strict(dialect)}`,
    `CREATE INDEX ${table}_waiting ON ${table} (due_at, id) WHERE status = 'waiting'`,
    `CREATE INDEX ${table}_dead ON ${table} (due_at, id) WHERE status = 'dead'`,
    ...(table === 'holdfast_inbox' ? [`CREATE INDEX ${table}_newest ON ${table} (created_at, id)`] : []),
  ])
}

const records = (dialect: Dialect): readonly string[] => {
  const { text, integer, sequence } = dialect.types
  return [
    `CREATE TABLE holdfast_customers (owner ${text} NOT NULL PRIMARY KEY, customer_id ${text} NOT NULL) ${strict(dialect)}`,
    `CREATE TABLE holdfast_timeline (
      seq ${sequence},
      payment_id ${text} NOT NULL,
      lines ${text} NOT NULL
      ${dialect.name === 'postgres' ? ', CONSTRAINT holdfast_timeline_payment PRIMARY KEY (payment_id, seq)' : ''}
    ) ${strict(dialect)}`,
    ...(dialect.name === 'sqlite'
      ? ['CREATE INDEX holdfast_timeline_payment ON holdfast_timeline (payment_id, seq)']
      : []),
    `CREATE TABLE holdfast_requests (
      id ${text} NOT NULL PRIMARY KEY,
      fingerprint ${text} NOT NULL,
      created_at ${integer} NOT NULL,
      outcome ${text}
    ) ${strict(dialect)}`,
    `CREATE TABLE holdfast_attention (
      id ${text} NOT NULL PRIMARY KEY,
      code ${text} NOT NULL,
      payment_id ${text},
      at ${integer} NOT NULL,
      data ${text} NOT NULL,
      resolved_by ${text},
      resolved_at ${integer}
    ) ${strict(dialect)}`,
    'CREATE INDEX holdfast_attention_unresolved ON holdfast_attention (at, id) WHERE resolved_at IS NULL',
  ]
}

const circuitBreakers = (dialect: Dialect): readonly string[] => {
  const { text, integer } = dialect.types
  return [
    `CREATE TABLE holdfast_circuit_breakers (
      id ${text} NOT NULL PRIMARY KEY,
      status ${text} NOT NULL ${oneOf('status', ['closed', 'open', 'half_open'])},
      outages ${integer} ${counts('outages')},
      since ${integer},
      probe_at ${integer},
      probe_id ${text},
      probe_until ${integer},
      CHECK ((status = 'closed') = (outages IS NOT NULL)),
      CHECK ((status = 'closed') = (since IS NULL)),
      CHECK ((status = 'open') = (probe_at IS NOT NULL)),
      CHECK ((status = 'half_open') = (probe_id IS NOT NULL)),
      CHECK ((status = 'half_open') = (probe_until IS NOT NULL))
    ) ${strict(dialect)}`,
  ]
}

/** Whoever fetches a list writes down by which `fetch_id`, and keeps it only where that still stands there. */
const paymentMethodLists = (dialect: Dialect): readonly string[] => {
  const { text, integer } = dialect.types
  return [
    `CREATE TABLE holdfast_payment_method_lists (
      id ${text} NOT NULL PRIMARY KEY,
      fetch_id ${text} NOT NULL,
      methods ${text},
      kept_until ${integer} NOT NULL
    ) ${strict(dialect)}`,
    'CREATE INDEX holdfast_payment_method_lists_old ON holdfast_payment_method_lists (kept_until)',
  ]
}
