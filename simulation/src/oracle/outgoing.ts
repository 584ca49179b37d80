import type { Readable } from '../system/database.ts'
import { isInTransaction } from '../system/in-transaction.ts'
import type { SeenCall, Stripe } from '../system/stripe.ts'
import { hasGone } from './truth.ts'
import { Violation } from './violation.ts'

/** Looks at what is asked of others, at the moment at which it is asked. */
export interface Outgoing {
  /** Somebody wants to ask others for something. @throws {@link Violation} A18 in the middle of a transaction. */
  asking(what: string): void
  /**
   * Something is about to be asked of Stripe under a key.
   *
   * @throws {@link Violation} A1 for a page that is to be closed and nobody has said so, A19 for what is to be made and is not stored with that key, A11 where an earlier key of it may have made
   * it, or may do so yet.
   */
  called(call: SeenCall): void
}

/** What is made by a call to a path: where it is stored, and which mark names it at Stripe. */
const made = new Map([
  ['/v1/checkout/sessions', { rows: 'holdfast_attempts', mark: 'attempt_id' }],
  ['/v1/payment_intents', { rows: 'holdfast_attempts', mark: 'attempt_id' }],
  ['/v1/refunds', { rows: 'holdfast_refunds', mark: 'refund_id' }],
])

/** What makes nothing: it ends something that is named. */
const ending =
  /^\/v1\/(checkout\/sessions\/[^/]+\/expire|payment_intents\/[^/]+\/cancel|payment_methods\/[^/]+\/detach)$/

/** How something was asked for under one of its keys. */
interface Use {
  /** So many calls. */
  readonly calls: number
  /** How often its like had been looked for at Stripe by the last of them. */
  readonly looks: number
}

export const createOutgoing = (
  database: Readable,
  { ledger, sentTwice }: Pick<Stripe, 'ledger' | 'sentTwice'>,
): Outgoing => {
  const looks = new Map<string, number>()
  const uses = new Map<string, Map<string, Use>>()

  /** What is proved dead: nothing came of it, nothing of it is still on its way, and somebody has looked since. */
  const checkDead = (path: string, id: string, [key, use]: readonly [string, Use]): void => {
    const { calls, objects } = ledger()
    const marked = [...objects['checkout.session'], ...objects.payment_intent, ...objects.refund.filter(hasGone)]
    const twin = marked.find(({ metadata }) => metadata?.['attempt_id'] === id || metadata?.['refund_id'] === id)
    if (twin !== undefined)
      throw new Violation('A11', `${id} is asked for under another key than ${key}, under which it is ${twin.id}`)
    if (calls.filter(({ idempotencyKey }) => idempotencyKey === key).length < use.calls)
      throw new Violation('A11', `${id} is asked for under another key than ${key}, which is still on its way`)
    if ((looks.get(`GET ${path}`) ?? 0) === use.looks)
      throw new Violation(
        'A11',
        `${id} is asked for under another key than ${key}, and nobody has looked what became of it`,
      )
  }

  return {
    asking(what) {
      if (isInTransaction()) throw new Violation('A18', `${what} is asked in the middle of a transaction`)
      looks.set(what, (looks.get(what) ?? 0) + 1)
    },
    called({ key, path, parameters }) {
      const what = made.get(path)
      if (what === undefined) {
        if (ending.test(path)) return checkMeant(database, path, sentTwice)
        throw new Violation('A19', `${path} is asked for, and nobody knows where that is stored`)
      }
      const id = new URLSearchParams(parameters).get(`metadata[${what.mark}]`) ?? ''
      const keys = uses.get(id) ?? new Map<string, Use>()
      const before = keys.get(key)
      if (before === undefined) {
        checkStoredBefore(database, what.rows, { id, key })
        for (const other of keys) checkDead(path, id, other)
      }
      keys.set(key, { calls: (before?.calls ?? 0) + 1, looks: looks.get(`GET ${path}`) ?? 0 })
      uses.set(id, keys)
    },
  }
}

/** A page that somebody may be paying on is closed only where that is stored, with why. */
const checkMeant = (database: Readable, path: string, sentTwice: ReadonlySet<string>): void => {
  const [, session = ''] = /sessions\/([^/]+)\/expire$/.exec(path) ?? []
  const [open] = database.query<{ readonly id: string }>(
    "SELECT id FROM holdfast_attempts WHERE provider_id = ? AND status = 'open' AND closing IS NULL",
    session,
  )
  // Of several pages of one attempt, another may have become its own since.
  if (open !== undefined && !sentTwice.has(open.id))
    throw new Violation('A1', `${session} is closed, and ${open.id} says nowhere that it is to be`)
}

/** The first time that a key is used, its row has it: who stood still since may use one that has been replaced meanwhile. */
const checkStoredBefore = (
  database: Readable,
  rows: string,
  { id, key }: { readonly id: string; readonly key: string },
): void => {
  const [row] = database.query<{ readonly key: string }>(`SELECT idempotency_key AS key FROM ${rows} WHERE id = ?`, id)
  if (row === undefined) throw new Violation('A19', `${id} is asked for under ${key}, and is not stored`)
  if (row.key !== key) throw new Violation('A19', `${id} is asked for under ${key}, and is stored with ${row.key}`)
}
