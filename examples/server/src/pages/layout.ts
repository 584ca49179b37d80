import { html } from 'hono/html'
import { directions, languages } from '../language/language.ts'
import { hiddenFields } from './forms.ts'
import type { Assets } from './assets.ts'
import type { Visitor } from './visitor.ts'

/** A piece of HTML in which every value has been escaped. */
export type Html = ReturnType<typeof html>

/** What a page consists of, beside what all pages share. */
export interface Page {
  readonly title: string
  readonly content: Html
  /** Which entry of the menu it belongs to. */
  readonly section?: Section
  /** Look again by itself after so many seconds: for what is on its way. */
  readonly refreshS?: number
  /** Has parts that are kept up to date, each with `data-live` and an id. Where no script runs, the page looks again by itself. */
  readonly live?: true
  readonly notice?: Notice | undefined
}

/** An entry of the menu. */
export type Section =
  | 'stays'
  | 'clinic'
  | 'shop'
  | 'cart'
  | 'bookings'
  | 'appointments'
  | 'orders'
  | 'wallet'
  | 'messages'
  | 'console'
  | 'signIn'

/** What has just happened, in a sentence. */
export interface Notice {
  readonly tone: 'good' | 'bad'
  readonly text: string
}

/** What every page shows around its content. */
export interface Frame {
  readonly assets: Assets
  /** The path and query of this page, for the language switch. */
  readonly here: string
  /** What the application's clock says, where that is not what everybody's says. */
  readonly clockSays: string | undefined
  readonly demo: boolean
  /** How many things are in the cart. */
  readonly inCart: number
}

/** A whole page. It loads nothing from anywhere else. */
export const renderPage = (visitor: Visitor, frame: Frame, page: Page): Html => {
  const { t, language } = visitor
  return html`<!doctype html>
<html lang="${language}" dir="${directions[language]}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${page.refreshS === undefined ? '' : html`<meta http-equiv="refresh" content="${page.refreshS}">`}
${page.live === undefined ? '' : html`<noscript><meta http-equiv="refresh" content="15"></noscript>`}
<title>${page.title} · ${t.site.name}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${frame.assets.style.path}">
<script src="${frame.assets.script.path}" defer></script>
</head>
<body>
<a class="skip" href="#content">${t.site.skip}</a>
${header(visitor, frame, page)}
<main id="content" tabindex="-1">
${page.notice === undefined ? '' : html`<p class="notice ${page.notice.tone}" role="status" dir="auto">${page.notice.text}</p>`}
${page.content}
</main>
<footer class="site-footer">
<p>${frame.demo ? t.site.demo : ''} ${frame.clockSays === undefined ? '' : t.site.clock(frame.clockSays)}</p>
<p>${t.site.footer}</p>
</footer>
</body>
</html>`
}

const header = (visitor: Visitor, { here, inCart }: Frame, { section }: Page): Html => {
  const { t, signedIn } = visitor
  const entry = (name: Section, href: string, label: string): Html =>
    html`<li><a href="${href}" ${section === name ? html`aria-current="page"` : ''}>${label}</a></li>`
  return html`<header class="site-header">
<a class="brand" href="/">${mark}<span>${t.site.name}</span></a>
<nav aria-label="${t.site.menu}"><ul class="menu">
${entry('stays', '/', t.site.stays)}
${entry('clinic', '/clinic', t.site.clinic)}
${entry('shop', '/shop', t.site.shop)}
${inCart > 0 && signedIn?.person.role !== 'staff' ? entry('cart', '/cart', t.shop.cart.link(inCart)) : ''}
${
  signedIn === undefined
    ? entry('signIn', '/sign-in', t.site.signIn)
    : signedIn.person.role === 'staff'
      ? entry('console', '/console', t.site.console)
      : html`${entry('bookings', '/bookings', t.site.bookings)}${entry('appointments', '/appointments', t.site.appointments)}
${entry('orders', '/orders', t.shop.orders.menu)}${entry('wallet', '/wallet', t.site.wallet)}${entry('messages', '/messages', t.site.messages)}`
}
</ul></nav>
<div class="tools">
${languageSwitch(visitor, here)}
${
  signedIn === undefined
    ? ''
    : html`<form method="post" action="/sign-out">${hiddenFields(signedIn)}<span class="who" title="${t.site.signedInAs(signedIn.person.name)}">${signedIn.person.name}</span><button class="link">${t.site.signOut}</button></form>`
}
</div>
</header>`
}

const languageSwitch = ({ language, t }: Visitor, here: string): Html =>
  html`<ul class="languages" aria-label="${t.site.language}">${languages.map((each) => {
    const url = new URL(here, 'http://page.invalid')
    url.searchParams.set('lang', each)
    return html`<li><a href="${url.pathname}${url.search}" lang="${each}" hreflang="${each}" ${each === language ? html`aria-current="true"` : ''}>${languageNames[each]}</a></li>`
  })}</ul>`

/** Short, and in the language itself. */
const languageNames: Readonly<Record<Visitor['language'], string>> = { en: 'EN', es: 'ES', fa: 'فا' }

/** An arrow that points on, or back, in the direction of reading. It says nothing that the text beside it does not. */
export const arrow = (way: 'on' | 'back'): Html =>
  html`<span class="arrow" aria-hidden="true">${way === 'on' ? '→' : '←'}</span>`

const mark: Html = html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><circle cx="22" cy="10" r="5"/><path d="M2 27 12 9l6 10 3-5 9 13Z"/></svg>`
