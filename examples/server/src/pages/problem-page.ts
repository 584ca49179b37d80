import { html } from 'hono/html'
import type { Html, Page } from './layout.ts'
import type { Visitor } from './visitor.ts'

/** A page of one sentence, for what cannot be done. `reference` is what staff can find it by. */
export const problemPage = ({ t }: Visitor, text: string, reference?: string): Page => ({
  title: t.problems.oops,
  content: html`<section class="card lone"><h1>${t.problems.oops}</h1><p>${text}</p>
${reference === undefined ? '' : html`<p class="soft">${t.problems.reference(reference)}</p>`}${wayHome(t.problems.home)}</section>`,
})

/** What is not there, or not this visitor's to see: the two look the same. */
export const notFoundPage = ({ t }: Visitor): Page => ({
  title: t.problems.notFoundTitle,
  content: html`<section class="card lone"><h1>${t.problems.notFoundTitle}</h1><p>${t.problems.notFound}</p>${wayHome(t.problems.home)}</section>`,
})

const wayHome = (label: string): Html => html`<p><a class="button primary" href="/">${label}</a></p>`
