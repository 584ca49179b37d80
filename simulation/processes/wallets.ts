import { eventually } from '../../examples/server/test/eventually.ts'
import { field, type Answer, type AskOptions, type Caller } from './guest.ts'
import type { Machine } from './machine.ts'
import type { Program } from './program.ts'
import { minor, openIntent, pageOf, patienceMs, soonNights, untilStatus } from './stays.ts'

/** Puts money into a wallet by card, and waits until it is there. */
export const topUp = async (machine: Machine, caller: Caller, amount: string): Promise<string> => {
  const { stripe, servers } = machine
  const body = { amount, currency: 'MXN' }
  const page = await pageOf(caller, servers[0], '/wallet/top-up', { body })
  const status = await stripe.pay(page.sessionId, minor(amount))
  if (status !== 200) throw new Error(`The page took no payment: ${status}.`)
  await untilStatus(caller, servers[0], page.paymentId, 'COMPLETED')
  return page.paymentId
}

/** Something to be paid that costs just so much. */
export const billOf = async (machine: Machine, amount: string): Promise<string> => {
  const { ana, eva, servers } = machine
  const intent = await openIntent(ana, servers[0], await soonNights(machine))
  const paymentId = field(intent, 'payment_id')
  const changed = await eva.ask(servers[0], `POST /payments/${paymentId}/amount`, { body: { amount } })
  if (changed?.status !== 200) throw new Error(`The bill is not ${amount}: ${JSON.stringify(changed)}`)
  return paymentId
}

/** Pays from the wallet, asking again under the same key until somebody answers for good. */
export const payFromWallet = (
  caller: Caller,
  serverFor: (attempt: number) => Program,
  paymentId: string,
  options: AskOptions,
): Promise<Answer> => {
  let tries = 0
  return eventually(
    `an answer about ${paymentId}`,
    async () => {
      const answer = await caller.ask(serverFor(tries), `POST /payments/${paymentId}/pay-from-wallet`, options)
      tries += 1
      return answer === undefined || answer.status === 503 || answer.status === 429 ? undefined : answer
    },
    patienceMs,
  )
}

/** What somebody's wallet holds, in minor units. */
export const balanceOf = async (caller: Caller, server: Program): Promise<number> => {
  const answer = await caller.ask(server, 'GET /wallet')
  const wallets = (answer?.body['wallets'] ?? []) as readonly { readonly balance: string }[]
  return minor(wallets[0]?.balance ?? '0')
}
