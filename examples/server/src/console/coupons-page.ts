import { html } from 'hono/html'
import { decimalString, type Coupon, type Instant } from '@holdfast/core'
import { formatMoment, formatMoney } from '../language/format.ts'
import { hiddenFields } from '../pages/forms.ts'
import type { Html, Notice, Page } from '../pages/layout.ts'
import type { SignedIn, Visitor } from '../pages/visitor.ts'
import { shopCurrencies } from '../shop/articles.ts'
import type { OrderCase } from '../shop/read-orders.ts'
import { dayOf } from '../stays/nights.ts'
import { consolePage, table } from './console-frame.ts'
import { ordersTable } from './orders-page.ts'

/** What the page of coupons shows. */
export interface CouponsView {
  readonly coupons: readonly Coupon[]
  /** The one that is looked at, with the newest orders that have it. */
  readonly chosen: { readonly coupon: Coupon; readonly orders: readonly OrderCase[] } | undefined
  readonly notice: Notice | undefined
}

/** The coupons there are and how often each was used, and the terms of one to be changed, or of a new one. */
export const couponsPage = (visitor: Visitor, signedIn: SignedIn, { coupons, chosen, notice }: CouponsView): Page => {
  const { t } = visitor
  return consolePage(visitor, {
    part: 'coupons',
    title: t.console.coupons,
    notice,
    content: html`${table(
      [
        t.console.code,
        t.console.takesOff,
        t.console.used,
        t.console.held,
        t.console.limit,
        t.console.perOwner,
        t.console.minimum,
        t.console.period,
      ],
      coupons.map((coupon) => row(visitor, coupon)),
      t.console.none,
    )}
<section class="card coupon" id="terms"><h2>${chosen === undefined ? t.console.newCoupon : t.console.changeCoupon(chosen.coupon.code)}</h2>
${chosen === undefined ? '' : html`<p class="soft">${t.console.couponHint} <a href="/console/coupons">${t.console.newCoupon}</a></p>`}
${renderForm(visitor, signedIn, chosen?.coupon)}</section>
${chosen === undefined ? '' : html`<section class="card"><h2>${t.console.couponUses}</h2>${ordersTable(visitor, chosen.orders)}</section>`}`,
  })
}

const row = (
  { t, language }: Visitor,
  { code, discount, used, held, limit, limitPerOwner, minimum, startsAt, endsAt }: Coupon,
): readonly (Html | string)[] => [
  html`<a href="/console/coupons?code=${encodeURIComponent(code)}#terms"><code>${code}</code></a>`,
  discount.type === 'percent' ? `${discount.percent} %` : formatMoney(language, discount.amount),
  String(used),
  String(held),
  limit === undefined ? t.console.noEnd : String(limit),
  limitPerOwner === undefined ? t.console.noEnd : String(limitPerOwner),
  minimum === undefined ? '—' : formatMoney(language, minimum),
  [
    startsAt === undefined ? '' : t.console.from(formatMoment(language, startsAt)),
    endsAt === undefined ? '' : t.console.until(formatMoment(language, endsAt)),
  ]
    .filter((each) => each !== '')
    .join(' ') || t.console.noEnd,
]

const renderForm = ({ t }: Visitor, signedIn: SignedIn, coupon: Coupon | undefined): Html => {
  const { discount, minimum, limit, limitPerOwner, startsAt, endsAt } = coupon ?? {}
  const [mainCurrency] = shopCurrencies
  const kind = discount?.type === 'amount' ? discount.amount.currency : 'percent'
  const value =
    discount === undefined ? '' : discount.type === 'percent' ? discount.percent : decimalString(discount.amount)
  const minimumCurrency = minimum?.currency ?? (discount?.type === 'amount' ? discount.amount.currency : mainCurrency)
  const field = (name: string, label: string, given: string | number | undefined, more: Html | string = ''): Html =>
    html`<label class="field">${label}<input name="${name}" autocomplete="off" value="${given ?? ''}" ${more}></label>`
  return html`<form method="post" action="/console/coupons">${hiddenFields(signedIn)}<div class="fields">
${field('code', t.console.couponCode, coupon?.code, coupon === undefined ? html`required maxlength="40"` : html`readonly`)}
<label class="field">${t.console.couponKind}<select name="kind"><option value="percent" ${kind === 'percent' ? html`selected` : ''}>${t.console.couponPercent}</option>${shopCurrencies.map(
    (each) =>
      html`<option value="${each}" ${kind === each ? html`selected` : ''}>${t.console.couponAmount(each)}</option>`,
  )}</select></label>
${field('value', t.console.couponValue, value, html`required inputmode="decimal"`)}
${field('limit', t.console.couponLimit, limit, html`inputmode="numeric"`)}
${field('per_owner', t.console.couponPerOwner, limitPerOwner, html`inputmode="numeric"`)}
<input type="hidden" name="minimum_currency" value="${minimumCurrency}">
${field('minimum', t.console.couponMinimum(minimumCurrency), minimum === undefined ? undefined : decimalString(minimum), html`inputmode="decimal"`)}
${field('starts', t.console.couponStarts, startsAt === undefined ? undefined : dayOf(startsAt))}
${field('ends', t.console.couponEnds, endsAt === undefined ? undefined : lastDayBefore(endsAt))}</div>
<button class="button primary">${t.console.couponSave}</button></form>`
}

/** A coupon ends with a day: with the one that the moment before its end is in. */
const lastDayBefore = (endsAt: Instant): string => dayOf((endsAt - 1) as Instant)
