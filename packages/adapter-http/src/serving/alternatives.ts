import type { Logger, PaymentId, PendingIntent, UnitOfWork } from '@holdfast/core'
import type { Alternative, Alternatives, Wanted } from '../options.ts'
import type { Refusal, RefusalWith } from '../problem/refusal.ts'
import { intentOf } from './find-intent.ts'
import type { Services } from './services.ts'

/** What there is instead of what somebody wanted, as the host offers it. */
export type OfferAlternatives = (wanted: Wanted) => Promise<readonly Alternative[]>

/** Asks the host. What was refused is the answer whatever the host does, so that one that fails offers nothing. */
export const offerAlternatives =
  ({ alternatives, logger }: { readonly alternatives: Alternatives; readonly logger: Logger }): OfferAlternatives =>
  async (wanted) => {
    try {
      return (await alternatives(wanted, mostOffered)).slice(0, mostOffered)
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      logger.log('warn', 'alternatives_not_found', { kind: wanted.kind, detail })
      return []
    }
  }

const mostOffered = 5

/** What to offer to the owner of an intent: other slots, where it was paid and its own could not be had. */
export const alternativesTo = async (
  { offerAlternatives: offer }: Pick<Services, 'offerAlternatives'>,
  intent: PendingIntent,
): Promise<readonly Alternative[]> =>
  intent.status === 'refunded' && intent.quote.slot !== undefined ? offer(intent) : []

/** A refusal of what was wanted; of a slot that is taken, with others. */
export const withAlternatives = async <Why extends Refusal>(
  { offerAlternatives: offer }: Pick<Services, 'offerAlternatives'>,
  refusal: Why,
  wanted: Wanted | undefined,
): Promise<Why | RefusalWith<'slot_taken'>> =>
  refusal.code === 'slot_taken' && wanted !== undefined
    ? { code: 'slot_taken', alternatives: await offer(wanted) }
    : refusal

/** As {@link withAlternatives}, where it is only known which payment was to be made. */
export const withAlternativesTo = async <Why extends Refusal>(
  services: Pick<Services, 'offerAlternatives' | 'unitOfWork'>,
  refusal: Why,
  paymentId: PaymentId,
): Promise<Why | RefusalWith<'slot_taken'>> =>
  refusal.code === 'slot_taken'
    ? withAlternatives(services, refusal, await findWanted(services.unitOfWork, paymentId))
    : refusal

const findWanted = (unitOfWork: UnitOfWork, paymentId: PaymentId): Promise<Wanted | undefined> =>
  unitOfWork.read(async (tx) => {
    const payment = (await tx.payments.find(paymentId))?.value.payment
    return payment === undefined ? undefined : intentOf(tx, payment)
  })
