import type { Actor, Id } from '@holdfast/core'
import type { z } from '@hono/zod-openapi'
import type { Catalogue } from '../language/catalogue.ts'
import type { Refusal, RefusalCode, RefusalWith } from '../problem/refusal.ts'
import type { Audience } from '../security/authenticator.ts'
import type { Services } from '../serving/services.ts'

/** What the `{id}` of a path names, and with what an id is refused that names nothing. */
export const missingCodes = {
  payment: 'payment_not_found',
  reservation: 'reservation_not_found',
  consultation: 'consultation_not_found',
  intent: 'intent_not_found',
  order: 'order_not_found',
  article: 'article_not_found',
  payment_method: 'payment_method_not_found',
  work: 'work_not_found',
  attention: 'attention_not_found',
} as const satisfies Record<string, RefusalCode>
export type IdName = keyof typeof missingCodes

type Answers = { readonly [Status in 200 | 201 | 202 | 503]?: z.ZodType }

/** One call of the API: all that the server, the documentation and the tests know of it. */
export interface RouteSpec<
  Who extends Audience,
  Name extends IdName,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Ok extends Answers,
  Code extends RefusalCode,
> {
  /** What it is called in the documentation, in logs and in tests: `cancel_payment`. */
  readonly name: string
  readonly method: 'get' | 'post'
  /** Below the base path, without a slash at its end; served with and without one. `{id}` is the only parameter. */
  readonly path: string
  /** `base`: below the base path. `root_and_base`: there and at the root. `webhooks`: at the path for webhooks. */
  readonly mount?: 'base' | 'root_and_base' | 'webhooks'
  readonly tag: string
  readonly summary: string
  /** What the documentation says beside that, in whole sentences. */
  readonly description?: string
  readonly who: Who
  /** What `{id}` names. */
  readonly id?: Name
  readonly query?: Query
  /** The JSON that is taken. Absent: none, and an empty body or `{}` is sent. */
  readonly body?: Body
  /** What the fields of a plain form mean in the shape of `body`. Absent: they are its fields, each a text. */
  readonly form?: (fields: Readonly<Record<string, string>>) => unknown
  /** What is answered when all goes well, by status. */
  readonly answers: Ok
  /** Its answers are no JSON but text of the handler's own type; in `answers`, a string. */
  readonly plain?: boolean
  /** What the handler may refuse with. What the guards before it refuse is known to them. */
  readonly refusals: readonly Code[]
  /** A person's browser may be sent here by a form or a link, and is led on (303) where a program gets JSON. */
  readonly leadsOn?: boolean
  /** It opens intents, orders or pages: callers are limited. */
  readonly limited?: boolean
  /** It takes an `Idempotency-Key`. */
  readonly keyed?: boolean
  /** It is left out in production. */
  readonly developersOnly?: boolean
  readonly handle: (
    ask: Ask<ActorOf<Who>, Id<Name>, z.output<Query>, z.output<Body>>,
    services: Services,
  ) => Promise<Reply<Ok> | PlainText | Redirect | Refused<Code>>
}

/** A request that got past the guards. */
export interface Ask<Caller = Actor | undefined, PathId = Id<IdName>, Query = unknown, Body = unknown> {
  readonly actor: Caller
  readonly id: PathId
  readonly query: Query
  readonly body: Body
  /** For spreading into a use case's request. */
  readonly keyed: { readonly idempotencyKey?: string }
  readonly words: Catalogue
  /** A person's browser asks, not a program. */
  readonly wantsPage: boolean
  readonly requestId: string
  /** As it came. Its body has been read, unless the route is mounted for webhooks. */
  readonly request: Request
}

/** Headers of an answer, by name; one name may stand there twice. */
export type ExtraHeaders = readonly (readonly [string, string])[]

/** JSON with a status. */
export type Reply<Ok extends Answers> = {
  readonly [Status in keyof Ok]: {
    readonly type: 'reply'
    readonly status: Status
    readonly body: Ok[Status] extends z.ZodType ? z.input<Ok[Status]> : never
    readonly headers?: ExtraHeaders
  }
}[keyof Ok]

/** Text of a type of its own, with 200. For routes that are `plain`. */
export interface PlainText {
  readonly type: 'text'
  readonly contentType: string
  readonly body: string
  readonly headers?: ExtraHeaders
}

/** See other (303): what was asked for is done, and what comes next is there. */
export interface Redirect {
  readonly type: 'redirect'
  readonly location: string
  readonly headers?: ExtraHeaders
}

/** What a handler answers where a use case, or the adapter itself, refused. */
export interface Refused<Code extends RefusalCode> {
  readonly type: 'refused'
  readonly refusal: RefusalWith<Code>
  readonly headers?: ExtraHeaders
}

/** A route with its types forgotten, as the table holds it. */
export type Route = Omit<
  RouteSpec<Audience, IdName, z.ZodType, z.ZodType, Answers, RefusalCode>,
  'handle' | 'answers' | 'refusals'
> & {
  readonly answers: Readonly<Record<string, z.ZodType>>
  readonly refusals: readonly RefusalCode[]
  readonly handle: (ask: Ask, services: Services) => Promise<Answer>
}

/** Whatever a handler answers. */
export type Answer =
  | {
      readonly type: 'reply'
      readonly status: number
      readonly body: unknown
      readonly headers?: ExtraHeaders
    }
  | PlainText
  | Redirect
  | { readonly type: 'refused'; readonly refusal: Refusal; readonly headers?: ExtraHeaders }

/**
 * Writes a row of the table. The compiler holds the handler to what the row says: who calls, what is taken, what is
 * answered, and that nothing is refused that the documentation does not name.
 */
export const route = <
  Who extends Audience,
  const Name extends IdName,
  const Ok extends Answers,
  const Code extends RefusalCode,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
>(
  spec: RouteSpec<Who, Name, Query, Body, Ok, Code>,
): Route =>
  // The guards hand the handler exactly what the row names, so forgetting the types here loses nothing.
  spec as unknown as Route

/** Answers JSON. */
export const reply = <Status extends number, Body>(status: Status, body: Body, headers: ExtraHeaders = []) =>
  ({ type: 'reply', status, body, headers }) as const

/** Answers text that is no JSON. */
export const plainText = (contentType: string, body: string): PlainText => ({ type: 'text', contentType, body })

/** Leads a browser on. */
export const seeOther = (location: string): Redirect => ({ type: 'redirect', location })

/** Refuses. */
export const refused = <Why extends Refusal>(refusal: Why, headers: ExtraHeaders = []) =>
  ({ type: 'refused', refusal, headers }) as const

/** The same answer with a cookie more, or one less, where there is a header that says so. */
export const withCookie = <Some extends { readonly headers?: ExtraHeaders }>(
  answer: Some,
  setCookie: string | undefined,
): Some =>
  setCookie === undefined ? answer : { ...answer, headers: [...(answer.headers ?? []), ['set-cookie', setCookie]] }

type ActorOf<Who extends Audience> = Who extends 'anyone'
  ? undefined
  : Who extends 'owner_or_staff'
    ? Extract<Actor, { readonly type: 'owner' | 'staff' }>
    : Extract<Actor, { readonly type: Who }>
