/** Does all jobs, so many at once. */
export const drive = async <Job>(
  concurrency: number,
  jobs: readonly Job[],
  perform: (job: Job) => Promise<void>,
): Promise<void> => {
  const queue = jobs.values()
  const work = async (): Promise<void> => {
    for (const job of queue) await perform(job)
  }
  await Promise.all(Array.from({ length: concurrency }, work))
}
