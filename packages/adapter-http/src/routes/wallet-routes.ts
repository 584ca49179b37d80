import {
  type Actor,
  type Currency,
  type Json,
  type PaymentId,
  type PayFromWalletRefusal,
  walletOf,
} from '@holdfast/core'
import { withAlternativesTo } from '../serving/alternatives.ts'
import { findIntent } from '../serving/find-intent.ts'
import type { Services } from '../serving/services.ts'
import {
  paidFromWalletAnswer,
  showPaidFromWallet,
  showStatement,
  showWallet,
  statementAnswer,
  statementQuery,
  topUpBody,
  walletsAnswer,
} from '../wire/wallet.ts'
import { checkoutAnswers, checkoutRefusals, leadToCheckout } from './checkout-routes.ts'
import { holding, releasing } from './intent-routes.ts'
import { refused, reply, route, seeOther, type Ask } from './route.ts'

const tag = 'Wallet'

const readWallets = route({
  name: 'read_wallets',
  method: 'get',
  path: '/wallet',
  tag,
  summary: "What the caller's wallets hold, one for each currency.",
  who: 'owner',
  answers: { 200: walletsAnswer },
  refusals: [],
  handle: async ({ actor }, { unitOfWork }) => {
    const wallets = await unitOfWork.read((tx) => tx.wallets.listOf(actor.id))
    return reply(200, { wallets: wallets.map(showWallet) })
  },
})

const readStatement = route({
  name: 'read_wallet_statement',
  method: 'get',
  path: '/wallet/entries',
  tag,
  summary: "The statement of the caller's wallet in one currency, newest first.",
  who: 'owner',
  query: statementQuery,
  answers: { 200: statementAnswer },
  refusals: [],
  handle: async ({ actor, query: { limit, after, currency: code }, words }, { unitOfWork }) => {
    const currency = code as Currency
    const { wallet, entries } = await unitOfWork.read(async (tx) => ({
      wallet: (await walletOf(tx, actor.id, currency)).value,
      entries: await tx.wallets.listEntries({
        owner: actor.id,
        currency,
        limit: limit + 1,
        ...(after === undefined ? {} : { before: after }),
      }),
    }))
    return reply(200, showStatement({ minorUnits: wallet.balance, currency }, entries, limit, words))
  },
})

const topUpRefusals = ['unknown_kind', 'invalid_payload', 'unknown_resource', ...checkoutRefusals] as const

const topUp = route({
  name: 'top_up_wallet',
  method: 'post',
  path: '/wallet/top-up',
  tag,
  summary: "Leads to the page on which money can be put into the caller's wallet.",
  who: 'owner',
  body: topUpBody,
  leadsOn: true,
  limited: true,
  keyed: true,
  answers: checkoutAnswers,
  refusals: topUpRefusals,
  handle: async (ask, services) => {
    const { opened, answer } = await leadToTopUp(ask, services, ask.body)
    return opened === undefined ? answer : holding(ask, services, opened, answer)
  },
})

const topUpFor = route({
  name: 'top_up_for_intent',
  method: 'post',
  path: '/intents/{id}/top-up',
  tag,
  summary: 'Leads to the page on which what the wallet lacks for an intent can be put in. It is paid by itself then.',
  who: 'owner',
  id: 'intent',
  leadsOn: true,
  limited: true,
  keyed: true,
  answers: checkoutAnswers,
  refusals: ['intent_not_found', ...topUpRefusals],
  handle: async (ask, services) => {
    const found = await findIntent(services, ask.actor, ask.id)
    if (!found.ok) return refused(found.error)
    const { answer } = await leadToTopUp(ask, services, { intent_id: ask.id })
    return holding(ask, services, found.value.intent, answer)
  },
})

const walletRefusals = [
  'payment_not_found',
  'idempotency_key_reused',
  'wallet_not_for_this',
  'payment_already_completed',
  'payment_cancelled',
  'charge_in_flight',
  'reservation_cancelled',
  'intent_expired',
  'slot_taken',
  'order_cancelled',
  'order_expired',
  'wallet_insufficient',
  'provider_unavailable',
] as const satisfies readonly PayFromWalletRefusal['code'][]

const payIntent = route({
  name: 'pay_intent_from_wallet',
  method: 'post',
  path: '/intents/{id}/pay-from-wallet',
  tag,
  summary: "Pays an intent from its owner's wallet, at once. Where it holds too little, says how much is missing.",
  who: 'owner_or_staff',
  id: 'intent',
  leadsOn: true,
  limited: true,
  keyed: true,
  answers: { 200: paidFromWalletAnswer },
  refusals: ['intent_not_found', ...walletRefusals],
  handle: async (ask, services) => {
    const found = await findIntent(services, ask.actor, ask.id)
    if (!found.ok) return refused(found.error)
    const { intent } = found.value
    return releasing(ask, services, intent, await payFromWallet(ask, services, intent.paymentId))
  },
})

const payPayment = route({
  name: 'pay_from_wallet',
  method: 'post',
  path: '/payments/{id}/pay-from-wallet',
  tag,
  summary: "Pays a payment from its owner's wallet, at once. An open page is closed at Stripe first.",
  who: 'owner_or_staff',
  id: 'payment',
  leadsOn: true,
  limited: true,
  keyed: true,
  answers: { 200: paidFromWalletAnswer },
  refusals: walletRefusals,
  handle: (ask, services) => payFromWallet(ask, services, ask.id),
})

/** What somebody has paid in to spend later. */
export const walletRoutes = [readWallets, readStatement, topUp, topUpFor, payIntent, payPayment] as const

type Owner = Extract<Actor, { readonly type: 'owner' }>

const leadToTopUp = async (
  ask: Pick<Ask<Owner>, 'actor' | 'keyed' | 'words' | 'wantsPage'>,
  services: Services,
  payload: Json,
) => {
  const { actor, keyed } = ask
  const key = keyed.idempotencyKey
  // Two requests of the core stand behind one of the caller's: each has its own key, which follows from the caller's.
  const opened = await services.holdfast.openIntent({
    actor,
    kind: 'wallet_topup',
    payload,
    ...(key === undefined ? {} : { idempotencyKey: `${key}:top_up` }),
  })
  return opened.ok
    ? { opened: opened.value, answer: await leadToCheckout(ask, services, opened.value.paymentId) }
    : { opened: undefined, answer: refused(opened.error) }
}

const payFromWallet = async (
  {
    actor,
    keyed,
    words,
    wantsPage,
  }: Pick<Ask<Extract<Actor, { readonly type: 'owner' | 'staff' }>>, 'actor' | 'keyed' | 'words' | 'wantsPage'>,
  services: Services,
  paymentId: PaymentId,
) => {
  const { holdfast, pages } = services
  const outcome = await holdfast.payFromWallet({ actor, paymentId, ...keyed })
  if (!outcome.ok) return refused(await withAlternativesTo(services, outcome.error, paymentId))
  const page = wantsPage ? pages.pending?.(paymentId) : undefined
  return page === undefined ? reply(200, showPaidFromWallet(outcome.value, words)) : seeOther(page)
}
