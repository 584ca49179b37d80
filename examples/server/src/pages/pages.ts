import { tokenBuckets } from '@holdfast/adapter-http'
import { Contention, StoreUnavailable } from '@holdfast/core'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { getCookie, setCookie } from 'hono/cookie'
import { HTTPException } from 'hono/http-exception'
import { secureHeaders } from 'hono/secure-headers'
import { queueBoardPath } from '../background/redis-dispatch.ts'
import { consoleRoutes } from '../console/console-routes.ts'
import { formatMoment } from '../language/format.ts'
import { parseLanguage } from '../language/language.ts'
import { countThings } from '../shop/cart.ts'
import { SimulatorUnreachable } from '../stripe/demo-control.ts'
import { bookingRoutes } from './booking-routes.ts'
import { appointmentRoutes } from './clinic/appointment-routes.ts'
import { clinicRoutes } from './clinic/clinic-routes.ts'
import type { Ask, Desk, Env, PagesOptions } from './desk.ts'
import { isOurs, type Fields } from './forms.ts'
import { renderPage } from './layout.ts'
import { paymentRoutes } from './payment-routes.ts'
import { notFoundPage, problemPage } from './problem-page.ts'
import { cartRoutes } from './shop/cart-routes.ts'
import { orderRoutes } from './shop/order-routes.ts'
import { shopRoutes } from './shop/shop-routes.ts'
import { siteRoutes } from './site-routes.ts'
import { walletRoutes } from './wallet/wallet-routes.ts'
import { languageCookie, readVisitor, type Visitor } from './visitor.ts'

/** The pages, as one function from request to response. */
export const createPages = (options: PagesOptions): ((request: Request) => Promise<Response>) => {
  const { sessions, assets, clock, logger, demo, carts } = options
  const limiter = tokenBuckets({ clock: { now: clock.now }, burst: 120, perMinute: 60 })
  const app = new Hono<Env>()
  const desk: Desk = {
    ...options,
    show: async (c, page, status = 200) => {
      const reader = c.get('reader') ?? c.get('visitor')
      const url = new URL(c.req.url)
      const here = c.req.method === 'GET' ? `${url.pathname}${url.search}` : '/'
      const clockSays = demo === undefined ? undefined : formatMoment(reader.language, clock.now())
      const inCart = countThings(c.get('cart') ?? (await carts.read(c.req.raw)))
      return c.html(renderPage(reader, { assets, here, clockSays, demo: demo !== undefined, inCart }, page), status)
    },
    signedIn: (c) => {
      const { signedIn } = c.get('visitor')
      if (signedIn === undefined)
        throw new Error('A page for people who are signed in was shown to somebody who is not.')
      return signedIn
    },
    isTooMuch: async (c) => !(await limiter.take(c.get('visitor').signedIn?.person.id ?? 'nobody')).ok,
  }

  for (const asset of [assets.style, assets.script])
    app.get(
      asset.path,
      () =>
        new Response(asset.body, {
          headers: { 'content-type': asset.type, 'cache-control': 'public, max-age=31536000, immutable' },
        }),
    )

  const ours = secured({
    defaultSrc: ["'none'"],
    styleSrc: ["'self'"],
    scriptSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    // Figures that are kept up to date are read again from the page that they are on.
    connectSrc: ["'self'"],
    formAction: ["'self'", ...options.payOrigins],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  })
  // The dashboard of the queues is somebody else's: it asks this server for what it shows, and styles things where they are.
  const board = secured({
    defaultSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    formAction: ["'none'"],
    baseUri: ["'self'"],
    frameAncestors: ["'none'"],
  })
  app.use((c, next) => (c.req.path.startsWith(queueBoardPath) ? board : ours)(c, next))
  app.use(bodyLimit({ maxSize: 64 * 1024 }))
  app.use(async (c, next) => {
    c.header('cache-control', 'no-store')
    c.header('vary', 'Cookie, Accept-Language')
    const wanted = parseLanguage(c.req.query('lang'))
    const visitor = await readVisitor(c.req.raw, sessions, wanted ?? getCookie(c, languageCookie))
    c.set('visitor', visitor)
    if (wanted !== undefined && c.req.method === 'GET') return leadToLanguage(c, options, wanted)
    if (c.req.method !== 'POST') return next()
    c.set('fields', isForm(c.req.raw) ? textFields(await c.req.parseBody()) : {})
    return isOurs(c.req.raw, visitor.signedIn, c.get('fields'))
      ? next()
      : desk.show(c, problemPage(visitor, visitor.t.problems.form), 403)
  })

  siteRoutes(app, desk)
  bookingRoutes(app, desk)
  clinicRoutes(app, desk)
  appointmentRoutes(app, desk)
  walletRoutes(app, desk)
  shopRoutes(app, desk)
  cartRoutes(app, desk)
  orderRoutes(app, desk)
  paymentRoutes(app, desk)
  consoleRoutes(app, desk)

  app.notFound((c) => desk.show(c, notFoundPage(c.get('visitor')), 404))
  app.onError(async (error, c) => {
    const visitor = c.get('visitor') ?? (await readVisitor(c.req.raw, sessions, undefined))
    c.set('visitor', visitor)
    if (error instanceof HTTPException && error.status === 413)
      return desk.show(c, problemPage(visitor, visitor.t.problems.tooLarge), 413)
    if (error instanceof Contention || error instanceof StoreUnavailable)
      return desk.show(c, problemPage(visitor, visitor.t.problems.busy), 503)
    if (error instanceof SimulatorUnreachable)
      return desk.show(c, problemPage(visitor, visitor.t.console.demoAway), 503)
    const reference = crypto.randomUUID()
    logger.log('error', 'page_failed', { reference, path: c.req.routePath, detail: `${error.name}: ${error.message}` })
    return desk.show(c, problemPage(visitor, visitor.t.problems.oopsHint, reference), 500)
  })
  return async (request) => app.fetch(request)
}

const secured = (contentSecurityPolicy: NonNullable<Parameters<typeof secureHeaders>[0]>['contentSecurityPolicy']) =>
  secureHeaders({
    ...(contentSecurityPolicy === undefined ? {} : { contentSecurityPolicy }),
    strictTransportSecurity: false,
    referrerPolicy: 'same-origin',
    xFrameOptions: 'DENY',
  })

const leadToLanguage = (c: Ask, { guestBook, logger }: PagesOptions, language: Visitor['language']): Response => {
  setCookie(c, languageCookie, language, { path: '/', maxAge: 365 * 24 * 3600, sameSite: 'Lax', httpOnly: true })
  const { signedIn } = c.get('visitor')
  if (signedIn !== undefined)
    guestBook
      .rememberLanguage(signedIn.person.id, language)
      .catch((error: unknown) => logger.log('warn', 'language_not_remembered', { detail: String(error) }))
  const url = new URL(c.req.url)
  url.searchParams.delete('lang')
  return c.redirect(`${url.pathname}${url.search}`, 303)
}

/** Forms of ours are sent in one way. Anything else has no fields, and so no token either. */
const isForm = (request: Request): boolean =>
  /^application\/x-www-form-urlencoded\b/i.test(request.headers.get('content-type') ?? '')

const textFields = (body: Readonly<Record<string, unknown>>): Fields =>
  Object.fromEntries(Object.entries(body).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
