import { describe, expect, it } from 'vitest'
import { at, attemptId, everyAttempt, paymentId } from '../src/contracts/samples.ts'
import { accept, unchanged } from '../src/kernel/decision.ts'
import { after, day, hour, minute } from '../src/kernel/instant.ts'
import { money } from '../src/kernel/money.ts'
import {
  decideAttempt,
  evolveAttempt,
  isEnding,
  isLive,
  requestAttempt,
  type Attempt,
  type AttemptCommand,
  type AttemptEvent,
  type AttemptState,
} from '../src/payment/attempt.ts'
import { answersOf, oneOfEach } from './every-status.ts'

const amount = money(12_500, 'MXN')
const page = { successUrl: 'https://host.example/ok', cancelUrl: 'https://host.example/no', expiresAt: at(7_200_000) }
const failure = { code: 'card_declined', retryable: true } as const
const charge = { id: 'pi_1', amount }
const declined = { id: 'ch_1', failure: { code: 'insufficient_funds', retryable: true } } as const
const dispute = { id: 'dp_1', openedAt: at(4), amount: money(500, 'MXN'), status: 'open' } as const
const base = {
  id: attemptId('att_1'),
  paymentId: paymentId('pay_1'),
  kind: 'hosted',
  amount,
  idempotencyKey: 'att_1',
  requestedAt: at(1),
  announce: false,
  page,
  providerId: 'cs_1',
} as const
const live = { lookAt: at(100), looks: 0 }
const inStatus = {
  requested: { ...base, ...live, status: 'requested' },
  open: { ...base, ...live, status: 'open', url: 'https://pay.example/1', expiresAt: at(7_200_000) },
  processing: { ...base, ...live, status: 'processing' },
  succeeded: { ...base, ...live, status: 'succeeded', succeededAt: at(60), charge, disputes: [] },
  declined: { ...base, status: 'declined', declinedAt: at(62), failure },
  expired: { ...base, status: 'expired', expiredAt: at(63) },
} satisfies { readonly [Status in Attempt['status']]: Attempt }
const answers = answersOf<Attempt, AttemptCommand, AttemptEvent>({
  states: Object.values<Attempt>(inStatus),
  decide: decideAttempt,
  evolve: evolveAttempt,
})
const says = (state: AttemptState, providerId?: string): AttemptCommand => ({
  type: 'observe',
  at: at(5),
  state,
  ...(providerId === undefined ? {} : { providerId }),
})
const opened: AttemptState = { type: 'opened', url: 'https://pay.example/2', expiresAt: at(9_000_000) }
const ended = ['succeeded', 'declined', 'expired']

describe('what an attempt answers in every status', () => {
  it('to a page that is open at the provider', () => {
    expect(answers(says(opened, 'cs_1'))).toEqual({
      'opened → open': ['requested'],
      unchanged: ['open', 'processing', ...ended],
    })
    // Without the page's id at the provider nobody could ever ask about it, or close it.
    expect(answers(says(opened))).toEqual({ unchanged: ['requested', 'open', 'processing', ...ended] })
  })

  it('to a card that was declined on its page, which ends nothing', () => {
    const kept = { 'page_declined → requested': ['requested'], 'page_declined → open': ['open'] }
    // Once money is on its way, a card that was declined before is no news, and what fails after is an end.
    expect(answers(says({ type: 'page_declined', declined }))).toEqual({ ...kept, unchanged: ['processing', ...ended] })
    expect(answers(says({ ...opened, declined }, 'cs_1'))).toEqual({
      'opened, page_declined → open': ['requested'],
      'page_declined → open': ['open'],
      unchanged: ['processing', ...ended],
    })
    expect(answers(says({ type: 'expired', declined }, 'cs_1'))).toEqual({
      'page_declined, expired → expired': ['requested', 'open'],
      'expired → expired': ['processing'],
      unchanged: ended,
    })
    // A card that is charged without its owner has no page, and a page beside its own says nothing of it.
    expect(decideAttempt({ ...inStatus.open, kind: 'off_session' }, says({ type: 'page_declined', declined }))).toEqual(
      unchanged,
    )
    for (const state of [
      { ...opened, declined },
      { type: 'expired', declined },
    ] as const)
      expect(decideAttempt(inStatus.open, says(state, 'cs_2'))).toEqual(unchanged)
  })

  it('to money that is on its way, or set aside', () => {
    for (const type of ['processing', 'authorized'] as const)
      expect(answers(says({ type }))).toEqual({
        'processing_started → processing': ['requested', 'open'],
        unchanged: ['processing', ...ended],
      })
  })

  it('to money, which is believed even of what was taken for dead', () => {
    expect(answers(says({ type: 'captured', charge }))).toEqual({
      'captured → succeeded': ['requested', 'open', 'processing', 'declined', 'expired'],
      unchanged: ['succeeded'],
    })
  })

  it('to an end without money', () => {
    expect(answers(says({ type: 'declined', failure }))).toEqual({
      'declined → declined': ['requested', 'open', 'processing'],
      unchanged: ended,
    })
    expect(answers(says({ type: 'expired' }))).toEqual({
      'expired → expired': ['requested', 'open', 'processing'],
      unchanged: ended,
    })
  })

  it('to a look that brought nothing', () => {
    expect(answers({ type: 'note_look', at: at(5) })).toEqual({
      'looked → requested': ['requested'],
      'looked → open': ['open'],
      'looked → processing': ['processing'],
      'looked → succeeded': ['succeeded'],
      unchanged: ['declined', 'expired'],
    })
  })

  it('to the end of asking, once', () => {
    expect(answers({ type: 'end_asking', at: at(5) })).toEqual({
      'asking_ended → requested': ['requested'],
      unchanged: ['open', 'processing', ...ended],
    })
    const sought = evolveAttempt(inStatus.requested, { type: 'asking_ended', at: at(5) })
    expect(sought).toStrictEqual({ ...inStatus.requested, askingEndedAt: at(5) })
    expect(decideAttempt(sought, { type: 'end_asking', at: at(6) })).toEqual(unchanged)
    expect(evolveAttempt(sought, { type: 'looked', at: at(7) })).toMatchObject({ askingEndedAt: at(5) })
    expect(evolveAttempt(sought, { type: 'processing_started', at: at(7) })).not.toHaveProperty('askingEndedAt')
  })

  it('to a charge that moved', () => {
    expect(answers({ type: 'note_charge_moved', at: at(5), disputes: [] })).toEqual({
      'charge_moved → succeeded': ['succeeded'],
      unchanged: ['requested', 'open', 'processing', 'declined', 'expired'],
    })
  })

  it('to being closed', () => {
    for (const reason of ['replaced', 'requested', 'abandoned', 'reservation_cancelled'] as const)
      expect(answers({ type: 'close', reason })).toEqual({
        'close_requested → requested': ['requested'],
        'close_requested → open': ['open'],
        'close_requested → processing': ['processing'],
        unchanged: ended,
      })
  })
})

describe('closing an attempt again', () => {
  const closing = (reason: 'replaced' | 'requested'): Attempt => ({ ...inStatus.open, closing: reason })

  it('turns a replacement into a cancellation, and never the other way round', () => {
    expect(decideAttempt(closing('replaced'), { type: 'close', reason: 'requested' })).toEqual(
      accept([{ type: 'close_requested', reason: 'requested' }]),
    )
    for (const reason of ['replaced', 'abandoned'] as const)
      expect(decideAttempt(closing('requested'), { type: 'close', reason })).toEqual(unchanged)
    expect(decideAttempt(closing('replaced'), { type: 'close', reason: 'replaced' })).toEqual(unchanged)
  })
})

describe('an attempt that is being closed', () => {
  it.each(['requested', 'abandoned', 'expired', 'payment_failed', 'reservation_cancelled'] as const)(
    'ends its payment with it where that is why: %s',
    (closing) => {
      expect(isEnding({ ...inStatus.open, closing })).toBe(true)
    },
  )

  it('makes room for the next where it is replaced, and for none where it is not being closed', () => {
    expect(isEnding({ ...inStatus.open, closing: 'replaced' })).toBe(false)
    expect(isEnding(inStatus.open)).toBe(false)
  })
})

describe('what was declined on the page of an attempt', () => {
  const hear = (attempt: Attempt, state: AttemptState, providerId?: string): Attempt =>
    decideAttempt(attempt, says(state, providerId)).events.reduce(evolveAttempt, attempt)
  const kept = { id: 'ch_1', at: at(5), failure: declined.failure }
  const tried = hear(inStatus.open, { type: 'page_declined', declined })

  it('is kept with its reason, and leaves everything else as it was', () => {
    expect(tried).toStrictEqual({ ...inStatus.open, declines: [kept] })
    expect(hear({ ...inStatus.requested, closing: 'requested' }, { type: 'page_declined', declined })).toStrictEqual({
      ...inStatus.requested,
      closing: 'requested',
      declines: [kept],
    })
  })

  it('is kept once, however often and in whatever way it is told of', () => {
    for (const state of [
      { type: 'page_declined', declined },
      { ...opened, declined },
    ] as const)
      expect(decideAttempt(tried, says(state, 'cs_1'))).toStrictEqual(unchanged)
    const other = { ...declined, id: 'ch_2' }
    expect(hear(tried, { ...opened, declined: other }, 'cs_1')).toHaveProperty('declines', [
      kept,
      { ...kept, id: 'ch_2' },
    ])
  })

  it('is kept fifty times, and no more', () => {
    const many = Array.from({ length: 60 }, (_, n) => ({ ...declined, id: `ch_${n}` }))
    const full = many.reduce<Attempt>((sofar, each) => hear(sofar, { type: 'page_declined', declined: each }), tried)
    expect(full.declines).toHaveLength(50)
    expect(full.declines?.at(-1)?.id).toBe('ch_49')
  })

  it('stays known however the attempt goes on', () => {
    const ways: readonly AttemptState[] = [
      { type: 'processing' },
      { type: 'captured', charge },
      { type: 'declined', failure },
      { type: 'expired' },
    ]
    for (const state of ways) expect(hear(tried, state, 'cs_1').declines).toEqual([kept])
    expect(hear(hear(inStatus.requested, { type: 'page_declined', declined }), opened, 'cs_1').declines).toEqual([kept])
  })
})

describe('the facts of an attempt', () => {
  it('say when, and what the provider calls it', () => {
    const heard = { at: at(5), providerId: 'cs_2' }
    const facts: readonly (readonly [AttemptState, AttemptEvent])[] = [
      [opened, { ...heard, type: 'opened', url: 'https://pay.example/2', expiresAt: at(9_000_000) }],
      [
        { type: 'page_declined', declined },
        { at: at(5), type: 'page_declined', ...declined },
      ],
      [{ type: 'processing' }, { ...heard, type: 'processing_started' }],
      [
        { type: 'captured', charge },
        { ...heard, type: 'captured', charge },
      ],
      [
        { type: 'declined', failure },
        { ...heard, type: 'declined', failure },
      ],
      [{ type: 'expired' }, { ...heard, type: 'expired' }],
    ]
    const { providerId: _none, ...unnamed } = inStatus.requested
    for (const [state, event] of facts)
      expect(decideAttempt(unnamed, says(state, 'cs_2'))).toStrictEqual(accept([event]))
    // That another page than its own is gone says nothing of it.
    for (const state of [{ type: 'declined', failure }, { type: 'expired' }] as const) {
      expect(decideAttempt(inStatus.open, says(state, 'cs_2'))).toStrictEqual(unchanged)
      expect(decideAttempt(inStatus.open, says(state, 'cs_1'))).toMatchObject({ events: [{ type: state.type }] })
    }
    expect(decideAttempt(inStatus.requested, says({ type: 'expired' }))).toStrictEqual(
      accept([{ type: 'expired', at: at(5) }]),
    )
    expect(decideAttempt(inStatus.requested, { type: 'note_look', at: at(5) })).toStrictEqual(
      accept([{ type: 'looked', at: at(5) }]),
    )
    expect(decideAttempt(inStatus.succeeded, { type: 'note_look', at: at(5), unheard: true })).toStrictEqual(
      accept([{ type: 'looked', at: at(5), unheard: true }]),
    )
    expect(
      decideAttempt(inStatus.succeeded, { type: 'note_charge_moved', at: at(5), disputes: [dispute] }),
    ).toStrictEqual(accept([{ type: 'charge_moved', at: at(5), disputes: [dispute] }]))
  })
})

describe('an attempt after an event', () => {
  it('keeps what it is, and of the status it left only what is still so', () => {
    expect(evolveAttempt(inStatus.open, { type: 'processing_started', at: at(5) })).toStrictEqual({
      ...base,
      status: 'processing',
      lookAt: after(at(5), hour),
      looks: 0,
    })
    expect(evolveAttempt(inStatus.expired, { type: 'captured', at: at(5), charge })).toStrictEqual({
      ...base,
      status: 'succeeded',
      succeededAt: at(5),
      charge,
      disputes: [],
      lookAt: after(at(5), hour),
      looks: 0,
    })
    expect(evolveAttempt(inStatus.processing, { type: 'declined', at: at(5), failure })).toStrictEqual({
      ...base,
      status: 'declined',
      declinedAt: at(5),
      failure,
    })
    expect(evolveAttempt(inStatus.open, { type: 'expired', at: at(5) })).toStrictEqual({
      ...base,
      status: 'expired',
      expiredAt: at(5),
    })
  })

  it('goes on ending where it was to end, as long as it may be alive', () => {
    const closing: Attempt = { ...inStatus.requested, closing: 'replaced' }
    const page = { type: 'opened', at: at(5), providerId: 'cs_1', url: 'u', expiresAt: at(9) } as const
    expect(evolveAttempt(closing, page)).toHaveProperty('closing', 'replaced')
    expect(evolveAttempt(closing, { type: 'processing_started', at: at(5) })).toHaveProperty('closing', 'replaced')
    expect(evolveAttempt(closing, { type: 'expired', at: at(5) })).not.toHaveProperty('closing')
    expect(evolveAttempt(inStatus.requested, page)).not.toHaveProperty('closing')
    expect(evolveAttempt(inStatus.open, { type: 'close_requested', reason: 'abandoned' })).toStrictEqual({
      ...inStatus.open,
      closing: 'abandoned',
    })
  })

  it("keeps the provider's first name for it, takes one where it had none, and is watched where its money comes by", () => {
    const { providerId: _none, page: _neither, ...unnamed } = inStatus.requested
    const paid = { type: 'captured', at: at(5), charge, providerId: 'cs_9' } as const
    const heard = { type: 'processing_started', at: at(5), providerId: 'cs_9' } as const
    for (const event of [paid, heard]) {
      expect(evolveAttempt(inStatus.open, event).providerId).toBe('cs_9')
      expect(evolveAttempt({ ...inStatus.open, kind: 'off_session' }, event).providerId).toBe('cs_9')
      expect(evolveAttempt({ ...inStatus.open, kind: 'wallet' }, event).providerId).toBe('cs_1')
    }
    expect(evolveAttempt(inStatus.open, { type: 'expired', at: at(5), providerId: 'cs_9' }).providerId).toBe('cs_1')
    expect(evolveAttempt(unnamed, heard).providerId).toBe('cs_9')
    const nameless = evolveAttempt(unnamed, { type: 'expired', at: at(5) })
    expect(Object.keys(nameless)).not.toContain('providerId')
    expect(Object.keys(nameless)).not.toContain('page')
  })

  it('is live until the provider has said how it ended', () => {
    expect(
      oneOfEach(everyAttempt('pay_1').flat())
        .filter(isLive)
        .map(({ status }) => status),
    ).toEqual(['requested', 'open', 'processing'])
  })
})

describe('a new attempt', () => {
  const ask = { id: base.id, paymentId: base.paymentId, amount, announce: true, at: at(1) }

  it('is its own key towards the provider, and is asked about after two minutes', () => {
    expect(requestAttempt({ ...ask, kind: 'hosted', page })).toStrictEqual({
      id: 'att_1',
      paymentId: 'pay_1',
      kind: 'hosted',
      amount,
      announce: true,
      page,
      idempotencyKey: 'att_1',
      requestedAt: at(1),
      status: 'requested',
      lookAt: after(at(1), 2 * minute),
      looks: 0,
    })
  })

  it('has no page where a saved card is charged', () => {
    expect(Object.keys(requestAttempt({ ...ask, kind: 'off_session' }))).not.toContain('page')
  })
})

describe('when an attempt is asked about', () => {
  const now = at(10 * day)
  const open = (expiresIn: number, looks = 0) =>
    ({ ...inStatus.open, expiresAt: after(now, expiresIn), looks }) satisfies Attempt
  const waitOf = (attempt: Attempt, event: AttemptEvent): number => {
    const next = evolveAttempt(attempt, event)
    return 'lookAt' in next ? next.lookAt - now : Number.NaN
  }
  const looked: AttemptEvent = { type: 'looked', at: now }

  it('is a quarter of an hour after its page opened, or a minute after the page ends if that is sooner', () => {
    const page = (expiresIn: number): AttemptEvent => ({
      type: 'opened',
      at: now,
      providerId: 'cs_1',
      url: 'u',
      expiresAt: after(now, expiresIn),
    })
    expect(waitOf(inStatus.requested, page(2 * hour))).toBe(15 * minute)
    expect(waitOf(inStatus.requested, page(5 * minute))).toBe(6 * minute)
    expect(waitOf(inStatus.requested, page(14 * minute))).toBe(15 * minute)
    expect(waitOf(inStatus.requested, page(0))).toBe(minute)
    // A page that had ended before it was heard of is not asked about at once, again and again.
    expect(waitOf(inStatus.requested, page(-minute))).toBe(15 * minute)
    expect(waitOf(inStatus.requested, page(-hour))).toBe(15 * minute)
  })

  it('comes twice as late each time, up to six hours, and up to a day while money is on its way', () => {
    const waits = (attempt: Attempt) =>
      [0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 400].map((looks) => waitOf({ ...attempt, looks } as Attempt, looked) / minute)
    expect(waits(inStatus.requested)).toEqual([5, 10, 20, 40, 320, 360, 360, 360, 360, 360, 360])
    expect(waits(inStatus.processing)).toEqual([5, 10, 20, 40, 320, 640, 1280, 1440, 1440, 1440, 1440])
    expect(waits(open(30 * day))).toEqual([5, 10, 20, 40, 320, 360, 360, 360, 360, 360, 360])
  })

  it('is a minute after the end of an open page where that is sooner', () => {
    expect(waitOf(open(2 * minute, 5), looked)).toBe(3 * minute)
    expect(waitOf(open(-2 * minute, 5), looked)).toBe(160 * minute)
    expect(waitOf({ ...inStatus.processing, looks: 5 }, looked)).toBe(160 * minute)
  })

  it('goes on for ever for a charge: soon, then weekly for the time of disputes, then ever more seldom', () => {
    const hours = (looks: number) => waitOf({ ...inStatus.succeeded, looks }, looked) / hour
    expect([0, 1, 5, 6].map(hours)).toEqual([2, 4, 64, 128])
    const week = 7 * 24
    expect([7, 8, 22].map(hours)).toEqual([week, week, week])
    expect([23, 24, 27, 28, 100].map(hours)).toEqual([2 * week, 4 * week, 32 * week, 365 * 24, 365 * 24])
  })

  it('is in an hour for a charge that moved, or whose look was not even answered', () => {
    const seldom = { ...inStatus.succeeded, looks: 9 } satisfies Attempt
    expect(evolveAttempt(seldom, { type: 'charge_moved', at: now, disputes: [dispute] })).toStrictEqual({
      ...seldom,
      disputes: [dispute],
      looks: 0,
      lookAt: after(now, hour),
    })
    expect(evolveAttempt(seldom, { type: 'looked', at: now, unheard: true })).toStrictEqual({
      ...seldom,
      lookAt: after(now, hour),
    })
    expect(waitOf(inStatus.requested, { type: 'looked', at: now, unheard: true })).toBe(5 * minute)
  })

  it('is counted, and counted anew once it moves', () => {
    const twice = evolveAttempt(evolveAttempt(inStatus.requested, looked), looked)
    expect(twice).toStrictEqual({ ...inStatus.requested, looks: 2, lookAt: after(now, 10 * minute) })
    expect(evolveAttempt(twice, { type: 'processing_started', at: now })).toMatchObject({ looks: 0 })
  })
})
