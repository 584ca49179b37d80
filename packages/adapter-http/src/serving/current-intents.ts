import {
  isInFlight,
  payableUntil,
  toppedUpFor,
  type Clock,
  type Instant,
  type OwnerId,
  type PaymentCase,
  type PendingIntent,
  type Transaction,
  type UnitOfWork,
} from '@holdfast/core'
import { signedCookie, type CookieOptions } from '../security/signed-cookie.ts'

/** An intent, and the payment that it waits for, with all attempts to pay it. */
export interface FoundIntent {
  readonly intent: PendingIntent
  readonly kase: PaymentCase
}

/** What somebody's browser was about to pay, and what becomes of its cookie. */
export interface CurrentIntent {
  /** Absent where there is nothing. */
  readonly found: FoundIntent | undefined
  /** The `Set-Cookie` header to answer with. Absent where the browser has no cookie, and needs none. */
  readonly setCookie: string | undefined
}

/**
 * What browsers are about to pay. A browser holds an opaque token in a signed cookie, and nothing else of an intent; a cookie
 * that is lost loses nothing.
 *
 * The routes for intents use it; pages of a host's own use the same one, as `currentIntents` of the adapter.
 */
export interface CurrentIntents {
  /** The `Set-Cookie` header by which a browser holds this intent, and no other, from now on. */
  hold(intent: Pick<PendingIntent, 'token'>): Promise<string>
  /**
   * The `Set-Cookie` header after which a browser does not hold this intent: to be sent with whatever tells its owner that it
   * has ended. `undefined` where the browser holds another one, and is to keep it.
   */
  release(request: Request, intent: Pick<PendingIntent, 'token'>): Promise<string | undefined>
  /** Whether the browser holds an intent, whoever's it is and whatever has become of it: for somebody who has not signed in. */
  isHeldBy(request: Request): Promise<boolean>
  /** The `Set-Cookie` header that takes the cookie back whatever it holds, as for somebody who signs out. */
  clear(): Promise<string>
  /**
   * What the owner was about to pay: the first of these that there is.
   *
   * 1. The intent that the cookie holds, if it is the owner's and under way: it can be paid now, or its money is on its way.
   * 2. That intent once it was paid, with what has become of it (`fulfilled`, or `refunded`). This is told once: the cookie
   *    is taken back with it.
   * 3. The owner's newest intent that is under way, whatever browser it was begun in. The cookie holds it from then on.
   *
   * A top-up that is a means to another intent stands for that one. Where there is nothing, a cookie is taken back.
   */
  find(request: Request, owner: OwnerId): Promise<CurrentIntent>
}

/** What browsers are about to pay, by a cookie of this name and age. */
export const currentIntents = ({
  unitOfWork,
  clock,
  cookies,
  maxAgeS,
}: {
  readonly unitOfWork: Pick<UnitOfWork, 'read'>
  readonly clock: Pick<Clock, 'now'>
  readonly cookies: CookieOptions
  readonly maxAgeS: number
}): CurrentIntents => {
  const cookie = signedCookie(cookies, { name: 'holdfast_intent', maxAgeS })
  return {
    hold: ({ token }) => cookie.write(token),
    release: async (request, { token }) => {
      const held = await cookie.read(request)
      return held === undefined || held === token ? cookie.clear() : undefined
    },
    isHeldBy: async (request) => (await cookie.read(request)) !== undefined,
    clear: () => cookie.clear(),
    find: async (request, owner) => {
      const token = await cookie.read(request)
      const now = clock.now()
      const found = await unitOfWork.read(async (tx) => {
        const held = token === undefined ? undefined : await findHeld(tx, token, owner)
        return held !== undefined && (isUnderWay(held, now) || wasPaid(held.intent))
          ? held
          : findNewestUnderWay(tx, owner, now)
      })
      if (found === undefined) return { found, setCookie: token === undefined ? undefined : await cookie.clear() }
      return { found, setCookie: await (isOver(found.intent) ? cookie.clear() : cookie.write(found.intent.token)) }
    },
  }
}

/** Somebody else's cookie in a shared browser is no cookie. */
const findHeld = async (tx: Transaction, token: string, owner: OwnerId): Promise<FoundIntent | undefined> => {
  const held = await tx.intents.findByToken(token)
  const purpose = held === undefined ? undefined : toppedUpFor(held)
  const intent = purpose === undefined ? held : (await tx.intents.find(purpose))?.value
  return intent?.owner === owner ? withPayment(tx, intent) : undefined
}

const findNewestUnderWay = async (tx: Transaction, owner: OwnerId, now: Instant): Promise<FoundIntent | undefined> => {
  for (const intent of await tx.intents.listOpen(owner, mostLookedAt)) {
    const found = toppedUpFor(intent) === undefined ? await withPayment(tx, intent) : undefined
    if (found !== undefined && isUnderWay(found, now)) return found
  }
  return undefined
}

// What nobody pays is over within hours, so that only somebody who opens intents by the dozen has more.
const mostLookedAt = 100

const withPayment = async (tx: Transaction, intent: PendingIntent): Promise<FoundIntent | undefined> => {
  const kase = (await tx.payments.find(intent.paymentId))?.value
  return kase === undefined ? undefined : { intent, kase }
}

const isUnderWay = ({ intent, kase }: FoundIntent, now: Instant): boolean =>
  intent.status === 'open' && (payableUntil(intent) > now || isInFlight(kase.payment))

const wasPaid = ({ status }: PendingIntent): boolean =>
  status === 'paid' || status === 'fulfilled' || status === 'refunded'

/** Whether all has been told of it that will ever be to tell. */
const isOver = ({ status }: PendingIntent): boolean => status === 'fulfilled' || status === 'refunded'
