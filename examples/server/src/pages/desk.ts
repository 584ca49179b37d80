import type { CookieSessions } from '@holdfast/adapter-http'
import type {
  CircuitBreakerStates,
  Clock,
  Holdfast,
  Logger,
  PaymentProvider,
  ProviderAudit,
  UnitOfWork,
} from '@holdfast/core'
import type { Context, Hono } from 'hono'
import type { LastSweep } from '../background/last-sweep.ts'
import type { GuestBook } from '../messages/guest-book.ts'
import type { CartCookie } from '../shop/cart-cookie.ts'
import type { DemoControl } from '../stripe/demo-control.ts'
import type { Assets } from './assets.ts'
import type { Fields } from './forms.ts'
import type { Page } from './layout.ts'
import type { SignedIn, Visitor } from './visitor.ts'

/** What the pages work with. */
export interface PagesOptions {
  readonly holdfast: Holdfast
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
  /** Whether Stripe is called. */
  readonly circuit: Pick<CircuitBreakerStates, 'read'>
  /** What Stripe holds, and whom to ask by name, to be compared with what is known here. */
  readonly audited: { readonly audit: ProviderAudit; readonly paymentProvider: PaymentProvider }
  /** Whether money is real. */
  readonly livemode: boolean
  /** What the last sweep of this process saw; `undefined`: none since it began. */
  readonly lastSweep: () => LastSweep | undefined
  readonly sessions: CookieSessions
  readonly guestBook: GuestBook
  readonly carts: CartCookie
  readonly demo: DemoControl | undefined
  readonly logger: Logger
  readonly assets: Assets
  /** The dashboard of the queues, where work goes through Redis. */
  readonly queueBoard: Hono | undefined
  /** Where forms may lead on to beside our own pages: where the payment pages are. */
  readonly payOrigins: readonly string[]
}

/** What a handler knows of the request it answers. */
export type Env = {
  Variables: { readonly visitor: Visitor; readonly fields: Fields }
}
/** A request, and the means to answer it. */
export type Ask = Context<Env>

/** What handlers share. */
export interface Desk extends PagesOptions {
  /** Answers with a page. */
  readonly show: (
    c: Ask,
    page: Page,
    status?: 200 | 400 | 403 | 404 | 409 | 410 | 413 | 429 | 500 | 503,
  ) => Response | Promise<Response>
  /** The guest or member of staff who asks; to be called behind {@link Desk.signedInOnly}. */
  readonly signedIn: (c: Ask) => SignedIn
  /** True when this person asks for too much at once. */
  readonly isTooMuch: (c: Ask) => Promise<boolean>
}
