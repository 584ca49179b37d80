import type { Alternatives, CookieSessions, CurrentIntents } from '@holdfast/adapter-http'
import type { Audited, CircuitBreakerStates, Clock, Holdfast, Logger, UnitOfWork } from '@holdfast/core'
import type { Context, Hono } from 'hono'
import type { Kinds } from '../kinds.ts'
import type { GuestBook } from '../messages/guest-book.ts'
import type { CartCookie } from '../shop/cart-cookie.ts'
import type { ShopCart } from '../shop/cart.ts'
import type { DemoControl } from '../stripe/demo-control.ts'
import type { Assets } from './assets.ts'
import type { Fields } from './forms.ts'
import type { Page } from './layout.ts'
import type { SignedIn, Visitor } from './visitor.ts'

/** What the pages work with. */
export interface PagesOptions {
  readonly holdfast: Holdfast
  /** What can be wanted, to be asked for in its own type. */
  readonly kinds: Kinds
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
  /** Whether Stripe is called. */
  readonly circuit: Pick<CircuitBreakerStates, 'read'>
  /** What Stripe holds, and whom to ask by name, to be compared with what is known here. */
  readonly audited: Audited
  /** Whether money is real. */
  readonly livemode: boolean
  readonly sessions: CookieSessions
  readonly guestBook: GuestBook
  readonly carts: CartCookie
  /** What browsers are about to pay: the very cookie that the API sets and reads. */
  readonly currentIntents: CurrentIntents
  /** What is free instead of what somebody wanted. */
  readonly alternatives: Alternatives
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
  Variables: {
    readonly visitor: Visitor
    readonly fields: Fields
    /** How the frame of a page is written, where that is not how its content is; absent: it is. */
    readonly reader?: Visitor
    /** What the cart has become while this request was answered; absent: it is as the browser sent it. */
    readonly cart?: ShopCart
  }
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
