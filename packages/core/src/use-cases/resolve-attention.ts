import { err, ok, type Result } from '../kernel/result.ts'
import { actorName, type Actor } from './actor.ts'
import type { Dependencies } from './dependencies.ts'
import { claimKey, settleKey, type KeyReused } from './request-key.ts'

/** What is asked of {@link resolveAttention}. */
export interface ResolveAttentionRequest {
  readonly actor: Exclude<Actor, { readonly type: 'owner' }>
  readonly attentionId: string
  readonly idempotencyKey?: string
}

/** What {@link resolveAttention} answers. `resolvedBy`: as timelines name them, `staff:eve`. */
export type ResolveAttentionOutcome = Result<
  { readonly attentionId: string; readonly resolvedBy: string },
  KeyReused | { readonly code: 'attention_not_found' }
>
/** The use case {@link resolveAttention}, wired. */
export type ResolveAttention = (request: ResolveAttentionRequest) => Promise<ResolveAttentionOutcome>

/**
 * Takes something off the list of what needs a human. Who did it is kept.
 *
 * Refuses, first match wins: `idempotency_key_reused`, `attention_not_found` (also where somebody has settled it already).
 */
export const resolveAttention =
  ({ unitOfWork, clock }: Pick<Dependencies, 'unitOfWork' | 'clock'>): ResolveAttention =>
  (request) =>
    unitOfWork.run(async (tx): Promise<ResolveAttentionOutcome> => {
      const { actor, attentionId } = request
      const now = clock.now()
      const asked = { useCase: 'resolve_attention', id: attentionId }
      const claim = await claimKey<ResolveAttentionOutcome>(tx, request, asked, now)
      if (claim.type === 'reused') return err({ code: 'idempotency_key_reused' })
      if (claim.type === 'settled') return claim.outcome
      const resolvedBy = actorName(actor)
      const isResolved = await tx.attention.resolve(attentionId, resolvedBy, now)
      return settleKey(tx, request, isResolved ? ok({ attentionId, resolvedBy }) : err({ code: 'attention_not_found' }))
    })
