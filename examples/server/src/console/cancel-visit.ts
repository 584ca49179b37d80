import { html } from 'hono/html'
import { buttonForm, type Fields } from '../pages/forms.ts'
import type { Html } from '../pages/layout.ts'
import type { SignedIn, Visitor } from '../pages/visitor.ts'

/** Cancels an appointment or a consultation in two steps: staff say that they mean it, and what becomes of the money. */
export const renderCancelVisit = (
  { t }: Visitor,
  signedIn: SignedIn,
  { action, id }: { readonly action: string; readonly id: string },
): Html => {
  const button = (refund: 'all' | 'nothing', label: string): Html =>
    buttonForm(signedIn, action, label, { look: 'danger', fields: { id, refund } })
  return html`<details><summary>${t.console.cancelVisit}</summary><p class="soft">${t.console.cancelVisitHint}</p>
<div class="actions">${button('all', t.console.cancelAndRefund)}${button('nothing', t.console.cancelAndKeep)}</div></details>`
}

/** What a form of {@link renderCancelVisit} says about the money; nothing where it is a form of somebody else's. */
export const readRefund = ({ refund }: Fields): 'all' | 'nothing' | undefined =>
  refund === 'all' || refund === 'nothing' ? refund : undefined
