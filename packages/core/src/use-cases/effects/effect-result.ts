import type { Effect } from '../../effect/effect.ts'
import type { PaymentCase } from '../../payment/payment-case.ts'
import type { Transaction } from '../../ports/unit-of-work.ts'
import type { Dependencies } from '../dependencies.ts'

/** What an effect's own code decides: it is over, and this is to be stored with that; or it has to be done again. */
export type EffectResult =
  | { readonly type: 'done'; readonly store: (tx: Transaction) => Promise<PaymentCase | undefined> }
  | {
      readonly type: 'again'
      readonly because: 'unreachable' | 'unknown'
      readonly detail: string
      /** As the provider asked, if it did. */
      readonly atLeastMs?: number
      /** What was learned although it is not over. */
      readonly store?: (tx: Transaction) => Promise<unknown>
    }

/** One kind of effect, performed. Called outside any transaction. */
export type EffectPerformer<E extends Effect> = (
  deps: Dependencies,
  effect: E,
  work: Performing,
) => Promise<EffectResult>

/** Which try this is, and the case as it was when the work was taken, where whoever took it has read it. */
export interface Performing {
  readonly tries: number
  readonly known?: PaymentCase
}
