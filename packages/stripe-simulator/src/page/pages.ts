import type Stripe from 'stripe'
import type { World } from '../engine/world.ts'
import { authenticatePayment } from '../resources/payment-flow.ts'
import { cardForNumber, checkExpiry } from '../resources/create-payment-method.ts'
import { createBankDebitMethod, createCardMethod } from '../resources/payment-methods.ts'
import {
  authenticateSession,
  awaitsChallenge,
  paySession,
  returnAddress,
  type PayerOutcome,
} from '../resources/payment-pages.ts'
import { getPlan } from '../resources/checkout-sessions.ts'
import { authenticateSetup } from '../resources/setup-intents.ts'
import { findCardByNumber } from '../resources/test-cards.ts'
import { htmlAnswer, redirect } from '../server/outcome.ts'
import { StripeError } from '../wire/stripe-error.ts'
import {
  fieldsOf,
  formatMoney,
  numberLocale,
  renderChallenge,
  renderCheckout,
  renderNotice,
  type CardFields,
} from './checkout-page.ts'
import { chooseLanguage, texts, translateMessage, type Language } from './texts.ts'

/** What the pages work on. */
export interface PagesOptions {
  readonly world: World
  readonly catchUp: () => void
}

/** Answers the pages that people use: the hosted checkout and the challenge of a card's bank. */
export const createPages = ({ world, catchUp }: PagesOptions) => {
  return async (request: Request, url: URL, publicUrl: string): Promise<Response> => {
    const form = request.method === 'POST' ? new URLSearchParams(await request.text()) : undefined
    catchUp()
    const [, root, kind, id = '', step] = url.pathname.split('/')
    if (root === 'c' && kind === 'pay') {
      const session = world.find('checkout.session', id)
      if (session !== undefined)
        return checkout({ session, form, step, url, publicUrl, language: languageFor(request, session) })
    }
    if (root === 'c' && kind === 'authenticate') {
      const answered = await authenticate(id, form, publicUrl, languageFor(request, null))
      if (answered !== undefined) return answered
    }
    const language = languageFor(request, null)
    return htmlAnswer(
      404,
      await renderNotice({
        language,
        title: texts[language].missingTitle,
        hint: texts[language].missingHint,
        link: null,
      }),
    )
  }

  async function checkout(visit: Visit): Promise<Response> {
    const { session, form, step, language, publicUrl } = visit
    if (session.status !== 'open') return closed(session, language)
    if (step === 'challenge') return challenge(visit)
    if (form === undefined) {
      const chosen = findCardByNumber(visit.url.searchParams.get('card') ?? '')
      return show(session, language, fieldsOf(chosen), null, 200)
    }
    const fields = readFields(form)
    const outcome = attempt(session, publicUrl, () => pay(session, form, fields, language))
    if (outcome.problem !== null)
      return show(current(session), language, fields, translateMessage(outcome.problem, language), outcome.status)
    if (awaitsChallenge(world, current(session))) return redirect(`/c/pay/${session.id}/challenge`)
    return redirect(returnAddress(session) ?? '/')
  }

  async function challenge({ session, form, language, publicUrl }: Visit): Promise<Response> {
    if (!awaitsChallenge(world, session)) return redirect(`/c/pay/${session.id}`)
    if (form === undefined) {
      const amount = formatMoney(session.amount_total, session.currency, numberLocale(session, language))
      return htmlAnswer(200, await renderChallenge({ language, action: `/c/pay/${session.id}/challenge`, amount }))
    }
    const result = attempt(session, publicUrl, () => authenticateSession(world, session, toOutcome(form)))
    if (result.problem !== null)
      return show(
        current(session),
        language,
        fieldsOf(undefined),
        translateMessage(result.problem, language),
        result.status,
      )
    return redirect(returnAddress(session) ?? '/')
  }

  // Runs one act of the payer. A refusal becomes a sentence; what a declined attempt left behind stays.
  function attempt(
    session: Stripe.Checkout.Session,
    publicUrl: string,
    act: () => PayerOutcome,
  ): { readonly problem: string | null; readonly status: number } {
    const request = { id: world.newId('req', 14), idempotencyKey: null, livemode: session.livemode, publicUrl }
    try {
      const { decline } = world.during(request, () => world.transaction(act))
      return { problem: decline?.body.message ?? null, status: decline?.status ?? 200 }
    } catch (error) {
      if (!(error instanceof StripeError)) throw error
      return { problem: error.body.message, status: error.status }
    }
  }

  function pay(
    session: Stripe.Checkout.Session,
    form: URLSearchParams,
    fields: CardFields,
    language: Language,
  ): PayerOutcome {
    const billing = {
      email: session.customer_email ?? (fields.email === '' ? null : fields.email),
      name: fields.name === '' ? null : fields.name,
    }
    const expected = Number(form.get('expected_amount') ?? session.amount_total ?? 0)
    if (form.get('method') === 'bank') {
      const failed = form.get('bank') === 'failed'
      const method = createBankDebitMethod(
        world,
        { outcome: failed ? 'failed' : 'succeeded', failureCode: failed ? 'insufficient_funds' : null },
        billing,
      )
      return paySession(world, session, method, expected)
    }
    const expiry = /^\s*(\d{1,2})\s*[/-]?\s*(\d{2}|\d{4})\s*$/.exec(fields.expiry)
    if (expiry === null || fields.number === '' || !/^\d{3,4}$/.test(fields.cvc)) {
      throw new StripeError(402, { message: texts[language].incomplete, type: 'card_error' }, 'not_executed')
    }
    const month = Number(expiry[1])
    const year = (Number(expiry[2]) % 100) + 2000
    const card = cardForNumber(world, fields.number)
    checkExpiry(world, month, year)
    return paySession(world, session, createCardMethod(world, card, billing, { month, year }), expected)
  }

  async function show(
    session: Stripe.Checkout.Session,
    language: Language,
    fields: CardFields,
    problem: string | null,
    status: number,
  ): Promise<Response> {
    if (session.status !== 'open') return closed(session, language)
    const offersBank = session.payment_method_types.includes('us_bank_account')
    return htmlAnswer(
      status,
      await renderCheckout({
        session,
        plan: getPlan(world, session.id),
        describe,
        language,
        fields,
        problem,
        offersBank,
      }),
    )
  }

  async function closed(session: Stripe.Checkout.Session, language: Language): Promise<Response> {
    const t = texts[language]
    const complete = session.status === 'complete'
    const href = complete ? returnAddress(session) : session.cancel_url
    return htmlAnswer(
      complete ? 200 : 410,
      await renderNotice({
        language,
        title: complete ? t.doneTitle : t.expiredTitle,
        hint: complete ? t.doneHint : t.expiredHint,
        link: href === null ? null : { href, label: complete ? t.doneLink : t.back },
      }),
    )
  }

  // The challenge of an intent that was confirmed without Checkout: it leads back to the `return_url` it was given.
  async function authenticate(
    id: string,
    form: URLSearchParams | undefined,
    publicUrl: string,
    language: Language,
  ): Promise<Response | undefined> {
    const intent = world.find('payment_intent', id) ?? world.find('setup_intent', id)
    if (intent === undefined) return undefined
    const returnUrl = intent.next_action?.redirect_to_url?.return_url ?? null
    if (intent.status !== 'requires_action' || returnUrl === null) {
      return htmlAnswer(
        200,
        await renderNotice({ language, title: texts[language].doneTitle, hint: texts[language].doneHint, link: null }),
      )
    }
    if (form === undefined) {
      const amount = intent.object === 'payment_intent' ? formatMoney(intent.amount, intent.currency, language) : ''
      return htmlAnswer(200, await renderChallenge({ language, action: `/c/authenticate/${id}`, amount }))
    }
    const request = { id: world.newId('req', 14), idempotencyKey: null, livemode: intent.livemode, publicUrl }
    world.during(request, () =>
      world.transaction(() =>
        intent.object === 'payment_intent'
          ? authenticatePayment(world, id, toOutcome(form))
          : authenticateSetup(world, intent, toOutcome(form)),
      ),
    )
    const back = new URL(returnUrl)
    back.searchParams.set(intent.object, id)
    back.searchParams.set(`${intent.object}_client_secret`, intent.client_secret ?? '')
    back.searchParams.set('redirect_status', toOutcome(form))
    return redirect(back.href)
  }

  function describe({ price }: Stripe.LineItem): string | null {
    return typeof price?.product === 'string' ? (world.find('product', price.product)?.description ?? null) : null
  }

  function current({ id }: Stripe.Checkout.Session): Stripe.Checkout.Session {
    const found = world.find('checkout.session', id)
    if (found === undefined) throw new Error(`The session ${id} is gone.`)
    return found
  }
}

interface Visit {
  readonly session: Stripe.Checkout.Session
  readonly form: URLSearchParams | undefined
  readonly step: string | undefined
  readonly url: URL
  readonly publicUrl: string
  readonly language: Language
}

const languageFor = (request: Request, session: Stripe.Checkout.Session | null): Language =>
  chooseLanguage(session?.locale ?? null, request.headers.get('accept-language'))

const toOutcome = (form: URLSearchParams): 'succeeded' | 'failed' =>
  form.get('outcome') === 'succeeded' ? 'succeeded' : 'failed'

const readFields = (form: URLSearchParams): CardFields => {
  const read = (name: string): string => (form.get(name) ?? '').trim().slice(0, 200)
  return { number: read('number'), expiry: read('expiry'), cvc: read('cvc'), name: read('name'), email: read('email') }
}
