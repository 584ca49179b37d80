import { html } from 'hono/html'
import { people } from '../people/people.ts'
import type { Page } from './layout.ts'
import type { Visitor } from './visitor.ts'

/** One click to be somebody. `next` is where to go on afterwards. */
export const signInPage = ({ t }: Visitor, next: string): Page => ({
  title: t.signIn.title,
  section: 'signIn',
  content: html`<section class="card lone"><h1>${t.signIn.title}</h1><p class="soft">${t.signIn.lead}</p>
<ul class="people">${people.map(
    ({
      email,
      name,
      role,
    }) => html`<li><form method="post" action="/sign-in"><input type="hidden" name="email" value="${email}"><input type="hidden" name="next" value="${next}">
<button class="person"><span class="avatar" aria-hidden="true">${name.slice(0, 1)}</span><span><strong>${t.signIn.as(name)}</strong><br><span class="soft">${email} · ${t.signIn[role]}</span></span></button></form></li>`,
  )}</ul></section>`,
})
