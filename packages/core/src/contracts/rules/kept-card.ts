import type { OwnerId } from '../../kernel/ids.ts'
import type { MemoryPaymentProvider } from '../../memory/index.ts'
import type { SavedCard } from '../../payment/payment.ts'
import type { World } from './world.ts'

/** How a card behaves that its owner lets the provider keep. */
export type CardKind = Parameters<MemoryPaymentProvider['payer']['saveCard']>[0]

/** A card of an owner's that the provider keeps from now on. */
export const keptCard = async (
  { unitOfWork, provider }: Pick<World, 'unitOfWork' | 'provider'>,
  owner: OwnerId,
  kind: CardKind = 'working',
): Promise<SavedCard> => {
  const card = await provider.payer.saveCard(kind, await unitOfWork.read((tx) => tx.customers.find(owner)))
  await unitOfWork.run((tx) => tx.customers.remember(owner, card.customerId))
  return card
}
