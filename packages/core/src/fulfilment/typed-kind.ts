import type { Json } from '../kernel/json.ts'
import type { FulfilmentKind } from '../ports/fulfilment.ts'

/** What `openIntent` is asked for: something of a kind. */
export interface KindRequest {
  /** The name of a registered fulfilment kind. */
  readonly kind: string
  /** What is wanted, in that kind's shape. Prices in it are ignored. */
  readonly payload: Json
}

/** Of what a schema takes, what can be sent: it is stored as it was. */
export type Sendable<Input> = Input extends Json ? Input : Input & Json

/** A kind of which the compiler knows what is sent for it. */
export interface TypedKind<Sent> extends FulfilmentKind {
  /**
   * What `openIntent` is asked for, where the kind is known: `openIntent({ actor, ...seatKind.request({ play, seat }) })`. The
   * compiler looks at it and nobody else: it is read when the intent is opened, as what a stranger sends is.
   */
  request(payload: Sent): KindRequest
}

/** The same kind, with a typed way to ask for it. */
export const typedKind = <Sent extends Json>(kind: FulfilmentKind): TypedKind<Sent> => ({
  ...kind,
  request: (payload) => ({ kind: kind.name, payload }),
})
