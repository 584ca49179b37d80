import type { PaymentCase, TimelineEntry } from '@holdfast/core'

/**
 * What the beginning of a payment is called in the log, by the fact that it is: the names that dashboards of payment systems look for.
 * A fact has one name, so that there is no line under the other. Every other fact is called by what moved, and how.
 */
export const paymentEventNames = {
  attempt_requested: 'payment_creation_started',
  attempt_opened: 'payment_created_successfully',
  // Where a page was open before, the payment had been created: that keeps its own name.
  attempt_declined: 'payment_creation_failed',
  attempt_page_declined: 'stripe_payment_error',
} as const

/** What a line of a payment's story is called in the log. `kase`: the payment as it was stored with it. */
export const eventOf = (entry: TimelineEntry, kase: PaymentCase | undefined): string => {
  const { type, name, about } = entry
  switch (type) {
    case 'fact':
      return factOf(`${about.type}_${name}`, about.id, kase)
    case 'command':
      return `${name}_asked`
    case 'call':
      return `${name}_called`
    case 'answer':
      return about.type === 'message' ? name : `${name}_answered`
    case 'event':
      return 'event_applied'
    case 'attention':
      return `attention_${name}`
  }
}

const factOf = (fact: string, id: string, kase: PaymentCase | undefined): string => {
  if (fact === 'attempt_declined' && hadPage(kase, id)) return fact
  return fact in paymentEventNames ? paymentEventNames[fact as keyof typeof paymentEventNames] : fact
}

const hadPage = (kase: PaymentCase | undefined, attemptId: string): boolean => {
  const attempt = kase?.attempts.find(({ id }) => id === attemptId)
  return attempt?.kind === 'hosted' && attempt.providerId !== undefined
}
