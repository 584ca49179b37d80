import type { Job } from 'bullmq'

/** Makes a job that is delayed come in so many milliseconds, or at once. One that is not delayed stays as it is. */
export const beDelayed = async (job: Job, ms: number): Promise<void> => {
  const wanted = Math.max(0, ms)
  try {
    if (!(await job.isDelayed())) return
    await (wanted === 0 ? job.promote() : job.changeDelay(wanted))
  } catch (error) {
    if (!saysJobMoved(error)) throw error
  }
}

/** Removes a job, unless a worker has it. Answers whether it is gone by this. */
export const removed = async (job: Job): Promise<boolean> => {
  try {
    await job.remove()
    return true
  } catch (error) {
    if (!saysJobMoved(error)) throw error
    return false
  }
}

/** A worker or another process was there first, which is as good. */
const saysJobMoved = (error: unknown): boolean =>
  error instanceof Error && /not in the delayed state|missing key for job|could not be removed/i.test(error.message)
