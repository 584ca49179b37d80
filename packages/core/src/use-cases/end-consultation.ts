import {
  decideConsultation,
  evolveConsultation,
  type Consultation,
  type ConsultationRefusal,
} from '../consultation/consultation.ts'
import { bug } from '../kernel/bug.ts'
import type { ConsultationId, PaymentId } from '../kernel/ids.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import { moveCase } from '../settlement/case-change.ts'
import { actorName, mayTouch } from './actor.ts'
import type { Dependencies } from './dependencies.ts'
import { giveBackRest } from './give-back-rest.ts'
import { claimKey, settleKey, type Keyed, type KeyReused } from './request-key.ts'
import { storeChange } from './store-change.ts'
import { tellCancelled } from './tell-owner.ts'

/** What is answered to whoever ends a consultation. `Code`: it has ended before, in the other way. */
export type EndConsultationOutcome<Code extends ConsultationRefusal['code']> = Result<
  { readonly consultation: Consultation },
  KeyReused | { readonly code: 'consultation_not_found' } | Extract<ConsultationRefusal, { readonly code: Code }>
>

interface Request extends Keyed {
  readonly consultationId: ConsultationId
}
type Ending = { readonly type: 'close' } | { readonly type: 'cancel'; readonly refund: 'all' | 'nothing' }

/** Ends a consultation in one of its two ways, and tells it in the story of its payment. One that ended so before stays as it is. */
export const endConsultation = async <Code extends ConsultationRefusal['code']>(
  deps: Dependencies,
  request: Request,
  ending: Ending,
): Promise<EndConsultationOutcome<Code>> => {
  const known = await deps.unitOfWork.read((tx) => tx.consultations.find(request.consultationId))
  if (known === undefined || !mayTouch(request.actor, known.value.owner)) return err({ code: 'consultation_not_found' })
  return deps.unitOfWork.run((tx) => end<Code>(tx, deps, { request, ending, paymentId: known.value.paymentId }))
}

const end = async <Code extends ConsultationRefusal['code']>(
  tx: Transaction,
  deps: Dependencies,
  ask: { readonly request: Request; readonly ending: Ending; readonly paymentId: PaymentId },
): Promise<EndConsultationOutcome<Code>> => {
  type Outcome = EndConsultationOutcome<Code>
  const { request, ending, paymentId } = ask
  const { actor, consultationId } = request
  const now = deps.clock.now()
  // The payment before the consultation: whoever locks both locks them in this order.
  const { value: kase, version } = (await tx.payments.find(paymentId)) ?? bug(`Payment '${paymentId}' is gone.`)
  const found = (await tx.consultations.find(consultationId)) ?? bug(`Consultation '${consultationId}' is gone.`)
  const name = `${ending.type}_consultation`
  const data = ending.type === 'cancel' ? { refund: ending.refund } : {}
  const claim = await claimKey<Outcome>(tx, request, { useCase: name, consultationId, ...data }, now)
  if (claim.type === 'reused') return err({ code: 'idempotency_key_reused' })
  if (claim.type === 'settled') return claim.outcome

  const decision = decideConsultation(found.value, { type: ending.type, at: now, by: actor.type })
  if (!decision.ok)
    return settleKey<Outcome>(tx, request, err(decision.refusal as Extract<ConsultationRefusal, { code: Code }>))
  const consultation = decision.events.reduce(evolveConsultation, found.value)
  if (decision.events.length === 0) return settleKey<Outcome>(tx, request, ok({ consultation }))
  await tx.consultations.save(consultation, found.version)

  const move = moveCase(kase)
  for (const event of decision.events) move.fact('consultation', consultationId, event)
  if (ending.type === 'cancel') {
    const reason = 'consultation_cancelled'
    const refunds = ending.refund === 'all' ? giveBackRest(move, deps, { reason, at: now }) : []
    tellCancelled(move, { type: 'consultation', id: consultationId }, { by: actor, refunds })
  }
  const origin = {
    type: 'command' as const,
    about: { type: 'consultation', id: consultationId },
    name,
    actor: actorName(actor),
    data,
  }
  await storeChange(tx, deps, version, move.done(), { now, origin })
  return settleKey<Outcome>(tx, request, ok({ consultation }))
}
