import { eventually } from '../../examples/server/test/eventually.ts'
import { advance } from './clock.ts'
import type { AskOptions, Caller } from './guest.ts'
import { field } from './guest.ts'
import type { Machine } from './machine.ts'
import type { Program } from './program.ts'

/** What somebody wants to book. */
export interface Nights {
  readonly property: string
  readonly arrival: string
  readonly departure: string
  readonly guests: number
}

const houses = ['casa-del-mar', 'patio-de-los-naranjos', 'cabana-del-bosque', 'torre-de-la-selva', 'loft-roma'] as const
const dayMs = 86_400_000

/** How long something may take that takes no time where nobody else needs the machine. */
export const patienceMs = 60_000

/** Nights that nobody has asked for before, two months ahead: there is a deposit now and a balance later. */
export const laterNights = (machine: Machine): Promise<Nights> => freeNights(machine, 60)

/** Nights that nobody has asked for before, within the month: everything is due at once. */
export const soonNights = (machine: Machine): Promise<Nights> => freeNights(machine, 3)

const freeNights = async (machine: Machine, daysAhead: number): Promise<Nights> => {
  const nextFree = calendars.get(machine) ?? new Map<string, number>()
  calendars.set(machine, nextFree)
  const earliest = (await machine.stripe.nowMs()) + daysAhead * dayMs
  const freeAt = (house: string): number => Math.max(earliest, nextFree.get(house) ?? 0)
  const property = houses.reduce((best, house) => (freeAt(house) < freeAt(best) ? house : best))
  const arrivalAt = freeAt(property)
  nextFree.set(property, arrivalAt + 2 * dayMs)
  const day = (at: number): string => new Date(at).toISOString().slice(0, 10)
  return { property, arrival: day(arrivalAt), departure: day(arrivalAt + 2 * dayMs), guests: 2 }
}
const calendars = new WeakMap<Machine, Map<string, number>>()

/** A time with a doctor that somebody wants. */
export interface Hour {
  readonly resource_id: string
  readonly starts_at: string
}

/** Opens an intent. */
export const openIntent = (caller: Caller, server: Program, payload: Nights | Hour, options: AskOptions = {}) =>
  caller.ask(server, 'POST /intents', {
    ...options,
    body: { kind: 'property' in payload ? 'reservation' : 'appointment', payload },
  })

/** Somebody before the page of the deposit. */
export interface AtPage {
  readonly intentId: string
  readonly paymentId: string
  readonly sessionId: string
  readonly checkoutUrl: string
  /** Minor units. */
  readonly amount: number
}

/** Opens an intent and its page. @throws what came in between. */
export const goToPage = async (machine: Machine, caller: Caller, wanted?: Nights | Hour): Promise<AtPage> => {
  const [server] = machine.servers
  const intent = await openIntent(caller, server, wanted ?? (await soonNights(machine)))
  const intentId = field(intent, 'intent_id')
  return {
    intentId,
    ...(await pageOf(caller, server, `/intents/${intentId}/pay`, {
      wait: (seconds) => advance(machine, seconds * 1_000),
    })),
    amount: minor(field(intent, 'amount')),
  }
}

/** Asks for a page until there is one. `wait`: what is done by whoever is told to come back in so many seconds. */
export const pageOf = (
  caller: Caller,
  server: Program,
  path: string,
  { wait, ...options }: AskOptions & { readonly wait?: (seconds: number) => Promise<void> } = {},
) =>
  eventually(
    'a page',
    async () => {
      const answer = await caller.ask(server, `POST ${path}`, options)
      if (answer !== undefined && answer.status >= 400 && answer.status !== 503 && answer.status !== 429)
        throw new Error(`${path} was answered ${answer.status} ${JSON.stringify(answer.body)}`)
      // What could not be asked for, or was asked for and not heard of, is asked for again by itself, in a while.
      if (answer?.status === 503 || answer?.status === 202) await wait?.(Math.max(10, Number(answer.retryAfter ?? 0)))
      if (answer?.status !== 200) return undefined
      const [paymentId, sessionId] = [field(answer, 'payment_id'), field(answer, 'session_id')]
      return { paymentId, sessionId, checkoutUrl: field(answer, 'checkout_url') }
    },
    patienceMs,
  )

/** Minor units of a decimal amount in pesos. */
export const minor = (amount: string): number => Math.round(Number(amount) * 100)

/** How a payment stands. */
export const statusOf = async (caller: Caller, server: Program, paymentId: string): Promise<string> =>
  field(await caller.ask(server, `GET /payments/${paymentId}/status`), 'payment_status')

/** Waits until a payment stands like this. */
export const untilStatus = (caller: Caller, server: Program, paymentId: string, wanted: string) =>
  eventually(
    `${paymentId} to be ${wanted}`,
    async () => (await statusOf(caller, server, paymentId)) === wanted,
    patienceMs,
  )

/** Opens a page, pays on it, and waits until the server knows. */
export const payForStay = async (machine: Machine, caller: Caller, nights?: Nights): Promise<AtPage> => {
  const page = await goToPage(machine, caller, nights)
  const status = await machine.stripe.pay(page.sessionId, page.amount)
  if (status !== 200) throw new Error(`The page took no payment: ${status}.`)
  await untilStatus(caller, machine.servers[0], page.paymentId, 'COMPLETED')
  return page
}

/** A booking, as its owner sees it. */
export interface Booking {
  readonly reservation_id: string
  readonly payment_id: string
  readonly balance: { readonly payment_id: string; readonly due_at: string } | null
}

/** What a caller has booked last, newest first. */
export const bookingsOf = async (caller: Caller, server: Program): Promise<readonly Booking[]> => {
  const answer = await caller.ask(server, 'GET /reservations')
  return (answer?.body['reservations'] ?? []) as readonly Booking[]
}
