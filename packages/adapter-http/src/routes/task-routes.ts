import { ok, type Result } from '@holdfast/core'
import { answerOnce } from '../serving/answer-once.ts'
import {
  showStartedSweep,
  showTaskStatus,
  startedSweepAnswer,
  taskQuery,
  taskStatusAnswer,
  type StartedSweep,
} from '../wire/task.ts'
import { refused, reply, route } from './route.ts'

const tag = 'Payments'

const checkExpiredSessions = route({
  name: 'check_expired_sessions',
  method: 'post',
  path: '/payments/check_expired_sessions',
  tag,
  summary: 'Has Stripe asked, in the background, about every page that may have expired or been paid.',
  who: 'staff',
  keyed: true,
  answers: { 200: startedSweepAnswer },
  refusals: ['idempotency_key_reused'],
  handle: async ({ actor, keyed, words }, services) => {
    const { holdfast, clock } = services
    const start = async (): Promise<Result<StartedSweep, never>> =>
      ok({ ...(await holdfast.startSweep()), at: clock.now() })
    const outcome = await answerOnce(services, { actor, ...keyed }, { useCase: 'start_sweep' }, start)
    return outcome.ok ? reply(200, showStartedSweep(outcome.value, words)) : refused(outcome.error)
  },
})

const readTaskStatus = route({
  name: 'read_task_status',
  method: 'get',
  path: '/payments/task_status',
  tag,
  summary: 'How far a piece of work in the background has come.',
  who: 'owner_or_staff',
  query: taskQuery,
  answers: { 200: taskStatusAnswer },
  refusals: ['task_not_found'],
  handle: async ({ actor, query: { task_id: taskId }, words }, { holdfast }) => {
    const outcome = await holdfast.readTask({ actor, taskId })
    return outcome.ok ? reply(200, showTaskStatus(outcome.value, words)) : refused(outcome.error)
  },
})

/** What is done in the background, for those who wait for it. */
export const taskRoutes = [checkExpiredSessions, readTaskStatus] as const
