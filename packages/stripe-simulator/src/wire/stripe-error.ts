/** The fields of Stripe's error object that the simulator fills in; more may follow, such as `payment_intent`. */
export interface StripeErrorBody {
  readonly type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error'
  readonly message: string
  readonly code?: string
  readonly param?: string
  readonly decline_code?: string
  readonly [more: string]: unknown
}

/** What becomes of the call's changes, and of its idempotency key, when it ends in an error. */
export type ErrorEffect =
  /** Parameters did not pass: nothing ran, nothing is kept under the key. */
  | 'not_executed'
  /** The call ran and was refused by the state of things: nothing changed, the refusal is kept under the key. */
  | 'refused'
  /** The call ran and left its marks, as a declined charge does: changes stay, the answer is kept under the key. */
  | 'executed'

/** An answer of Stripe's that is not a success. */
export class StripeError extends Error {
  override readonly name = 'StripeError'
  /** The HTTP status. */
  readonly status: number
  readonly body: StripeErrorBody
  readonly effect: ErrorEffect
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    body: StripeErrorBody,
    effect: ErrorEffect,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(body.message)
    this.status = status
    this.body = body
    this.effect = effect
    this.headers = headers
  }
}

/** A parameter that does not pass: 400, and nothing is kept under the idempotency key. */
export const invalidParameter = (param: string | undefined, message: string, code?: string): StripeError =>
  new StripeError(
    400,
    { ...withDoc(code), message, ...(param !== undefined && { param }), type: invalid },
    'not_executed',
  )

/** A call that the state of an object forbids: 400, kept under the idempotency key. */
export const refusedByState = (
  message: string,
  more: { readonly code?: string; readonly param?: string; readonly [field: string]: unknown } = {},
): StripeError => new StripeError(400, { ...withDoc(more.code), ...more, message, type: invalid }, 'refused')

/** An object that does not exist: 404 where the path names it, 400 where a parameter does. */
export const noSuch = (noun: string, id: string, param = 'id', status: 400 | 404 = 404, hint = ''): StripeError =>
  new StripeError(
    status,
    { ...withDoc('resource_missing'), message: `No such ${noun}: '${id}'${hint}`, param, type: invalid },
    'not_executed',
  )

/** Something the real Stripe can do and the simulator cannot. Refused aloud rather than ignored. */
export const notModelled = (param: string, what = `The parameter \`${param}\``): StripeError =>
  invalidParameter(param, `${what} is known to Stripe and is not modelled by the simulator.`, 'simulator_not_modelled')

const invalid = 'invalid_request_error'

const withDoc = (code: string | undefined): { readonly code?: string; readonly doc_url?: string } =>
  code === undefined ? {} : { code, doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}` }
