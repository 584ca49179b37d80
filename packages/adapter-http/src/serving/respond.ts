import { problemResponse } from '../problem/problem.ts'
import type { Refusal } from '../problem/refusal.ts'
import type { Answer, ExtraHeaders, Route } from '../routes/route.ts'
import { wantsPage } from '../security/request-headers.ts'
import type { Exchange } from './exchange.ts'
import { guard, type GuardOptions } from './guard.ts'
import type { Services } from './services.ts'

/** Takes one request through the guards of its route and its handler, and puts the answer in HTTP. */
export const respond = async (
  route: Route,
  exchange: Exchange,
  rawId: string | undefined,
  { services, ...options }: GuardOptions & { readonly services: Services },
): Promise<Response> => {
  const { request, requestId, words, language, log } = exchange
  log.route = route.name
  const guarded = await guard(route, request, rawId, { ...options, language })
  if (!guarded.ok) return refuse(route, exchange, services, guarded.error)
  if (guarded.value.actor !== undefined) log.actor = guarded.value.actor
  const answer = await route.handle(
    { ...guarded.value, words, requestId, request, wantsPage: route.leadsOn === true && wantsPage(request) },
    services,
  )
  const response = answer.type === 'refused' ? refuse(route, exchange, services, answer.refusal) : put(answer)
  return adding(answer.headers ?? [], response)
}

/** A refusal of a route. A person whose browser was to be led on gets the host's page for it, where there is one. */
export const refuse = (
  route: Pick<Route, 'leadsOn'> | undefined,
  exchange: Exchange,
  { pages }: Pick<Services, 'pages'>,
  refusal: Refusal,
): Response => {
  const { request, requestId, log } = exchange
  const { code } = refusal
  log.code = code
  const page = route?.leadsOn === true && wantsPage(request) ? pages.problem?.({ code, requestId }) : undefined
  return page === undefined ? problemResponse(refusal, exchange) : seeOther(page)
}

const put = (answer: Exclude<Answer, { readonly type: 'refused' }>): Response => {
  switch (answer.type) {
    case 'redirect':
      return seeOther(answer.location)
    case 'text':
      return new Response(answer.body, { headers: { 'content-type': answer.contentType } })
    case 'reply':
      return new Response(JSON.stringify(answer.body), {
        status: answer.status,
        headers: { 'content-type': 'application/json' },
      })
  }
}

const adding = (headers: ExtraHeaders, response: Response): Response => {
  for (const [name, value] of headers) response.headers.append(name, value)
  return response
}

const seeOther = (location: string): Response => new Response(null, { status: 303, headers: { location } })
