import { parseDecimal, type PendingIntent, type Transaction, type WalletEntry } from '@holdfast/core'
import type { Hono } from 'hono'
import { clinicCurrency } from '../../clinic/clinic-kinds.ts'
import { readBalance, readUnpaid, readVisitDetails } from '../../clinic/read-clinic.ts'
import { readAmount } from '../../language/read-amount.ts'
import { openOrFind } from '../clinic/pay.ts'
import { hold } from '../current.ts'
import type { Ask, Desk, Env } from '../desk.ts'
import type { Notice } from '../layout.ts'
import { leadToPayment } from '../lead-to-payment.ts'
import { problemCode } from '../problem-code.ts'
import { notFoundPage, problemPage } from '../problem-page.ts'
import { requireSignIn } from '../require-sign-in.ts'
import type { Visitor } from '../visitor.ts'
import { shownLimits, walletPage, type WalletView } from './wallet-page.ts'

/** How many entries of the statement a page lists. */
export const entriesPerPage = 10

/** What somebody has paid in to spend at the clinic. */
export const walletRoutes = (app: Hono<Env>, desk: Desk): void => {
  const { show, signedIn, unitOfWork, clock } = desk
  for (const path of ['/wallet', '/wallet/*']) app.use(path, requireSignIn)

  app.get('/wallet', async (c) => {
    const visitor = c.get('visitor')
    const person = signedIn(c)
    const owner = person.person.id
    const before = /^[1-9]\d{0,8}$/.exec(c.req.query('before') ?? '')?.[0]
    const read = await unitOfWork.read(async (tx) => {
      const found = await tx.wallets.listEntries({
        owner,
        currency: clinicCurrency,
        limit: entriesPerPage + 1,
        ...(before === undefined ? {} : { before: Number(before) }),
      })
      const entries = []
      for (const entry of found.slice(0, entriesPerPage))
        entries.push({ entry, about: await aboutOf(tx, visitor, entry) })
      return { entries, isMore: found.length > entriesPerPage }
    })
    const unpaid = await readUnpaid(unitOfWork, owner, clock.now())
    return show(
      c,
      walletPage(visitor, person, {
        balance: await readBalance(unitOfWork, owner),
        entries: read.entries,
        unpaid: unpaid.filter(({ kind }) => kind === 'wallet_topup'),
        olderThan: read.isMore ? read.entries.at(-1)?.entry.position : undefined,
        isNewest: before === undefined,
        ...problemOf(c),
      }),
    )
  })

  app.post('/wallet/top-up', async (c) => {
    const visitor = c.get('visitor')
    if (signedIn(c).actor.type !== 'owner') return show(c, notFoundPage(visitor), 404)
    if (await desk.isTooMuch(c)) return show(c, problemPage(visitor, visitor.t.problems.tooMany), 429)
    const typed = c.get('fields')['amount'] ?? ''
    const again = (problem: string): Response =>
      c.redirect(`/wallet?${new URLSearchParams({ problem, typed: typed.slice(0, mostTyped) }).toString()}#amount`, 303)
    const amount = readAmount(typed)
    if (amount === undefined || parseDecimal(amount, clinicCurrency) === undefined) return again('not_an_amount')
    const wanted = desk.kinds.walletTopUp.request({ amount, currency: clinicCurrency })
    const opened = await openOrFind(c, desk, wanted)
    if (!opened.ok) return again(problemCode(opened.error))
    await hold(c, desk, opened.value)
    return leadToPayment(c, desk, opened.value.paymentId)
  })
}

/** What an entry was for: the doctor's name, where there is one. */
const aboutOf = async (tx: Transaction, { language }: Visitor, { paymentId }: WalletEntry): Promise<string> => {
  const { payment } = (await tx.payments.find(paymentId))?.value ?? {}
  if (payment?.subject.type !== 'intent') return ''
  const intent = await tx.intents.find(payment.subject.id as PendingIntent['id'])
  return intent === undefined ? '' : (readVisitDetails(intent.value.quote.details).doctor?.name[language] ?? '')
}

/** As much of what was typed as is shown again. */
const mostTyped = 40

/** What could not be done: said where an amount was typed that will not do, to be mended there, and else above the page. */
const problemOf = (c: Ask): Pick<WalletView, 'notice' | 'wrong'> => {
  const notice = noticeOf(c)
  const typed = c.req.query('typed')?.slice(0, mostTyped)
  return notice === undefined || typed === undefined
    ? { notice, wrong: undefined }
    : { notice: undefined, wrong: { typed, why: notice.text } }
}

const noticeOf = (c: Ask): Notice | undefined => {
  const { t, language } = c.get('visitor')
  const problem = c.req.query('problem')
  if (problem === undefined) return undefined
  const invalid = t.clinic.money.invalid(...shownLimits(language))
  const texts: Readonly<Record<string, string>> = {
    invalid_payload: invalid,
    not_an_amount: t.clinic.money.notAnAmount,
    amount_too_small: invalid,
    amount_too_large: invalid,
    amount_not_a_multiple: invalid,
    intent_expired: t.clinic.problems.intentExpired,
  }
  return { tone: 'bad', text: texts[problem] ?? t.problems.unknown }
}
