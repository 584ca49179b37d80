import type { ResourceId } from '../kernel/ids.ts'
import type { Schedule } from '../slots/schedule.ts'

/** When the host's resources can be had. For hosts that sell slots; others need none. */
export interface Schedules {
  /** The schedule of a resource as it is now, or `undefined` when there is no such resource or it cannot be booked. */
  find(resourceId: ResourceId): Promise<Schedule | undefined>
}
