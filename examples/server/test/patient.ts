import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { TestServer } from './running.ts'
import { sessionIn, type Ledger, type stripeAt } from './stripe-payer.ts'
import type { SeenPage, Visitor } from './visitor.ts'

/** What these stories pay, in minor units: an appointment with Dr Herrera, and a question to her by chat. */
export const fees = { slug: 'lucia-herrera', appointment: 65_000, consultation: 28_000 }

/** A patient who stands before the payment page. */
export interface AtPayment {
  readonly page: SeenPage
  readonly sessionId: string
  /** Where the payment page leads back to, paid and not paid. */
  readonly ways: (ledger: Ledger) => { readonly success: string; readonly cancel: string }
}

/** The addresses of a doctor's free times in the second of the two weeks, earliest first. */
export const freeTimes = async (patient: Visitor, slug = fees.slug): Promise<readonly string[]> => {
  const { html } = await patient.get(`/clinic/${slug}?week=1`)
  return [...html.matchAll(/href="(\/clinic\/[\w-]+\/book\?at=[^"]+)"/g)].map(([, href = '']) => href)
}

/** The address of one free time: the `nth` of {@link freeTimes}. */
export const freeTime = async (patient: Visitor, nth = 0): Promise<string> => {
  const times = await freeTimes(patient)
  const time = times[nth]
  if (time === undefined) throw new Error(`There are ${times.length} free times.`)
  return time
}

/** Chooses a time, or to ask by chat where there is none, and a way to pay. */
export const choose = async (
  patient: Visitor,
  time: string | undefined,
  way: 'card' | 'wallet' | 'top_up',
): Promise<SeenPage> => {
  const action = `/clinic/${fees.slug}/${time === undefined ? 'ask' : 'book'}`
  return patient.submit(await patient.get(time ?? action), action, { with: way })
}

/** Goes on to the payment page of an appointment or a consultation. */
export const toPaymentPage = async (patient: Visitor, time: string | undefined): Promise<AtPayment> =>
  atPayment(await choose(patient, time, 'card'))

/** What is to be known of a payment page. */
export const atPayment = (page: SeenPage): AtPayment => {
  const sessionId = sessionIn(page.path)
  return {
    page,
    sessionId,
    ways: ({ objects }) => {
      const session = objects['checkout.session'].find(({ id }) => id === sessionId)
      return { success: session?.success_url ?? '/', cancel: session?.cancel_url ?? '/' }
    },
  }
}

/** The form that pays, on the page of something unpaid. */
export const payAction = ({ html }: Pick<SeenPage, 'html'>): string =>
  /action="(\/payments\/pay_\w+\/pay)"/.exec(html)?.[1] ?? ''

/** The form that leaves it. */
export const leaveAction = (page: Pick<SeenPage, 'html'>): string => payAction(page).replace(/pay$/, 'abandon')

/** Puts money into the patient's wallet by card. */
export const topUp = async (patient: Visitor, stripe: ReturnType<typeof stripeAt>, pesos: number): Promise<void> => {
  const page = await patient.submit(await patient.get('/wallet'), '/wallet/top-up', { amount: String(pesos) })
  const { sessionId, ways } = atPayment(page)
  const status = await stripe.pay(sessionId, pesos * 100)
  if (status !== 200) throw new Error(`The top-up was not taken: ${status}.`)
  const { text } = await patient.get(ways(await stripe.ledger()).success)
  if (!text.includes('The money is in your wallet')) throw new Error(`The top-up has not arrived: ${text}`)
}

/** How many records there are, as the database has them, and the gauge of those that should not be. */
export const countRecords = async ({ url, folder }: TestServer) => {
  const database = new Database(join(folder, '.data', 'holdfast.db'), { readonly: true })
  try {
    const count = (table: string): number =>
      database.prepare<[], number>(`SELECT count(*) FROM ${table} WHERE status <> 'cancelled'`).pluck().get() ?? 0
    return {
      reservations: count('holdfast_reservations'),
      consultations: count('holdfast_consultations'),
      ghosts: (await readMetrics(url))['holdfast_ghost_records'],
    }
  } finally {
    database.close()
  }
}

/** What `/metrics` says, by name. */
export const readMetrics = async (url: string): Promise<Readonly<Record<string, number>>> => {
  const text = await (await fetch(new URL('/metrics', url))).text()
  return Object.fromEntries([...text.matchAll(/^(\w+) (\d+)$/gm)].map(([, name = '', value]) => [name, Number(value)]))
}
