import { below, happens, oneOf, randomFrom, type Random } from '../src/kernel/random.ts'
import type { Answer, Caller } from './guest.ts'
import type { Machine } from './machine.ts'
import type { Program } from './program.ts'
import { laterNights, minor, openIntent, soonNights } from './stays.ts'

/** People who book, pay and change their minds, until they are stopped. */
export interface Load {
  /** Resolves when what was begun is over. */
  readonly stop: () => Promise<Tally>
}

/** What came of it. */
export interface Tally {
  /** Pages that were led to. */
  readonly opened: number
  /** Pages that were paid. */
  readonly paid: number
  /** Payments that a server has said are complete. */
  readonly booked: number
  /** Questions that were never answered. */
  readonly unheard: number
}

const cards = ['pm_card_visa', 'pm_card_visa', 'pm_card_visa', 'pm_card_chargeDeclined', 'pm_card_mastercard'] as const

/** Puts people to a machine. What each does follows from `random`; what comes of it does not. */
export const startLoad = (machine: Machine, random: Random, { guests }: { readonly guests: number }): Load => {
  const tally = { opened: 0, paid: 0, booked: 0, unheard: 0 }
  let stopping = false
  const lives = Array.from({ length: guests }, async (_, index) => {
    const own = randomFrom(`guest ${index} ${random()}`)
    while (!stopping) {
      await oneStay(machine, own, tally)
      // Without it a fast machine has sold the nights of a year and a half before the round is over.
      await aMoment(own)
    }
  })
  return {
    stop: async () => {
      stopping = true
      await Promise.all(lives)
      return tally
    },
  }
}

type Counting = { -readonly [Count in keyof Tally]: number }

const aMoment = (random: Random): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, 100 + below(random, 300)))

/** One person's dealings with one stay. Whatever is not answered is asked again once, and then left as it is. */
const oneStay = async (machine: Machine, random: Random, tally: Counting): Promise<void> => {
  const { ana, ben, eva, stripe } = machine
  const guest = oneOf(random, [ana, ben])
  const server = (): Program => oneOf(random, machine.servers)
  const ask = async (who: Caller, call: string, body?: unknown): Promise<Answer | undefined> => {
    const key = `load-${random()}-${random()}`
    for (let tries = 0; tries < 2; tries += 1) {
      const answer = await who.ask(server(), call, { key, ...(body === undefined ? {} : { body }) })
      if (answer !== undefined) return answer
      tally.unheard += 1
      await aMoment(random)
    }
    return undefined
  }
  const nights = await (happens(random, 0.5) ? soonNights : laterNights)(machine).catch(() => undefined)
  if (nights === undefined) return
  const intent = await openIntent(guest, server(), nights, { key: `load-${random()}-${random()}` })
  if (intent === undefined) return
  const { intent_id: intentId, payment_id: paymentId, amount } = intent.body
  if (typeof intentId !== 'string' || typeof paymentId !== 'string' || typeof amount !== 'string') return
  const clicks = await Promise.all(
    Array.from({ length: 1 + below(random, 3) }, () => ask(guest, `POST /intents/${intentId}/pay`)),
  )
  const sessionId = clicks.map((answer) => answer?.body['session_id']).find((id) => typeof id === 'string')
  if (sessionId === undefined) return
  tally.opened += 1
  const changesTheirMind = happens(random, 0.15)
  const [status] = await Promise.all([
    stripe.pay(sessionId, minor(amount), oneOf(random, cards)).catch(() => 0),
    changesTheirMind ? ask(guest, `POST /intents/${intentId}/abandon`) : undefined,
  ])
  if (status !== 200) return
  tally.paid += 1
  if (happens(random, 0.3)) await ask(guest, `POST /payments/${paymentId}/sync_status`)
  const standing = await ask(guest, `GET /payments/${paymentId}/status`)
  if (standing?.body['payment_status'] === 'COMPLETED') tally.booked += 1
  if (happens(random, 0.2)) await ask(eva, `POST /payments/${paymentId}/refunds`, {})
}
