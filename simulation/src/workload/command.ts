import type { Trap } from '../world.ts'
import type { Doubled, Twice } from '../system/network.ts'
import type { OddLetterName } from '../system/letters.ts'

/**
 * What somebody does, as data: so that a story prints, is kept in a file, and gets shorter.
 *
 * `on` means one of what there is by then, counted round. `key`: with an idempotency key, and asked again under it where
 * no answer comes.
 */
export type Act =
  | {
      readonly do: 'book'
      readonly who: number
      readonly night: number
      readonly checkout: boolean
      readonly key: boolean
      readonly pays?: Paying
    }
  /** Asks the doctor in writing. */
  | {
      readonly do: 'consult'
      readonly who: number
      readonly checkout: boolean
      readonly key: boolean
      readonly pays?: Paying
    }
  /** Wants to see the doctor, who has few times and sees two at once. */
  | {
      readonly do: 'appoint'
      readonly who: number
      readonly slot: number
      readonly checkout: boolean
      readonly key: boolean
      readonly pays?: Paying
    }
  /** Comes back to what is not paid yet, with the cookie of the browser or without, and goes on. */
  | {
      readonly do: 'find_again'
      readonly on: number
      readonly cookie: boolean
      readonly key: boolean
      readonly pays?: Paying
    }
  | { readonly do: 'free_slots' }
  | { readonly do: 'close_consultation'; readonly on: number; readonly times: number; readonly key: boolean }
  | {
      readonly do: 'cancel_consultation'
      readonly on: number
      readonly refund: 'all' | 'nothing'
      readonly times: number
      readonly key: boolean
    }
  | { readonly do: 'checkout' | 'sync'; readonly on: number; readonly times: number; readonly key: boolean }
  | { readonly do: 'cancel'; readonly on: number; readonly times: number; readonly key: boolean }
  | { readonly do: 'pay'; readonly on: number; readonly card: string }
  | { readonly do: 'authenticate'; readonly on: number; readonly outcome: 'succeeded' | 'failed' }
  | {
      readonly do: 'top_up'
      readonly who: number
      /** As many pesos, or of what is about as much in another currency: of a night, each is a thousandth. */
      readonly pesos: number
      /** In the currency that the host takes beside its own. */
      readonly besides?: true
      readonly key: boolean
      readonly pays?: Paying
    }
  /** Pays in what is missing for an open intent, which is then paid by itself. */
  | { readonly do: 'top_up_missing'; readonly on: number; readonly key: boolean; readonly pays?: Paying }
  /** Pays with one of the cards that they have let Stripe keep. */
  | {
      readonly do: 'pay_with_card'
      readonly on: number
      readonly card: number
      readonly times: number
      readonly key: boolean
    }
  | { readonly do: 'pay_from_wallet'; readonly on: number; readonly times: number; readonly key: boolean }
  /** Fills a cart, of few articles of which there are few, and buys it. */
  | {
      readonly do: 'order'
      readonly who: number
      readonly lines: readonly { readonly article: number; readonly quantity: number }[]
      readonly coupon: boolean
      /** In the currency that the host takes beside its own. */
      readonly besides?: true
      readonly checkout: boolean
      readonly key: boolean
      /** With this one of the cards that they have let Stripe keep, if there is one. */
      readonly card?: number
      readonly pays?: Paying
    }
  /** Comes back to an order that is not paid, and pays it. */
  | { readonly do: 'pay_order'; readonly on: number; readonly key: boolean; readonly pays?: Paying }
  | {
      readonly do: 'cancel_order'
      readonly on: number
      readonly refund: 'all' | 'nothing'
      readonly times: number
      readonly key: boolean
    }
  | { readonly do: 'ship' | 'deliver'; readonly on: number; readonly times: number }
  | { readonly do: 'restock'; readonly article: number; readonly by: number }
  /** The coupon can be used so often from now on. */
  | { readonly do: 'give_coupon'; readonly limit: number }
  | {
      readonly do: 'refund' | 'refund_to_wallet' | 'refund_top_up'
      readonly on: number
      readonly part: number
      readonly times: number
      readonly key: boolean
    }
  /** Whoever owns the account sets something up there, and an open page asks for another sum, or in another currency. */
  | { readonly do: 'change_total'; readonly on: number; readonly by: 'more' | 'less' | 'currency' }
  | { readonly do: 'refund_there'; readonly on: number; readonly part: number }
  /** A bank asks for a charge, or where that is said for the `part`-th part of it, or ends what it has asked. */
  | {
      readonly do: 'dispute'
      readonly on: number
      readonly outcome: 'open' | 'won' | 'lost'
      readonly part?: number
    }
  /** Whoever was to pay this, or has paid it, closes the browser, and never comes back to it. */
  | { readonly do: 'close_browser'; readonly on: number }
  /** Somebody at the desk, or a cron, closes what was opened so long ago and left, or asks what that would do. */
  | { readonly do: 'clean_up'; readonly olderThanMs: number; readonly dryRun: boolean; readonly times: number }
  /** Somebody takes one of their cards off their list, or tries to take one off somebody else's. */
  | {
      readonly do: 'remove_card'
      readonly who: number
      readonly card: number
      readonly by: 'owner' | 'somebody_else'
      readonly times: number
    }
  /** Staff have something tried again that was given up. */
  | { readonly do: 'retry_work'; readonly on: number; readonly times: number; readonly key: boolean }
  /** Staff take something off the list of what needs a human. */
  | { readonly do: 'resolve'; readonly on: number; readonly times: number; readonly key: boolean }
  | { readonly do: 'sweep'; readonly times: number }
  /** Somebody compares all that Stripe holds with what is known here, and has it mended, or not. */
  | { readonly do: 'reconcile'; readonly fix: boolean }
  | { readonly do: 'reprice'; readonly on: number; readonly to: number }
  | { readonly do: 'balance'; readonly on: number; readonly times: number }
  | { readonly do: 'leave'; readonly on: number; readonly refund: 'all' | 'nothing' }
  | { readonly do: 'spy' | 'look' | 'refund_too_much'; readonly on: number }
  | { readonly do: 'reuse_key'; readonly who: number; readonly night: number }
  | { readonly do: 'odd_letter'; readonly on: number; readonly name: OddLetterName }
  | { readonly do: 'crash'; readonly process: number; readonly downMs: number }
  | { readonly do: 'pause'; readonly process: number; readonly ms: number; readonly replace: boolean }
  /** The clock of a process is so far ahead from now on, or behind: within what clocks may disagree. */
  | { readonly do: 'set_clock'; readonly process: number; readonly aheadMs: number }
  | ({ readonly do: 'ambush' } & Trap)
  /** A proxy sends the next request for one of these a second time, without its key: there are two. Of a page unless it says so. */
  | { readonly do: 'send_twice'; readonly heard: Twice; readonly what?: Doubled }
  | { readonly do: 'black_out'; readonly downMs: number }
  | { readonly do: 'deploy' | 'rotate_secret' }
  | { readonly do: 'outage' | 'hold_post' | 'fill_disk' | 'silence'; readonly ms: number }

/** Pays with this card, so long after the page is open. */
export interface Paying {
  readonly card: string
  readonly afterMs: number
}

/** Something somebody does, this long after what came before. */
export type Command = Act & { readonly afterMs: number; readonly process: number }

/** The commands that do one of these. */
export type Doing<Name extends Command['do']> = Extract<Command, { readonly do: Name }>

/** The kinds of act there are. */
export const actNames = [
  'book',
  'consult',
  'appoint',
  'find_again',
  'free_slots',
  'close_consultation',
  'cancel_consultation',
  'checkout',
  'cancel',
  'sync',
  'pay',
  'authenticate',
  'top_up',
  'top_up_missing',
  'pay_with_card',
  'pay_from_wallet',
  'order',
  'pay_order',
  'cancel_order',
  'ship',
  'deliver',
  'restock',
  'give_coupon',
  'refund_to_wallet',
  'refund_top_up',
  'refund',
  'refund_there',
  'change_total',
  'dispute',
  'close_browser',
  'clean_up',
  'remove_card',
  'retry_work',
  'resolve',
  'sweep',
  'reconcile',
  'reprice',
  'balance',
  'leave',
  'spy',
  'look',
  'refund_too_much',
  'reuse_key',
  'odd_letter',
  'crash',
  'ambush',
  'send_twice',
  'black_out',
  'pause',
  'set_clock',
  'deploy',
  'rotate_secret',
  'fill_disk',
  'outage',
  'hold_post',
  'silence',
] as const satisfies readonly Act['do'][]
