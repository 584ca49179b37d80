import type { OwnerId } from '../kernel/ids.ts'

/** On whose behalf something is done. Whoever calls has established it; nothing here believes a request. */
export type Actor =
  | { readonly type: 'owner'; readonly id: OwnerId }
  | { readonly type: 'staff'; readonly id: string }
  | { readonly type: 'system' }

/** `owner:ana`: for timelines and lists. */
export const actorName = (actor: Actor): string => (actor.type === 'system' ? 'system' : `${actor.type}:${actor.id}`)

/** Whether the actor may see and change what belongs to `owner`. To everybody else it does not exist. */
export const mayTouch = (actor: Actor, owner: OwnerId): boolean => actor.type !== 'owner' || actor.id === owner
