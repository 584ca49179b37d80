import type { Json, OwnerId } from '@holdfast/core'
import { readStored, type Stored } from '../oracle/truth.ts'
import { Violation } from '../oracle/violation.ts'
import type { World } from '../world.ts'
import { at, guest, persist } from './asking.ts'
import { isLeft } from './browsers.ts'
import type { Command, Paying } from './command.ts'
import { checkOut, pay } from './paying.ts'

/** What somebody buys, and how far they go by themselves. */
export interface Purchase {
  readonly owner: string
  readonly kind: string
  readonly payload: Json
  readonly checkout: boolean
  readonly key: boolean
  readonly process: number
  /** The number of the command: what its keys are made of. */
  readonly index: number
  readonly pays?: Paying
}

/** Somebody opens an intent, asks for the page on which it is paid, and pays. */
export const buy = async (world: World, purchase: Purchase): Promise<void> => {
  const { owner, kind, payload, checkout, key, process, index } = purchase
  const opened = await persist(world, process, key, (host) =>
    host.openIntent({ actor: guest(owner), kind, payload, ...(key ? { idempotencyKey: `k${index}` } : {}) }),
  )
  if (opened?.ok === true && checkout) await payFor(world, opened.value.paymentId, purchase)
}

const payFor = async (
  world: World,
  paymentId: Parameters<typeof checkOut>[1],
  { owner, key, process, index, pays }: Pick<Purchase, 'owner' | 'key' | 'process' | 'index' | 'pays'>,
): Promise<void> => {
  const [page] = await checkOut(world, paymentId, guest(owner), 1, process, key ? `k${index}c` : undefined)
  if (page === undefined || pays === undefined) return
  await world.kernel.sleep(pays.afterMs)
  await pay(world, page, pays.card)
}

/**
 * Somebody comes back to what they have not paid: by the cookie that their browser kept, or, where that is gone, by who they
 * are. Whatever could still be paid all the while is found.
 */
export const findAgain = async (
  world: World,
  command: Extract<Command, { readonly do: 'find_again' }>,
  index: number,
): Promise<void> => {
  const wanted = at(
    openIntents(readStored(world.database)).filter((each) => !isLeft(world, each.payment_id)),
    command.on,
  )
  if (wanted === undefined) return
  const { owner, token } = wanted
  const by = command.cookie ? { token } : { owner: owner as OwnerId }
  const before = openIntents(readStored(world.database)).filter((each) => each.owner === owner)
  const found = await persist(world, command.process, true, (host) => host.findIntents(by))
  if (found === undefined) return
  const stranger = found.find((each) => each.owner !== owner)
  if (stranger !== undefined) throw new Violation('A12', `${owner} was shown ${stranger.id}, which is somebody else's`)
  const still = new Set(openIntents(readStored(world.database)).map(({ id }) => id))
  const owed = command.cookie ? [wanted] : before.filter(({ id }) => still.has(id)).slice(-mostShown)
  const missing = owed.find(({ id }) => !found.some((each) => each.id === id))
  if (missing !== undefined)
    throw new Violation(
      'F1',
      `${missing.id} can be paid, and ${command.cookie ? 'its cookie' : owner} does not find it`,
    )
  world.counts.add(command.cookie ? 'found_by_cookie' : 'found_by_owner')
  if (still.has(wanted.id))
    await payFor(world, wanted.payment_id as Parameters<typeof checkOut>[1], { ...command, owner, index })
}

const openIntents = ({ intents }: Stored): Stored['intents'] => intents.filter(({ status }) => status === 'open')

// As many as are listed at once.
const mostShown = 20
