import type { Kernel } from '../kernel/kernel.ts'
import type { Readable } from '../system/database.ts'
import type { Entry } from './edges.ts'

/** Measures how long it takes to put everything right once nothing goes wrong any more. */
export interface Convergence {
  /** Everything that one commit added. */
  follow(entries: readonly Entry[]): void
  /** From now on nothing goes wrong. */
  healed(): void
  /** From there to the last move of anything that was there then, in milliseconds of virtual time. */
  readonly ms: number
}

/**
 * What counts is a fact in the story of a payment that was there when everything was healed. What only its day brings is not counted:
 * balances are charged two days before a stay and stays are over when they are, however well all was before. Nor are looks that found
 * nothing new.
 */
export const createConvergence = (database: Readable, { now }: Pick<Kernel, 'now'>): Convergence => {
  let healedMs: number | undefined
  let lastMs = 0
  let payments: ReadonlySet<string> = new Set()
  return {
    follow(entries) {
      if (healedMs === undefined) return
      const isMove = ({ type, about_type: about, name, payment_id: id }: Entry): boolean =>
        type === 'fact' && about !== 'reservation' && !looks.has(name) && payments.has(id)
      if (entries.some(isMove)) lastMs = now()
    },
    healed() {
      healedMs = now()
      lastMs = healedMs
      const there = database.query<{ readonly id: string }>(
        "SELECT id FROM holdfast_payments WHERE purpose <> 'balance'",
      )
      payments = new Set(there.map(({ id }) => id))
    },
    get ms() {
      return healedMs === undefined ? 0 : lastMs - healedMs
    },
  }
}

const looks: ReadonlySet<string> = new Set(['looked', 'asking_ended', 'charge_moved'])
