import type { HttpAdapter, CookieSessions } from '@holdfast/adapter-http'
import { httpModule } from '@holdfast/adapter-http/inversify'
import type { SqlDatabase } from '@holdfast/adapter-sql'
import { sqlModule } from '@holdfast/adapter-sql/inversify'
import {
  defaultSettings,
  type Clock,
  type FulfilmentKind,
  type Holdfast,
  type Ids,
  type Logger,
  type Notifier,
  type ReturnUrls,
  type Settings,
  type UnitOfWork,
} from '@holdfast/core'
import { coreModule } from '@holdfast/core/inversify'
import { randomIds } from '@holdfast/core/system'
import { Container, ContainerModule } from 'inversify'
import { clinicSchedules, createClinicKinds } from './clinic/clinic-kinds.ts'
import type { DatabaseConfig } from './config.ts'
import { openGuestBook, type GuestBook } from './messages/guest-book.ts'
import { guestBookNotifier } from './messages/notifier.ts'
import { sessionRoute } from './people/session-route.ts'
import { createReturnUrls } from './return-urls.ts'
import { cancellationTerms } from './stays/cancellation-terms.ts'
import { stayKind } from './stays/stay-kind.ts'
import type { StripeSide } from './stripe/stripe-side.ts'

/** What the container is filled from. */
export interface Parts {
  readonly database: DatabaseConfig
  readonly stripe: StripeSide
  readonly sessions: CookieSessions
  readonly cookies: { readonly secrets: readonly [string, ...string[]]; readonly secure: boolean }
  readonly publicUrl: string
  readonly production: boolean
  readonly logger: Logger
}

/** What the server takes out of it. */
export interface Wired {
  readonly holdfast: Holdfast
  readonly unitOfWork: UnitOfWork
  readonly httpAdapter: HttpAdapter
  readonly guestBook: GuestBook
  /** Closes the database. */
  readonly close: () => Promise<void>
}

/** Puts all packages together, each by its own module, and brings the tables up to date. */
export const wire = async (parts: Parts): Promise<Wired> => {
  const { stripe, logger } = parts
  const container = new Container({ defaultScope: 'Singleton' })
  container.load(
    coreModule({ logger }),
    sqlModule(locationOf(parts.database)),
    stripe.module,
    httpModule({
      cookies: parts.cookies,
      production: parts.production,
      cancellationTerms,
      schedules: clinicSchedules,
      moreRoutes: [sessionRoute(parts.sessions)],
      pages: {
        pending: (paymentId) => `/payment/opening?payment_id=${paymentId}`,
        problem: ({ code, requestId }) => `/problem?code=${code}&request_id=${encodeURIComponent(requestId)}`,
      },
    }),
  )
  const close = (): Promise<void> => container.unbindAllAsync()
  try {
    const sql = container.get<SqlDatabase>('sqlDatabase')
    await sql.migrate()
    const guestBook = await openGuestBook(sql)
    container.load(hostModule(parts, guestBook))
    return {
      holdfast: container.get('holdfast'),
      unitOfWork: container.get('unitOfWork'),
      httpAdapter: container.get('httpAdapter'),
      guestBook,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** This example's own part: its clock, its people, its stays and its clinic, and how it tells guests things. */
const hostModule = ({ stripe, sessions, publicUrl }: Parts, guestBook: GuestBook): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind<Clock>('clock').toConstantValue(stripe.clock)
    bind<Ids>('ids').toConstantValue(randomIds())
    bind<Settings>('settings').toConstantValue({
      ...defaultSettings,
      livemode: stripe.livemode,
      // Somebody who paid by card for a slot that was lost gets the money back to the card: they asked for an appointment,
      // not for credit with us, and a guest who lost nights has no use for a wallet. Who paid from the wallet has the
      // money back there, in the same commit, whatever is said here.
      walletRefunds: [],
    })
    bind<CookieSessions>('authenticator').toConstantValue(sessions)
    bind<Notifier>('notifier').toConstantValue(guestBookNotifier(guestBook, stripe.clock))
    bind<ReturnUrls>('returnUrls').toConstantValue(createReturnUrls(publicUrl, guestBook))
    bind<readonly FulfilmentKind[]>('fulfilmentKinds')
      .toResolvedValue(
        (unitOfWork: UnitOfWork) => [stayKind(unitOfWork), ...createClinicKinds(unitOfWork)],
        ['unitOfWork'],
      )
      .inSingletonScope()
  })

/** Where the tables are, for adapter-sql. */
export const locationOf = (database: DatabaseConfig) =>
  database.type === 'sqlite'
    ? ({ kind: 'sqlite', filename: database.file } as const)
    : ({ kind: 'postgres', url: database.url } as const)
