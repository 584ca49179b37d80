import { err, ok } from '../../kernel/result.ts'
import { consultationKind, type ConsultationCatalogue } from '../../fulfilment/consultation-kind.ts'
import { reservationKind, type ReservationCatalogue } from '../../fulfilment/reservation-kind.ts'
import { walletTopUpKind } from '../../fulfilment/wallet-top-up-kind.ts'
import { createHoldfast, type Holdfast } from '../../holdfast.ts'
import type { ArticleId, OwnerId, PaymentId, ReservationId, ResourceId } from '../../kernel/ids.ts'
import { day, instant, type Instant } from '../../kernel/instant.ts'
import type { Json } from '../../kernel/json.ts'
import { money, type Money } from '../../kernel/money.ts'
import type { PaymentCase } from '../../payment/payment-case.ts'
import type { AroundWork } from '../../ports/around-work.ts'
import type { Ids } from '../../ports/ids.ts'
import { silentLogger, type Logger } from '../../ports/logger.ts'
import type { PaymentProvider } from '../../ports/payment-provider.ts'
import type { ShopCatalogue } from '../../ports/shop-catalogue.ts'
import type { UnitOfWork } from '../../ports/unit-of-work.ts'
import type { Reservation } from '../../reservation/reservation.ts'
import type { Actor } from '../../use-cases/actor.ts'
import { defaultSettings, type Settings } from '../../use-cases/dependencies.ts'
import {
  memoryClock,
  memoryNotifier,
  memoryPaymentProvider,
  memoryUnitOfWork,
  sequentialIds,
  type MemoryClock,
  type MemoryNotifier,
  type MemoryPaymentProvider,
} from '../../memory/index.ts'
import { shopCatalogue } from './articles.ts'
import { appointments, drLuna, placesAtDrLuna } from './clinic.ts'
import { whileTimePasses } from './waiting.ts'

/** One property by the sea: a thousand pesos a night, three in ten now, the rest thirty days before arrival. */
export const catalogue: ReservationCatalogue = {
  async quote(payload, { now }) {
    const { night, nights = 1, resource = 'casa' } = payload as { night?: number; nights?: number; resource?: string }
    if (night === undefined || !Number.isInteger(night) || night < 0)
      return err({ code: 'invalid_payload', field: 'night', message: 'A whole number of days from the first.' })
    const startsAt = instant(firstNight + night * day)
    const total = BigInt(nights) * 1000_00n
    const deposit = (total * 3n) / 10n
    const dueAt = instant(Math.max(startsAt - 30 * day, now))
    return ok({
      amount: money(deposit, 'MXN'),
      purpose: 'deposit',
      item: { name: 'Deposit · Casa', description: `Night ${night}` },
      balance: {
        amount: money(total - deposit, 'MXN'),
        dueAt,
        item: { name: 'Second payment · Casa', description: `Night ${night}` },
      },
      slot: { resourceId: resource as ResourceId, unit: 0, startsAt, endsAt: instant(startsAt + nights * day) },
      details: { night },
    })
  },
}

const placesInTheHouse: ReadonlyMap<ResourceId, number> = new Map([['casa' as ResourceId, 1]])

/** One doctor, who is asked by chat for four hundred pesos. */
const doctors: ConsultationCatalogue = {
  async quote() {
    const item = { name: 'Consultation · Dr Vega', description: 'By chat' }
    return ok({ amount: money(400_00n, 'MXN'), item, resourceId: 'dr-vega' as ResourceId })
  },
}

/** Between ten and ten thousand pesos at a time. */
const topUps = (unitOfWork: UnitOfWork) =>
  walletTopUpKind({
    unitOfWork,
    limits: { MXN: { least: 10_00n, most: 10_000_00n } },
    item: () => ({ name: 'Wallet', description: 'To spend later' }),
  })

/** When every story begins. */
export const start: Instant = instant(Date.parse('2026-03-01T12:00:00Z'))
const firstNight = instant(Date.parse('2026-06-01T15:00:00Z'))

/** Somebody who books and pays. */
export const owner = (id: string): Extract<Actor, { readonly type: 'owner' }> => ({ type: 'owner', id: id as OwnerId })
/** The first guest. */
export const ana = owner('ana')
/** The second guest. */
export const ben = owner('ben')
/** Somebody at the desk. */
export const staff: Extract<Actor, { readonly type: 'staff' }> = { type: 'staff', id: 'eve' }
/** Pesos, in centavos. */
export const mxn = (minorUnits: bigint): Money => money(minorUnits, 'MXN')

/** Holdfast over memory, with the truth of its provider beside it. */
export interface World {
  readonly holdfast: Holdfast
  readonly unitOfWork: UnitOfWork
  readonly provider: MemoryPaymentProvider
  readonly clock: MemoryClock
  readonly notifier: MemoryNotifier
  /** What the host has chosen. Its word on late money may change on the way, as by a host that is started anew. */
  readonly settings: Omit<Settings, 'lateMoney'> & { lateMoney: Settings['lateMoney'] }
  /** How many units of each article were ever put on the shelf, less what was taken off; nobody has, where it is empty. */
  readonly put: Map<ArticleId, number>
  /** How many can have something at the same time. Of what is not in here, it is known only that nobody has the same unit twice. */
  readonly places: ReadonlyMap<ResourceId, number>
  /** Delivers every event that was not delivered before. */
  readonly deliver: () => Promise<void>
  /** Does what is due, again and again, for `ms` of time that passes in steps of `stepMs`. */
  readonly pass: (ms: number, stepMs?: number) => Promise<void>
  readonly get: (id: PaymentId) => Promise<PaymentCase>
  readonly reservations: () => Promise<readonly Reservation[]>
  readonly reservation: (id: ReservationId) => Promise<Reservation>
  /** Opens an intent for a night and the page of its deposit. */
  readonly book: (
    who: Extract<Actor, { readonly type: 'owner' }>,
    night?: number,
  ) => Promise<{ paymentId: PaymentId; sessionId: string }>
}

/** What of a world a test brings itself; the rest is in memory. */
export interface WorldOptions {
  readonly settings?: Partial<Settings>
  readonly unitOfWork?: UnitOfWork
  /** One that moves by itself, for callers that really wait for each other. */
  readonly clock?: MemoryClock
  /** Shared by several worlds: processes of one host, with one provider and one database. */
  readonly provider?: MemoryPaymentProvider
  readonly notifier?: MemoryNotifier
  readonly ids?: Ids
  /** Default: nobody listens. */
  readonly logger?: Logger
  /** What is sold, and for how many at a time. Default: {@link catalogue}. */
  readonly catalogue?: ReservationCatalogue
  /** How many can have at the same time what such a catalogue sells. Default: not known. */
  readonly places?: ReadonlyMap<ResourceId, number>
  /** What the shop sells. Default: the pottery's {@link shopCatalogue}. */
  readonly shopCatalogue?: ShopCatalogue
  /** What is done around each piece of work in the background. Default: nothing. */
  readonly aroundWork?: AroundWork
  /** Puts something between Holdfast and its provider. */
  readonly wrapProvider?: (provider: PaymentProvider) => PaymentProvider
}

/** Makes a world in which nothing has happened yet. */
export const world = (options: WorldOptions = {}): World => {
  const clock = options.clock ?? memoryClock(start)
  const unitOfWork = options.unitOfWork ?? memoryUnitOfWork()
  const notifier = options.notifier ?? memoryNotifier()
  const provider = options.provider ?? memoryPaymentProvider({ clock })
  const settings = { ...defaultSettings, ...options.settings }
  const holdfast = createHoldfast({
    unitOfWork,
    paymentProvider: options.wrapProvider?.(provider) ?? provider,
    clock,
    notifier,
    ids: options.ids ?? sequentialIds(),
    logger: options.logger ?? silentLogger,
    settings,
    returnUrls: {
      of: ({ id }) => ({ successUrl: `https://host.example/ok?${id}`, cancelUrl: `https://host.example/no?${id}` }),
    },
    fulfilmentKinds: [
      reservationKind({ catalogue: options.catalogue ?? catalogue, unitOfWork }),
      reservationKind({ catalogue: appointments, unitOfWork, name: 'appointment' }),
      consultationKind({ catalogue: doctors }),
      topUps(unitOfWork),
    ],
    shopCatalogue: options.shopCatalogue ?? shopCatalogue,
    ...(options.aroundWork === undefined ? {} : { aroundWork: options.aroundWork }),
  })
  const workAll = async (): Promise<void> => {
    while ((await holdfast.workOnce()) > 0);
  }
  let delivered = 0
  const get = async (id: PaymentId): Promise<PaymentCase> => {
    const found = await unitOfWork.read((tx) => tx.payments.find(id))
    if (found === undefined) throw new Error(`No payment ${id}.`)
    return found.value
  }
  return {
    holdfast,
    unitOfWork,
    provider,
    clock,
    notifier,
    settings,
    put: new Map(),
    places: new Map([
      ...(options.places ?? (options.catalogue === undefined ? placesInTheHouse : [])),
      [drLuna, placesAtDrLuna],
    ]),
    get,
    async deliver() {
      const events = provider.events()
      for (; delivered < events.length; delivered += 1) {
        const event = events[delivered]
        if (event !== undefined) await holdfast.receiveEvent(event)
      }
    },
    async pass(ms, stepMs = 10 * 60_000) {
      for (let gone = 0; gone < ms; gone += stepMs) {
        await clock.advance(Math.min(stepMs, ms - gone))
        // A task may wait for what somebody else has asked, who may have ended: it has to hear that nobody answers.
        await whileTimePasses({ clock }, workAll())
      }
    },
    reservations: () => unitOfWork.read((tx) => tx.reservations.list({ limit: 1000 })),
    async reservation(id) {
      const found = await unitOfWork.read((tx) => tx.reservations.find(id))
      if (found === undefined) throw new Error(`No reservation ${id}.`)
      return found.value
    },
    async book(who, night = 0) {
      const opened = await holdfast.openIntent({ actor: who, kind: 'reservation', payload: { night } satisfies Json })
      if (!opened.ok) throw new Error(opened.error.code)
      const checkout = await holdfast.startCheckout({ actor: who, paymentId: opened.value.paymentId })
      if (!checkout.ok || checkout.value.type !== 'open') throw new Error('No page was opened.')
      return { paymentId: opened.value.paymentId, sessionId: checkout.value.sessionId }
    },
  }
}

/** Runs the sweep's plan as a host's process would at its start. */
export const planned = async (w: World): Promise<void> => {
  await w.unitOfWork.run((tx) =>
    tx.tasks.append([{ id: 'sweep', body: { type: 'sweep' }, dueAt: instant(w.clock.now() + 60_000) }], w.clock.now()),
  )
}
