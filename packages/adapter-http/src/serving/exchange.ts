import { actorName, type Actor, type Instant, type Logger } from '@holdfast/core'
import { catalogues, type Language } from '../language/language.ts'
import type { Catalogue } from '../language/catalogue.ts'

/** One request and what is known of it so far. */
export interface Exchange {
  readonly request: Request
  readonly requestId: string
  readonly language: Language
  readonly words: Catalogue
  readonly startedAt: Instant
  /** What the log will say of it. Filled in as it becomes known. */
  readonly log: { route?: string; actor?: Actor; code?: string }
}

/** Begins an exchange in the language that was asked for. */
export const beginExchange = (
  request: Request,
  known: Pick<Exchange, 'requestId' | 'language' | 'startedAt'>,
): Exchange => ({ request, ...known, words: catalogues[known.language], log: {} })

/**
 * Says how an exchange went. Staff are named, since what they do is audited; of owners it is only said that one called,
 * because a host may name its people by what is personal. Paths and bodies are not written down at all.
 */
export const logExchange = (
  logger: Logger,
  { request, requestId, startedAt, log }: Exchange,
  { status, endedAt }: { readonly status: number; readonly endedAt: Instant },
): void =>
  logger.log(status >= 500 ? 'error' : 'info', 'request_answered', {
    request_id: requestId,
    method: request.method,
    route: log.route ?? 'none',
    status,
    duration_ms: endedAt - startedAt,
    ...(log.actor === undefined ? {} : { actor: log.actor.type === 'staff' ? actorName(log.actor) : log.actor.type }),
    ...(log.code === undefined ? {} : { code: log.code }),
  })
