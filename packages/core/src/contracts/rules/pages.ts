import type { PaymentId } from '../../kernel/ids.ts'
import type { LedgerAttempt } from '../../memory/index.ts'
import type { World } from './world.ts'

/** How far whoever buys something goes: not even to its page, to the page, to paying on it, or until we have heard of that. */
export type UpTo = 'nothing' | 'page' | 'paid' | 'heard'

/** Pages that can be paid on now, of one payment or of all. */
export const openPages = ({ provider }: World, of?: PaymentId): readonly LedgerAttempt[] =>
  provider.truth
    .attempts()
    .filter(({ kind, state }) => kind === 'hosted' && state.type === 'opened')
    .filter(({ paymentId }) => of === undefined || paymentId === of)

/** Pays on the page of a payment, where one is open. Answers its id. */
export const payPage = async (w: World, paymentId: PaymentId): Promise<string | undefined> => {
  const [page] = openPages(w, paymentId)
  if (page !== undefined) await w.provider.payer.pay(page.id)
  return page?.id
}

/** Delivers every event about a page. */
export const hearOf = async ({ provider, holdfast }: World, pageId: string | undefined): Promise<void> => {
  for (const event of provider.events())
    if (event.news.about === 'attempt' && event.news.providerId === pageId) await holdfast.receiveEvent(event)
}
