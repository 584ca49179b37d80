import { html } from 'hono/html'
import { formatMoney } from '../language/format.ts'
import { properties, type Property } from '../stays/properties.ts'
import { illustration } from './illustrations.ts'
import type { Html, Page } from './layout.ts'
import type { Visitor } from './visitor.ts'

/** The stays there are. */
export const homePage = (visitor: Visitor, current: Html): Page => {
  const { t } = visitor
  return {
    title: t.site.claim,
    section: 'stays',
    content: html`${current}<section class="hero"><h1>${t.home.title}</h1><p>${t.home.lead}</p><p class="also">${t.site.alsoClinic} <a href="/clinic">${t.site.toClinic}</a><br>${t.site.alsoShop} <a href="/shop">${t.site.toShop}</a></p></section>
<ul class="stays">${properties.map((property) => renderCard(visitor, property))}</ul>`,
  }
}

const renderCard = ({ t, language }: Visitor, property: Property): Html => html`<li class="stay-card">
<a href="/stays/${property.slug}" aria-label="${t.home.look(property.name)}">${illustration(property.slug)}</a>
<div class="stay-text">
<p class="place">${property.place}</p>
<h2><a href="/stays/${property.slug}">${property.name}</a></h2>
<p class="soft">${property.tagline[language]}</p>
<p class="stay-foot"><span><strong>${formatMoney(language, property.nightly)}</strong> ${t.home.perNight}</span><span class="soft">${t.home.guests(property.guests)} · ${t.home.bedrooms(property.bedrooms)}</span></p>
</div></li>`
