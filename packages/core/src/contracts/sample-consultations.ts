import type { Consultation } from '../consultation/consultation.ts'
import { at, beyondDoubles, consultationId, intentId, ownerId, paymentId, resourceId } from './sample-names.ts'

const consultationBase = (id: string) =>
  ({
    id: consultationId(id),
    owner: ownerId('ana'),
    resourceId: resourceId('dr-vega'),
    intentId: intentId(`int_${id}`),
    paymentId: paymentId(`pay_${id}`),
    details: { question: '¿Es grave?', paid: beyondDoubles },
    createdAt: at(0),
  }) as const

/** A consultation that goes on; `change` may make it any other. */
export const someConsultation = (id: string, change: object = {}): Consultation =>
  ({ ...consultationBase(id), status: 'open', ...change }) as Consultation

/** A consultation in every status. */
export const everyConsultation = (): readonly Consultation[] => [
  { ...consultationBase('con_open'), status: 'open' },
  { ...consultationBase('con_closed'), status: 'closed', closedAt: at(7), closedBy: 'staff' },
  { ...consultationBase('con_cancelled'), status: 'cancelled', cancelledAt: at(8), cancelledBy: 'owner' },
]
