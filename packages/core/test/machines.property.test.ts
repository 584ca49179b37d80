import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  allows,
  attemptTransitions,
  consultationTransitions,
  decideAttempt,
  decideConsultation,
  decideDispute,
  decideHold,
  decideIntent,
  decideOrder,
  decidePayment,
  decideRefund,
  decideReservation,
  disputeTransitions,
  evolveAttempt,
  evolveConsultation,
  evolveDispute,
  evolveHold,
  evolveIntent,
  evolveOrder,
  evolvePayment,
  evolveRefund,
  evolveReservation,
  holdTransitions,
  IllegalTransition,
  instant,
  intentTransitions,
  isLive,
  makeReservation,
  money,
  openConsultation,
  openDispute,
  orderTransitions,
  paymentTransitions,
  placedOrder,
  refundTransitions,
  requestAttempt,
  requestRefund,
  reservationTransitions,
  wantedBy,
  type ArticleId,
  type Attempt,
  type AttemptCommand,
  type AttemptId,
  type Consultation,
  type ConsultationCommand,
  type ConsultationId,
  type CouponCode,
  type Decision,
  type Dispute,
  type DisputeCommand,
  type Hold,
  type HoldCommand,
  type IntentCommand,
  type IntentId,
  type Order,
  type OrderCommand,
  type OrderId,
  type OwnerId,
  type Payment,
  type PaymentCommand,
  type PaymentId,
  type PendingIntent,
  type Refund,
  type RefundCommand,
  type RefundId,
  type Reservation,
  type ReservationCommand,
  type ReservationId,
  type ResourceId,
} from '../src/index.ts'
import { drawMachine } from './draw-machine.ts'

/** A machine, as the properties below see it: whatever it is of. */
interface Machine<State extends { readonly status: string }, Command> {
  readonly name: string
  readonly initial: State
  readonly table: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly decide: (
    state: State,
    command: Command,
  ) => Decision<{ readonly type: string }, unknown, { readonly code: string }>
  readonly evolve: (state: State, event: never) => State
  readonly command: fc.Arbitrary<Command>
  /** Statuses that nothing but what is listed leaves. */
  readonly endings: Readonly<Record<string, readonly string[]>>
}

const at = fc.integer({ min: 1, max: 1_000_000 }).map(instant)
const paymentId = 'pay_1' as PaymentId
const attemptId = fc.constantFrom('att_1' as AttemptId, 'att_2' as AttemptId)
const failure = fc.constant({ code: 'card_declined' as const, retryable: true })
const amount = money(1000n, 'MXN')
const providerId = fc.constantFrom('cs_1', 'cs_2')
const declined = fc.record({ id: fc.constantFrom('ch_1', 'ch_2', 'ch_3'), failure })
const item = { name: 'n', description: 'd' }

const payment: Machine<Payment, PaymentCommand> = {
  name: 'payment',
  initial: {
    id: paymentId,
    purpose: 'deposit',
    owner: 'ana' as OwnerId,
    subject: { type: 'intent', id: 'int_1' },
    amount,
    item,
    metadata: {},
    saveCard: true,
    createdAt: instant(0),
    status: 'pending',
  },
  table: paymentTransitions,
  decide: decidePayment,
  evolve: evolvePayment,
  command: fc.oneof<fc.Arbitrary<PaymentCommand>[]>(
    fc.record({
      type: fc.constant('start_attempt' as const),
      kind: fc.constantFrom('hosted' as const, 'off_session' as const),
    }),
    fc.constant({ type: 'note_processing' as const }),
    fc.record({ type: fc.constant('note_authorized' as const), at }),
    fc.record({ type: fc.constant('count_capture' as const), at, attemptId, honourLate: fc.boolean() }),
    fc.record({ type: fc.constant('note_failure' as const), at, failure }),
    fc.constant({ type: 'note_withdrawal' as const }),
    fc.record({
      type: fc.constant('change_amount' as const),
      amount: fc.constantFrom(amount, money(5n, 'MXN')),
      item: fc.constant(item),
    }),
    fc.record({
      type: fc.constant('cancel' as const),
      at,
      reason: fc.constantFrom('requested' as const, 'abandoned' as const),
    }),
    fc.record({
      type: fc.constant('note_standing' as const),
      at,
      gone: fc.constantFrom(0n, 1n, 5n, 1000n),
      dispute: fc.constantFrom('none' as const, 'open' as const, 'lost' as const),
    }),
  ),
  endings: { cancelled: ['captured'] },
}

const attempt: Machine<Attempt, AttemptCommand> = {
  name: 'attempt',
  initial: requestAttempt({
    id: 'att_1' as AttemptId,
    paymentId,
    kind: 'hosted',
    amount,
    announce: false,
    at: instant(0),
  }),
  table: attemptTransitions,
  decide: decideAttempt,
  evolve: evolveAttempt,
  command: fc.oneof<fc.Arbitrary<AttemptCommand>[]>(
    fc.record({
      type: fc.constant('observe' as const),
      at,
      providerId,
      state: fc.oneof(
        fc.record(
          { type: fc.constant('opened' as const), url: fc.constant('https://pay.example/1'), expiresAt: at, declined },
          { requiredKeys: ['type', 'url', 'expiresAt'] },
        ),
        fc.record({ type: fc.constant('page_declined' as const), declined }),
        fc.constant({ type: 'processing' as const }),
        fc.constant({ type: 'authorized' as const }),
        fc.constant({ type: 'captured' as const, charge: { id: 'ch_1', amount } }),
        fc.record({ type: fc.constant('declined' as const), failure }),
        fc.record({ type: fc.constant('expired' as const), declined }, { requiredKeys: ['type'] }),
      ),
    }),
    fc.record({
      type: fc.constant('close' as const),
      reason: fc.constantFrom('replaced' as const, 'requested' as const),
    }),
    fc.record({ type: fc.constant('end_asking' as const), at }),
  ),
  endings: { succeeded: [], declined: ['captured'], expired: ['captured'] },
}

const refund: Machine<Refund, RefundCommand> = {
  name: 'refund',
  initial: requestRefund({
    id: 'rf_1' as RefundId,
    paymentId,
    attemptId: 'att_1' as AttemptId,
    amount,
    reason: 'duplicate',
    at: instant(0),
  }),
  table: refundTransitions,
  decide: decideRefund,
  evolve: evolveRefund,
  command: fc.oneof<fc.Arbitrary<RefundCommand>[]>(
    fc.record({
      type: fc.constant('observe' as const),
      at,
      providerId: fc.constant('re_1'),
      state: fc.constantFrom(
        { type: 'pending' as const },
        { type: 'succeeded' as const },
        { type: 'failed' as const, detail: 'no' },
      ),
    }),
    fc.record({ type: fc.constant('rotate_key' as const), used: fc.constantFrom('rf_1', 'rf_1~2') }),
    fc.record({ type: fc.constant('end_asking' as const), at }),
  ),
  endings: { failed: [], succeeded: ['failed'] },
}

const dispute: Machine<Dispute, DisputeCommand> = {
  name: 'dispute',
  initial: openDispute('dp_1', instant(0), amount),
  table: disputeTransitions,
  decide: decideDispute,
  evolve: evolveDispute,
  command: fc.record({
    type: fc.constant('observe' as const),
    at,
    state: fc.constantFrom('opened' as const, 'won' as const, 'lost' as const),
    amount: fc.constantFrom(amount, money(5n, 'MXN')),
  }),
  endings: { won: ['lost'], lost: ['won'] },
}

const reservation: Machine<Reservation, ReservationCommand> = {
  name: 'reservation',
  initial: makeReservation({
    id: 'res_1' as ReservationId,
    owner: 'ana' as OwnerId,
    intentId: 'int_1' as IntentId,
    paymentId,
    details: {},
    createdAt: instant(0),
    slot: { resourceId: 'casa' as ResourceId, unit: 0, startsAt: instant(10), endsAt: instant(500_000) },
    balance: { paymentId: 'pay_2' as PaymentId, amount, dueAt: instant(5) },
  }),
  table: reservationTransitions,
  decide: decideReservation,
  evolve: evolveReservation,
  command: fc.oneof<fc.Arbitrary<ReservationCommand>[]>(
    fc.constant({ type: 'start_balance' as const }),
    fc.constant({ type: 'note_balance_paid' as const }),
    fc.record({
      type: fc.constant('complete' as const),
      at,
      balance: fc.constantFrom('due' as const, 'waived' as const),
    }),
    fc.record({ type: fc.constant('cancel' as const), at, by: fc.constantFrom('owner' as const, 'staff' as const) }),
  ),
  endings: { completed: [], cancelled: [] },
}

const consultation: Machine<Consultation, ConsultationCommand> = {
  name: 'consultation',
  initial: openConsultation({
    id: 'con_1' as ConsultationId,
    owner: 'ana' as OwnerId,
    resourceId: 'dr-vega' as ResourceId,
    intentId: 'int_1' as IntentId,
    paymentId,
    details: {},
    createdAt: instant(0),
  }),
  table: consultationTransitions,
  decide: decideConsultation,
  evolve: evolveConsultation,
  command: fc.record({
    type: fc.constantFrom('close' as const, 'cancel' as const),
    at,
    by: fc.constantFrom('owner' as const, 'staff' as const, 'system' as const),
  }),
  endings: { closed: [], cancelled: [] },
}

const intent: Machine<PendingIntent, IntentCommand> = {
  name: 'pending-intent',
  initial: {
    id: 'int_1' as IntentId,
    token: 't',
    kind: 'reservation',
    owner: 'ana' as OwnerId,
    payload: {},
    paymentId,
    status: 'open',
    quote: { amount, purpose: 'deposit', item, details: {} },
    expiresAt: instant(9),
    createdAt: instant(0),
  },
  table: intentTransitions,
  decide: decideIntent,
  evolve: evolveIntent,
  command: fc.oneof<fc.Arbitrary<IntentCommand>[]>(
    fc.record({ type: fc.constant('note_paid' as const), at }),
    fc.record({
      type: fc.constant('fulfil' as const),
      at,
      record: fc.constantFrom({ type: 'reservation', id: 'res_1' }, { type: 'reservation', id: 'res_2' }),
    }),
    fc.record({ type: fc.constant('give_back' as const), at, reason: fc.constant('slot_taken' as const) }),
    fc.record({ type: fc.constant('abandon' as const), at }),
  ),
  endings: { fulfilled: [], refunded: [], abandoned: ['paid'] },
}

const order: Machine<Order, OrderCommand> = {
  name: 'order',
  initial: placedOrder({
    id: 'ord_1' as OrderId,
    owner: 'ana' as OwnerId,
    lines: [{ articleId: 'mug' as ArticleId, name: 'Mug', quantity: 2, unitPrice: amount }],
    discount: { code: 'TEN' as CouponCode, amount: money(200n, 'MXN') },
    total: money(1800n, 'MXN'),
    paymentId,
    expiresAt: instant(9),
    details: {},
    createdAt: instant(0),
  }),
  table: orderTransitions,
  decide: decideOrder,
  evolve: evolveOrder,
  command: fc.oneof<fc.Arbitrary<OrderCommand>[]>(
    fc.record({
      type: fc.constant('reprice' as const),
      total: fc.constantFrom(money(1800n, 'MXN'), money(1500n, 'MXN')),
    }),
    fc.record({
      type: fc.constantFrom('note_paid' as const, 'reinstate' as const, 'deliver' as const, 'recall' as const),
      at,
    }),
    fc.record(
      { type: fc.constant('ship' as const), at, tracking: fc.constantFrom('MX-1', 'MX-2') },
      { requiredKeys: ['type', 'at'] },
    ),
    fc.record({
      type: fc.constant('cancel' as const),
      at,
      reason: fc.constantFrom('requested' as const, 'expired' as const, 'payment_failed' as const),
    }),
  ),
  endings: { delivered: [], cancelled: ['reinstated'] },
}

const hold: Machine<Hold, HoldCommand> = {
  name: 'hold',
  initial: { of: 'stock', articleId: 'mug' as ArticleId, quantity: 2, status: 'held' },
  table: holdTransitions,
  decide: decideHold,
  evolve: evolveHold,
  command: fc.record({ type: fc.constantFrom('consume' as const, 'release' as const) }),
  endings: { consumed: [], released: [] },
}

const apply = <S extends { readonly status: string }, C>(machine: Machine<S, C>, state: S, command: C) => {
  const decision = machine.decide(state, command)
  const events = decision.ok ? decision.events : []
  return { decision, events, next: events.reduce((before, event) => machine.evolve(before, event as never), state) }
}

const properties = <S extends { readonly status: string }, C>(machine: Machine<S, C>): void => {
  const { table, initial, command, endings } = machine
  const story = fc.array(command, { maxLength: 25 })
  const after = (commands: readonly C[]): S =>
    commands.reduce((state, each) => apply(machine, state, each).next, initial)

  describe(`the ${machine.name} machine`, () => {
    test.prop([story], { numRuns: 1000 })('never emits an event its table forbids', (commands) => {
      let state = initial
      for (const each of commands) {
        const { events } = apply(machine, state, each)
        for (const event of events) {
          expect(allows(table, state.status, event.type)).toBe(true)
          const to = table[state.status]?.[event.type]
          state = machine.evolve(state, event as never)
          expect(state.status).toBe(to)
        }
      }
    })

    test.prop([story, command], { numRuns: 1000 })(
      'changes nothing when the same command comes twice',
      (commands, last) => {
        const once = apply(machine, after(commands), last)
        const twice = apply(machine, once.next, last)
        expect(twice.events).toEqual([])
        expect(twice.next).toEqual(once.next)
      },
    )

    test.prop([story], { numRuns: 1000 })('leaves an ending only by what is listed', (commands) => {
      let state = initial
      for (const each of commands) {
        const { events, next } = apply(machine, state, each)
        const allowed = endings[state.status]
        if (allowed !== undefined) for (const { type } of events) expect(allowed).toContain(type)
        state = next
      }
    })

    test.prop([story], { numRuns: 1000 })('takes its table at its word: an absent edge throws', (commands) => {
      const state = after(commands)
      const all = new Set(Object.values(table).flatMap((row) => Object.keys(row)))
      for (const type of all)
        if (!allows(table, state.status, type))
          expect(() => machine.evolve(state, { type } as never)).toThrow(IllegalTransition)
    })

    it('reaches every status', () => {
      const seen = new Set<string>()
      fc.assert(
        fc.property(story, (commands) => {
          commands.reduce((state, each) => {
            const { next } = apply(machine, state, each)
            seen.add(next.status)
            return next
          }, initial)
        }),
        { numRuns: 3000 },
      )
      expect([...new Set([initial.status, ...seen])].sort()).toEqual(Object.keys(table).sort())
    })

    it('is drawn as documented', async () => {
      await expect(drawMachine(initial.status, table)).toMatchFileSnapshot(`../../../docs/machines/${machine.name}.mmd`)
    })
  })
}

properties(payment)
properties(attempt)
properties(refund)
properties(dispute)
properties(reservation)
properties(consultation)
properties(intent)
properties(order)
properties(hold)

test.prop([fc.array(order.command, { maxLength: 25 })], { numRuns: 1000 })(
  'an order holds all it wants while it can be paid, has used it once it is, and never both uses and gives back one hold',
  (commands) => {
    const wanted = wantedBy(order.initial)
    let before = order.initial
    for (const command of commands) {
      const { next } = apply(order, before, command)
      // What has ended stays as it ended.
      for (const [at, { status }] of before.holds.entries())
        if (status !== 'held') expect(next.holds[at]?.status).toBe(status)
      const inStatus = (status: Hold['status']) =>
        next.holds.filter((each) => each.status === status).map(({ status: _which, ...held }) => held)
      expect(inStatus('held')).toEqual(next.status === 'pending' ? wanted : [])
      expect(inStatus('consumed')).toEqual('completedAt' in next ? wanted : [])
      before = next
    }
  },
)

it('leaves a payment that is refunded in full as it is when a refund beyond its amount is heard of', () => {
  const story: readonly PaymentCommand[] = [
    { type: 'change_amount', amount: money(5n, 'MXN'), item },
    { type: 'count_capture', at: instant(1), attemptId: 'att_1' as AttemptId, honourLate: false },
    { type: 'note_standing', at: instant(2), gone: 1000n, dispute: 'none' },
    { type: 'note_standing', at: instant(3), gone: 5n, dispute: 'none' },
  ]
  const end = story.reduce((state, command) => apply(payment, state, command).next, payment.initial)
  expect(end.status).toBe('refunded')
})

describe('what the provider says of one attempt', () => {
  const opened = { type: 'opened' as const, url: 'https://pay.example/1', expiresAt: instant(99) }
  const declinedOnPage = {
    type: 'page_declined' as const,
    declined: { id: 'ch_2', failure: { code: 'card_declined' as const, retryable: true } },
  }
  const ended = fc.constantFrom(
    { type: 'captured' as const, charge: { id: 'ch_1', amount } },
    { type: 'declined' as const, failure: { code: 'card_declined' as const, retryable: true } },
    { type: 'expired' as const },
  )
  // One story of a page has one ending. Its reports may come in any order, any number of times, with gaps.
  test.prop([ended, fc.boolean(), fc.infiniteStream(fc.nat(100))])(
    'ends the same in any order and any repetition',
    (ending, processing, noise) => {
      const reports = [opened, ...(processing ? [{ type: 'processing' as const }] : []), ending, declinedOnPage]
      const observe = (state: Attempt, report: (typeof reports)[number]): Attempt =>
        apply(attempt, state, { type: 'observe', at: instant(1), providerId: 'cs_1', state: report }).next
      const straight = reports.reduce(observe, attempt.initial)
      const withoutDeclines = ({ declines: _declines, ...rest }: Attempt) => rest
      const shuffled = Array.from(
        { length: 12 },
        () => reports[(noise.next().value as number) % reports.length] ?? opened,
      )
      const mixed = [...shuffled, ending, ...shuffled].reduce(observe, attempt.initial)
      // Whether a card that was declined on the way is known depends on when it was heard of; nothing else does.
      expect(withoutDeclines(mixed)).toEqual(withoutDeclines(straight))
      expect(mixed.declines?.length ?? 0).toBeLessThanOrEqual(1)
      expect(isLive(mixed)).toBe(false)
    },
  )
})
