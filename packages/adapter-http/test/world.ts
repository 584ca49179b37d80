import {
  consultationKind,
  createHoldfast,
  defaultSettings,
  err,
  instant,
  money,
  ok,
  parseId,
  reservationKind,
  walletTopUpKind,
  type Article,
  type ArticleId,
  type CouponCode,
  type Holdfast,
  type Json,
  type OwnerId,
  type ProviderEvent,
  type ResourceId,
  type ShopCatalogue,
  type UnitOfWork,
  type WebhookRefusal,
  type WebhookVerifier,
} from '@holdfast/core'
import {
  memoryClock,
  memoryNotifier,
  memoryPaymentProvider,
  memoryUnitOfWork,
  sequentialIds,
  type MemoryHooks,
} from '@holdfast/core/memory'
import { z } from 'zod'
import { createHttpAdapter, type Authenticator, type HttpAdapterOptions } from '../src/index.ts'
import { keepsToDocument } from './keeps-to-document.ts'

/** A host with one house to let, a doctor and a shop, and everything else in memory. */
export const world = (change: Partial<HttpAdapterOptions> = {}, hooks: MemoryHooks = {}) => {
  const clock = memoryClock(instant(Date.UTC(2027, 0, 1)))
  const unitOfWork = memoryUnitOfWork(hooks)
  const provider = memoryPaymentProvider({ clock })
  const logged: { readonly level: string; readonly event: string; readonly data: Readonly<Record<string, Json>> }[] = []
  const logger = {
    log: (level: string, event: string, data: Readonly<Record<string, Json>>) =>
      void logged.push({ level, event, data }),
  }
  const holdfast = createHoldfast({
    unitOfWork,
    paymentProvider: provider,
    clock,
    ids: sequentialIds(),
    notifier: memoryNotifier(),
    returnUrls: { of: () => ({ successUrl: 'https://host.example/thanks', cancelUrl: 'https://host.example/back' }) },
    fulfilmentKinds: [
      houseKind(unitOfWork),
      doctorKind,
      walletTopUpKind({
        unitOfWork,
        limits: { MXN: { least: 10_00n, most: 1_000_00n } },
        item: () => ({ name: 'Wallet', description: '' }),
      }),
    ],
    shopCatalogue,
    settings: { ...defaultSettings, patienceMs: 0 },
    logger,
  })
  const options: HttpAdapterOptions = {
    holdfast,
    unitOfWork,
    clock,
    webhookVerifier: testVerifier,
    authenticator: headerAuthenticator,
    cookies: { secrets: [secret] },
    production: false,
    logger,
    ...change,
  }
  const adapter = createHttpAdapter(options)
  const call = async (
    method: string,
    path: string,
    { as, body, headers = {} }: CallOptions = {},
  ): Promise<Answered> => {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array
    const response = await adapter.fetch(
      new Request(`https://host.example${path}`, {
        method,
        headers: {
          ...(as === undefined ? {} : { authorization: as }),
          ...(body === undefined || isRaw ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body) }),
      }),
    )
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') === true && text !== ''
    const answered = {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? (JSON.parse(text) as AnyJson) : {},
    }
    keepsToDocument(adapter, { method, path, ...answered })
    return answered
  }
  return { clock, unitOfWork, provider, holdfast, adapter, call, logged, options }
}

export type World = ReturnType<typeof world>

export interface CallOptions {
  /** `owner:ana`, `staff:eve`. */
  readonly as?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** JSON whose shape a test knows. */
export type AnyJson = Readonly<Record<string, unknown>>

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly json: AnyJson
}

export const ana = 'owner:ana'
export const ben = 'owner:ben'
export const staff = 'staff:eve'
export const secret = 'a secret of more than thirty-two characters'

/** Opens an intent as somebody, for one night from `day`, and answers its ids. */
export const openIntent = async (
  { call }: Pick<World, 'call'>,
  { as = ana, day = 1, house = 'casa' }: { readonly as?: string; readonly day?: number; readonly house?: string } = {},
): Promise<{ readonly intentId: string; readonly paymentId: string }> => {
  const { json } = await call('POST', '/api/intents/', { as, body: { kind: 'reservation', payload: { house, day } } })
  return { intentId: json['intent_id'] as string, paymentId: json['payment_id'] as string }
}

/** Opens an intent and pays it on its page; the provider's news is taken in. */
export const bookedReservation = async (
  here: World,
  { as = ana, day = 1, house = 'casa' }: { readonly as?: string; readonly day?: number; readonly house?: string } = {},
): Promise<{ readonly intentId: string; readonly paymentId: string; readonly reservationId: string }> => {
  const ids = await openIntent(here, { as, day, house })
  return { ...ids, reservationId: await payIntent(here, ids.intentId, as) }
}

/** As {@link bookedReservation}, for a question to the doctor. */
export const paidConsultation = async (
  here: World,
  { as = ana }: { readonly as?: string } = {},
): Promise<{ readonly paymentId: string; readonly consultationId: string }> => {
  const { json } = await here.call('POST', '/api/intents/', { as, body: { kind: 'consultation', payload: {} } })
  const consultationId = await payIntent(here, json['intent_id'] as string, as)
  return { paymentId: json['payment_id'] as string, consultationId }
}

/** Pays an intent on its page, and answers the id of its record. */
const payIntent = async (here: World, intentId: string, as: string): Promise<string> => {
  const { json } = await here.call('POST', `/api/intents/${intentId}/pay/`, { as })
  await here.provider.payer.pay(json['session_id'] as string)
  await deliver(here.holdfast, here.provider.events())
  const intent = await here.call('GET', `/api/intents/${intentId}/`, { as })
  return (intent.json['record'] as { readonly id: string }).id
}

/** A line of a cart, as it is sent. */
export interface CartLine {
  readonly article_id: string
  readonly quantity: unknown
}

/** What is sent to order something in pesos: two mugs, unless something else is said. */
export const cart = (
  lines: readonly CartLine[] = [{ article_id: 'mug', quantity: 2 }],
  more: Readonly<Record<string, unknown>> = {},
) => ({ lines, currency: 'MXN', ...more })

/** Ten mugs and five teapots on the shelf, and a coupon for a tenth less. */
export const stocked = async ({ holdfast }: Pick<World, 'holdfast'>): Promise<void> => {
  const actor = { type: 'system' } as const
  await holdfast.adjustStock({ actor, articleId: 'mug' as ArticleId, by: 10 })
  await holdfast.adjustStock({ actor, articleId: 'teapot' as ArticleId, by: 5 })
  await holdfast.defineCoupon({
    actor,
    terms: { code: 'TENTH' as CouponCode, discount: { type: 'percent', percent: 10 } },
  })
}

/** The ids of an order, and of the page it can be paid on. */
export interface Ordered {
  readonly orderId: string
  readonly paymentId: string
  readonly sessionId: string
}

/** Checks a cart out as somebody; its page is open. The shelf is {@link stocked} by whoever calls. */
export const ordered = async (
  { call }: Pick<World, 'call'>,
  { as = ana, body = cart() }: { readonly as?: string; readonly body?: unknown } = {},
): Promise<Ordered> => {
  const { json } = await call('POST', '/api/checkout/', { as, body })
  return {
    orderId: json['order_id'] as string,
    paymentId: json['payment_id'] as string,
    sessionId: json['session_id'] as string,
  }
}

/** As {@link ordered}, and pays it; the provider's news is taken in. */
export const paidOrder = async (here: World, asked: Parameters<typeof ordered>[1] = {}): Promise<Ordered> => {
  const ids = await ordered(here, asked)
  await here.provider.payer.pay(ids.sessionId)
  await deliver(here.holdfast, here.provider.events())
  return ids
}

/** Takes in everything the provider has told so far. */
export const deliver = async (holdfast: Holdfast, events: readonly ProviderEvent[]): Promise<void> => {
  for (const event of events) await holdfast.receiveEvent(event)
}

const houseKind = (unitOfWork: UnitOfWork) =>
  reservationKind({
    unitOfWork,
    catalogue: {
      async quote(payload) {
        const parsed = z.strictObject({ house: z.string(), day: z.int().min(0).max(3000) }).safeParse(payload)
        if (!parsed.success) {
          const [issue] = parsed.error.issues
          return err({ code: 'invalid_payload', field: issue?.path.join('.') ?? '', message: issue?.message ?? '' })
        }
        const { house, day } = parsed.data
        const resourceId = parseId<'resource'>(house)
        if (resourceId === undefined || !house.startsWith('casa'))
          return err({ code: 'unknown_resource', field: 'house' })
        const startsAt = instant(Date.UTC(2027, 5, 1) + day * 86_400_000)
        const item = { name: `Deposit · ${house}`, description: `Day ${day}` }
        return ok({
          amount: money(100_00, 'MXN'),
          purpose: 'deposit',
          item,
          slot: { resourceId, unit: 0, startsAt, endsAt: instant(startsAt + 86_400_000) },
          details: { day, tax: 5n },
          ...(house === 'casa-paid'
            ? {}
            : {
                balance: {
                  amount: money(300_00, 'MXN'),
                  dueAt: startsAt,
                  item: { ...item, name: `Second payment · ${house}` },
                },
              }),
        })
      },
    },
  })

/** Answers by chat, for two hundred pesos. */
const doctorKind = consultationKind({
  catalogue: {
    quote: async () =>
      ok({
        amount: money(200_00, 'MXN'),
        item: { name: 'Consultation · Dr Vega', description: 'By chat' },
        resourceId: 'dr-vega' as ResourceId,
        details: { language: 'es', tax: 5n },
      }),
  },
})

/** Mugs and teapots, and a book to download, of which there is always enough. */
const shopCatalogue: ShopCatalogue = {
  async find(ids) {
    const articles: readonly Article[] = [
      { articleId: 'mug' as ArticleId, name: 'Mug', prices: [money(120_00n, 'MXN'), money(6_00n, 'EUR')] },
      { articleId: 'teapot' as ArticleId, name: 'Teapot', prices: [money(450_00n, 'MXN')] },
      { articleId: 'book' as ArticleId, name: 'Book', prices: [money(80_00n, 'MXN')], unlimited: true },
    ]
    return articles.filter(({ articleId }) => ids.includes(articleId))
  },
}

/** Believes the `Authorization` header, as no host should. */
const headerAuthenticator: Authenticator = {
  async authenticate(request) {
    const [type, ...parts] = (request.headers.get('authorization') ?? '').split(':')
    const id = parts.join(':')
    if (id === '') return undefined
    if (type === 'owner') return { actor: { type, id: id as OwnerId } }
    return type === 'staff' ? { actor: { type, id } } : undefined
  },
}

/** Takes `good` for a signature; any other signature is the name of the refusal it gets. */
const testVerifier: WebhookVerifier = {
  async verify({ rawBody, signature }) {
    const refusals: Readonly<Record<string, WebhookRefusal>> = {
      invalid: { code: 'signature_invalid' },
      old: { code: 'signature_too_old', ageMs: 301_000 },
      future: { code: 'signature_in_future', aheadMs: 600_000 },
      unreadable: { code: 'payload_invalid', detail: 'no event' },
    }
    if (signature === undefined) return err({ code: 'signature_missing' })
    const refusal = refusals[signature]
    if (refusal !== undefined) return err(refusal)
    return ok(JSON.parse(new TextDecoder().decode(rawBody)) as ProviderEvent)
  },
}
