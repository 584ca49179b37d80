import { catalogues, type Caller, type Catalogue } from '@holdfast/adapter-http'
import type { CookieSessions } from '@holdfast/adapter-http'
import { chooseLanguage, textsIn, type Language } from '../language/language.ts'
import type { Texts } from '../language/english.ts'
import { findPerson, type Person } from '../people/people.ts'

/** Whoever looks at a page, and how it is to be written for them. */
export interface Visitor {
  readonly language: Language
  /** The pages' own texts. */
  readonly t: Texts
  /** The words of Holdfast's own API: statuses, refusals, and why payments fail. */
  readonly words: Catalogue
  readonly signedIn: SignedIn | undefined
}

/** Somebody who has signed in. */
export interface SignedIn {
  readonly person: Person
  readonly actor: Caller
  /** Goes into every form that changes something. */
  readonly csrfToken: string
}

/** The cookie that remembers which language was chosen. */
export const languageCookie = 'language'

/** Finds out who sent a request, and what they read. */
export const readVisitor = async (
  request: Request,
  sessions: Pick<CookieSessions, 'authenticate'>,
  chosenLanguage: string | undefined,
): Promise<Visitor> => {
  const language = chooseLanguage(chosenLanguage, request.headers.get('accept-language') ?? undefined)
  return { language, t: textsIn[language], words: catalogues[language], signedIn: await readSession(request, sessions) }
}

const readSession = async (
  request: Request,
  sessions: Pick<CookieSessions, 'authenticate'>,
): Promise<SignedIn | undefined> => {
  const session = await sessions.authenticate(request)
  const person = session === undefined ? undefined : findPerson(session.actor.id)
  return session?.csrf === undefined || person === undefined
    ? undefined
    : { person, actor: session.actor, csrfToken: session.csrf.token }
}
