import type { Ledger } from '@holdfast/stripe-simulator'
import type { Entry } from './edges.ts'
import { declinesOf, type Stored } from './truth.ts'
import { Violation } from './violation.ts'

/**
 * What is known to have been declined on a page was declined there, and is known once, by its row as by its story. That all of it is known
 * is no promise: whoever is not told of it hears of the last one only, and of none once the page was paid. @throws {@link Violation} A17
 */
export const checkDeclines = (
  { attempts }: Pick<Stored, 'attempts'>,
  ledger: Pick<Ledger, 'objects'>,
  story: readonly Entry[],
): void => {
  const told = story.filter(({ type, name }) => type === 'fact' && name === 'page_declined')
  for (const attempt of attempts) {
    const known = declinesOf(attempt).map(({ id }) => id)
    const facts = told.filter(({ about_id: about }) => about === attempt.id).map(idIn)
    if (new Set(known).size < known.length)
      throw new Violation('A17', `${attempt.id} knows of one decline twice: ${known.join(', ')}`)
    if (facts.toSorted().join() !== known.toSorted().join())
      throw new Violation('A17', `${attempt.id} has declined ${known.join(', ')}, and its story ${facts.join(', ')}`)
    const stranger = known.find((id) => !isDeclineOf(attempt.id, id, ledger))
    if (stranger !== undefined)
      throw new Violation('A17', `${attempt.id} knows of ${stranger}, which no page of its own has declined`)
  }
}

const idIn = ({ data }: Entry): string => (JSON.parse(data) as { readonly id: string }).id

/** A try is named by its charge, or after its PaymentIntent where it did not come to a charge. */
const isDeclineOf = (attemptId: string, id: string, { objects }: Pick<Ledger, 'objects'>): boolean => {
  const charge = objects.charge.find((each) => each.id === id)
  const intentId = charge?.payment_intent ?? id.split(':')[0]
  return (
    (charge === undefined ? id.includes(':') : charge.status === 'failed') &&
    objects.payment_intent.some(
      (intent) => intent.id === intentId && intent.metadata['attempt_id'] === attemptId && isOfPage(intent),
    )
  )
}

const isOfPage = ({ metadata }: Ledger['objects']['payment_intent'][number]): boolean => metadata['kind'] === 'hosted'
