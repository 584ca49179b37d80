import type { OwnerId, PaymentId } from '../../kernel/ids.ts'
import type { Json } from '../../kernel/json.ts'
import { decimalString, type Money } from '../../kernel/money.ts'
import { isCollected, type Payment } from '../../payment/payment.ts'
import type { RefundPaymentOutcome } from '../../use-cases/refund-payment.ts'
import type { PayFromWalletOutcome } from '../../use-cases/pay-from-wallet.ts'
import { appointment } from './clinic.ts'
import type { ClinicStep } from './clinic-step.ts'
import { snapshot, type Snapshot } from './snapshot.ts'
import { hearOf, payPage, type UpTo } from './pages.ts'
import { at } from './trouble.ts'
import { allAtOnce, together, whileTimePasses } from './waiting.ts'
import { mxn, owner, staff, type World } from './world.ts'

type Doing<Do extends ClinicStep['do']> = Extract<ClinicStep, { readonly do: Do }>

/** Plays one step in a clinic. */
export const playClinic = async (w: World, doing: ClinicStep, index: number): Promise<unknown> => {
  switch (doing.do) {
    case 'top_up':
      return buy(w, `o${doing.who}`, 'wallet_topup', topUpOf(mxn(BigInt(doing.pesos) * 100n)), doing.upTo)
    case 'top_up_missing': {
      const wanted = at(payable(await snapshot(w)), doing.on)
      return wanted && buy(w, wanted.owner, 'wallet_topup', { intent_id: wanted.subject.id }, doing.upTo)
    }
    case 'consult':
      return buy(w, `o${doing.who}`, 'consultation', {}, doing.upTo)
    case 'appoint':
      return buy(w, `o${doing.who}`, 'appointment', appointment(doing.from, doing.hours), doing.upTo)
    case 'pay_from_wallet':
      return payFromWallet(w, doing, index)
    case 'spend_at_once':
      return spendAtOnce(w, doing)
    case 'race':
      return race(w, doing)
    case 'refund_into_wallet':
      return refundIntoWallet(w, doing, index)
    case 'take_back':
      return takeBack(w, doing)
    case 'end_consultation': {
      const chosen = at((await snapshot(w)).consultations, doing.on)
      if (chosen === undefined) return undefined
      const actor = doing.by === 'staff' ? staff : owner(chosen.owner)
      const { cancelConsultation, closeConsultation } = w.holdfast
      return together<unknown>(w, doing.times, () =>
        doing.how === 'close'
          ? closeConsultation({ actor, consultationId: chosen.id })
          : cancelConsultation({ actor, consultationId: chosen.id, refund: doing.refund }),
      )
    }
  }
}

/** Somebody wants something, and goes so far to have it. Answers its payment, unless it is not to be had. */
const buy = async (w: World, who: string, kind: string, payload: Json, upTo: UpTo): Promise<PaymentId | undefined> => {
  const actor = owner(who)
  const opened = await w.holdfast.openIntent({ actor, kind, payload })
  if (!opened.ok) return undefined
  const { paymentId } = opened.value
  if (upTo === 'nothing') return paymentId
  await whileTimePasses(w, w.holdfast.startCheckout({ actor, paymentId }))
  if (upTo === 'page') return paymentId
  const pageId = await payPage(w, paymentId)
  if (upTo === 'heard') await hearOf(w, pageId)
  return paymentId
}

const topUpOf = (amount: Money): Json => ({ amount: decimalString(amount), currency: amount.currency })

/** What a wallet could pay for. */
const payable = ({ cases }: Snapshot): readonly Payment[] =>
  cases
    .map(({ payment }) => payment)
    .filter((payment) => payment.purpose !== 'wallet_topup')
    .filter((payment) => !isCollected(payment) && payment.status !== 'cancelled')

const payFromWallet = async (w: World, doing: Doing<'pay_from_wallet'>, index: number): Promise<void> => {
  const stored = await snapshot(w)
  const rich = new Set<OwnerId>(stored.wallets.flatMap((wallet) => (wallet.balance > 0n ? [wallet.owner] : [])))
  // Mostly what somebody has money for; now and then anything, to be refused.
  const chosen =
    doing.on === 0
      ? stored.cases[0]?.payment
      : at(
          payable(stored).filter((payment) => rich.has(payment.owner)),
          doing.on,
        )
  if (chosen === undefined) return
  const actor = owner(doing.by === 'owner' ? chosen.owner : `not ${chosen.owner}`)
  const request = { actor, paymentId: chosen.id, ...(doing.key ? { idempotencyKey: `w${index}` } : {}) }
  const answers = await together(w, doing.times, () => w.holdfast.payFromWallet(request))
  if (doing.by === 'stranger' && answers.some((answer) => answer.ok || answer.error.code !== 'payment_not_found'))
    throw new Error(`A stranger reached ${chosen.id}.`)
  const said = new Set(answers.map(inShort).filter((each) => each !== notNow))
  if (doing.key && said.size > 1) throw new Error(`One key was answered in ${said.size} ways.`)
}

/** What was answered, but for what is not remembered under a key. */
const inShort = (answer: PayFromWalletOutcome): string =>
  answer.ok ? `${answer.value.payment.status}, ${answer.value.balance.minorUnits} left` : answer.error.code

const notNow = 'provider_unavailable'

const spendAtOnce = async (w: World, { who, wants }: Doing<'spend_at_once'>): Promise<void> => {
  const actor = owner(`o${who}`)
  for (let nth = 0; nth < wants; nth += 1) await buy(w, actor.id, 'consultation', {}, 'nothing')
  const own = payable(await snapshot(w)).filter((payment) => payment.owner === actor.id)
  await allAtOnce(
    w,
    own.map(
      ({ id: paymentId }) =>
        () =>
          w.holdfast.payFromWallet({ actor, paymentId }),
    ),
  )
}

const race = async (w: World, { from, payers }: Doing<'race'>): Promise<void> => {
  const acts: (() => Promise<unknown>)[] = []
  for (const [index, pays] of payers.entries()) {
    const actor = owner(`o${index}`)
    const paymentId = await buy(
      w,
      actor.id,
      'appointment',
      appointment(from, 1),
      pays === 'on_page' ? 'page' : 'nothing',
    )
    if (paymentId === undefined) return
    if (pays === 'on_page') {
      const pageId = await payPage(w, paymentId)
      acts.push(() => hearOf(w, pageId))
      continue
    }
    const { amount } = (await w.get(paymentId)).payment
    await buy(w, actor.id, 'wallet_topup', topUpOf(amount), 'heard')
    acts.push(() => w.holdfast.payFromWallet({ actor, paymentId }))
  }
  await allAtOnce(w, acts)
}

const refundIntoWallet = async (w: World, doing: Doing<'refund_into_wallet'>, index: number): Promise<void> => {
  const { cases } = await snapshot(w)
  const chosen = at(
    cases.filter(({ payment }) => isCollected(payment)),
    doing.on,
  )?.payment
  if (chosen === undefined) return
  const amount = partOf(chosen.amount, doing.part)
  const key = doing.key ? { idempotencyKey: `i${index}` } : {}
  const request = { actor: staff, paymentId: chosen.id, amount, destination: 'wallet', ...key } as const
  await together<RefundPaymentOutcome>(w, doing.times, () => w.holdfast.refundPayment(request))
}

const takeBack = async (w: World, { on, part, by }: Doing<'take_back'>): Promise<unknown> => {
  const { cases } = await snapshot(w)
  const topUps = cases.filter(({ payment }) => payment.purpose === 'wallet_topup' && isCollected(payment))
  const chosen = at(topUps, on)
  if (chosen === undefined) return undefined
  const { id: paymentId, amount } = chosen.payment
  const { bank, truth } = w.provider
  if (by === 'staff') return w.holdfast.refundPayment({ actor: staff, paymentId, amount: partOf(amount, part) })
  const [charge] = truth
    .attempts()
    .flatMap((each) => (each.paymentId === paymentId && each.state.type === 'captured' ? [each.state.charge] : []))
  if (charge === undefined) return undefined
  const isOfCharge = ({ chargeId }: { readonly chargeId: string }): boolean => chargeId === charge.id
  if (by === 'bank') return truth.disputes().some(isOfCharge) || bank.dispute(charge.id, 'lost', partOf(amount, part))
  return truth.refunds().some(isOfCharge) || bank.refund(charge.id, partOf(amount, part).minorUnits)
}

const partOf = (amount: Money, part: number): Money => ({ ...amount, minorUnits: amount.minorUnits / BigInt(part) })
