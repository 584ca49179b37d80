import { refused, reply, route, type Caller, type CookieSessions, type Route } from '@holdfast/adapter-http'
import { z } from 'zod'
import { findPersonByEmail, type Person } from './people.ts'

/** What a session says of a person: guests own payments, staff look after everybody's. */
export const callerOf = ({ id, role }: Person): Caller =>
  role === 'staff' ? { type: 'staff', id } : { type: 'owner', id }

/**
 * `POST {base}/session`: signs one of the example's people in, by address alone. The answer's cookie is the session; its
 * `csrf_token` goes into `X-CSRF-Token` with everything that changes something.
 */
export const sessionRoute = (sessions: CookieSessions): Route =>
  route({
    name: 'create_session',
    method: 'post',
    path: '/session',
    tag: 'Session',
    summary: 'Sign in as one of the people of the example',
    who: 'anyone',
    body: z.object({ email: z.string().max(200) }),
    answers: {
      200: z.object({
        csrf_token: z.string(),
        person: z.object({ id: z.string(), name: z.string(), role: z.enum(['guest', 'staff']) }),
      }),
    },
    refusals: ['unauthenticated'],
    handle: async ({ body }) => {
      const person = findPersonByEmail(body.email)
      if (person === undefined) return refused({ code: 'unauthenticated' })
      const { id, name, role } = person
      const { setCookie, csrfToken } = await sessions.signIn(callerOf(person))
      return reply(200, { csrf_token: csrfToken, person: { id, name, role } }, [['set-cookie', setCookie]])
    },
  })
