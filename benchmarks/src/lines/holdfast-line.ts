import { randomBytes } from 'node:crypto'
import { openSql, type SqlDatabase } from '@holdfast/adapter-sql'
import { stripeWebhookVerifier } from '@holdfast/adapter-stripe'
import {
  createHoldfast,
  defaultSettings,
  silentLogger,
  type Dependencies,
  type Holdfast,
  type OwnerId,
  type PaymentId,
  type ShopCatalogue,
  type UnitOfWork,
} from '@holdfast/core'
import { randomIds, systemClock } from '@holdfast/core/system'
import { instantProvider, type InstantProvider } from '../instant-provider.ts'
import { webhookSecret, type OpenPage } from '../paid-session.ts'
import type { Location } from '../scratch.ts'
import type { KindOfSale } from './sale-kinds.ts'

/** Holdfast as a host wires it, on one database. */
export interface WiredHoldfast {
  readonly holdfast: Holdfast
  readonly database: SqlDatabase
  readonly dependencies: Dependencies
  readonly verifier: ReturnType<typeof stripeWebhookVerifier>
  readonly sale: KindOfSale
}

/** What not every line wants alike. */
interface WiringOptions {
  /** Default: one of its own, that takes no time. */
  readonly provider?: InstantProvider
  readonly shopCatalogue?: ShopCatalogue
}

/** Opens a database, makes its tables where there are none, and wires Holdfast to it by hand. */
export const wireHoldfast = async (
  location: Location,
  sale: KindOfSale,
  { provider = instantProvider(), shopCatalogue }: WiringOptions = {},
): Promise<WiredHoldfast> => {
  const database = openSql(location)
  await database.migrate()
  const dependencies: Dependencies = {
    unitOfWork: database.unitOfWork,
    paymentProvider: provider.provider,
    clock: systemClock(),
    ids: randomIds(),
    notifier: { send: async () => {} },
    returnUrls: { of: () => ({ successUrl: 'https://shop.test/thanks', cancelUrl: 'https://shop.test/basket' }) },
    fulfilmentKinds: [sale.kindOn(database.unitOfWork)],
    ...(shopCatalogue === undefined ? {} : { shopCatalogue }),
    settings: defaultSettings,
    logger: silentLogger,
  }
  const verifier = stripeWebhookVerifier({ secrets: [webhookSecret] })
  return { holdfast: createHoldfast(dependencies), database, dependencies, verifier, sale }
}

/**
 * Runs use cases that a host calls, all in one transaction: for what is made before anything is measured, when nobody minds
 * how fast each would be alone.
 */
export const inOneTransaction = <Result>(
  { dependencies, sale }: WiredHoldfast,
  work: (holdfast: Holdfast) => Promise<Result>,
): Promise<Result> =>
  dependencies.unitOfWork.run((tx) => {
    const joined: UnitOfWork = { run: (part) => part(tx), read: (part) => part(tx) }
    return work(
      createHoldfast({
        ...dependencies,
        unitOfWork: joined,
        paymentProvider: instantProvider().provider,
        fulfilmentKinds: [sale.kindOn(joined)],
      }),
    )
  })

/** Opens intents, and pages for them where asked, by the use cases that a host calls, many in one transaction. */
export const openIntents = async (
  wired: WiredHoldfast,
  count: number,
  pages: 'with-page' | 'without-page',
): Promise<readonly OpenPage[]> => {
  const made: OpenPage[] = []
  while (made.length < count) {
    const some = Math.min(atOnce, count - made.length)
    made.push(...(await inOneTransaction(wired, (holdfast) => openSome(holdfast, some, wired.sale, pages))))
  }
  return made
}

const atOnce = 200

const openSome = async (
  holdfast: Holdfast,
  count: number,
  sale: KindOfSale,
  pages: 'with-page' | 'without-page',
): Promise<readonly OpenPage[]> => {
  const made: OpenPage[] = []
  for (let n = 0; n < count; n += 1) {
    const actor = { type: 'owner', id: `own_${randomBytes(8).toString('hex')}` as OwnerId } as const
    const opened = await holdfast.openIntent({ actor, kind: sale.name, payload: sale.nextPayload() })
    if (!opened.ok) throw new Error(`No intent was opened: ${opened.error.code}.`)
    const { paymentId } = opened.value
    const page = pages === 'with-page' ? await openPage(holdfast, paymentId) : { attemptId: '', sessionId: '' }
    made.push({ paymentId, ...page })
  }
  return made
}

/** Opens the page of a payment, as somebody at the desk would: they need not know whose it is. @throws unless it is open. */
export const openPage = async (
  holdfast: Holdfast,
  paymentId: PaymentId,
  idempotencyKey?: string,
): Promise<{ readonly attemptId: string; readonly sessionId: string }> => {
  const checkout = await holdfast.startCheckout({
    actor: { type: 'staff', id: 'desk' },
    paymentId,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  })
  if (!checkout.ok || checkout.value.type !== 'open') throw new Error(`No page was opened for '${paymentId}'.`)
  return checkout.value
}
