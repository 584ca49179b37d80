import { day, instant, type QueueName } from '@holdfast/core'
import { Violation } from '../oracle/violation.ts'
import { start } from '../system/catalogue.ts'
import type { World } from '../world.ts'
import { at, checkSameAnswer, persist, persistAtOnce, staff } from './asking.ts'
import type { Doing } from './command.ts'

/** Staff have something tried again that was given up, so many times at once; where nothing was, something that is done, for nothing. */
export const retryWork = async (world: World, command: Doing<'retry_work'>, index: number): Promise<void> => {
  const { on, key } = command
  const pieces = world.database.query<Piece>(everyPiece)
  const dead = pieces.filter(({ status }) => status === 'dead')
  const piece = at(dead.length > 0 ? dead : pieces, on)
  if (piece === undefined) return
  const request = {
    actor: staff,
    queue: piece.queue,
    workId: piece.id,
    ...(key ? { idempotencyKey: `k${index}` } : {}),
  }
  const answers = await persistAtOnce(world, command, (host) => host.retryWork(request))
  if (key) checkSameAnswer(answers)
  for (const answer of answers) {
    if (answer?.ok === true && piece.status === 'done')
      throw new Violation('A9', `${piece.id} was done, and is to be done again`)
    if (answer !== undefined) world.counts.add(answer.ok ? 'dead_work_retried' : 'work_left_alone')
  }
}

interface Piece {
  readonly id: string
  readonly queue: QueueName
  readonly status: string
}

const everyPiece = (['outbox', 'inbox', 'tasks'] as const)
  .map((queue) => `SELECT id, status, '${queue}' AS queue FROM holdfast_${queue} WHERE status IN ('dead', 'done')`)
  .join(' UNION ALL ')
  .concat(' ORDER BY queue, id')

/** Staff have seen to something, so many times at once: only one of them takes it off the list. */
export const resolveAttention = async (world: World, command: Doing<'resolve'>, index: number): Promise<void> => {
  const item = at(world.database.query<Listed>(listed), command.on)
  if (item === undefined) return
  const request = {
    actor: staff,
    attentionId: item.id,
    ...(command.key ? { idempotencyKey: `k${index}` } : {}),
  }
  const answers = await persistAtOnce(world, command, (host) => host.resolveAttention(request))
  if (command.key) checkSameAnswer(answers)
  const done = answers.filter((answer) => answer?.ok === true).length
  if (!command.key && done > 1) throw new Violation('A9', `${item.id} was taken off the list ${done} times`)
  if (done === 0) return
  world.counts.add('attention_resolved')
  const [row] = world.database.query<Listed>(oneOfAll, item.id)
  if (row?.resolved_by !== `${staff.type}:${staff.id}`)
    throw new Violation(
      'A9',
      `${item.id} was taken off the list, and is there as if by ${row?.resolved_by ?? 'nobody'}`,
    )
}

interface Listed {
  readonly id: string
  readonly resolved_by: string | null
}

const listed = 'SELECT id, resolved_by FROM holdfast_attention WHERE resolved_at IS NULL ORDER BY at, id'
const oneOfAll = 'SELECT id, resolved_by FROM holdfast_attention WHERE id = ?'

/** Staff do not want to wait for the next sweep, so many of them at once. */
export const startSweep = async (world: World, command: Doing<'sweep'>): Promise<void> => {
  const started = await persistAtOnce(world, command, (host) => host.startSweep())
  await world.kernel.sleep(day)
  for (const task of started) {
    if (task === undefined) continue
    const { taskId } = task
    const read = await persist(world, command.process, true, (host) => host.readTask({ actor: staff, taskId }))
    if (read === undefined) continue
    if (!read.ok) throw new Violation('A14', `${taskId} was started, and is nowhere`)
    world.counts.add(`swept_by_hand:${read.value.status}`)
  }
}

/** Somebody compares all that Stripe holds with what is known here, and has mended what can be, or not. */
export const reconcileAll = async (world: World, { fix, process }: Doing<'reconcile'>): Promise<void> => {
  const to = instant(world.kernel.now() + day)
  const told = await persist(world, process, true, (host) => host.reconcile({ from: start, to, fix }))
  if (told?.ok !== true) return
  const { interrupted, counts: drifts } = told.value
  world.counts.add(interrupted === undefined ? `reconciled${fix ? '_and_mended' : ''}` : 'reconcile_interrupted')
  for (const [code, { found, mended }] of Object.entries(drifts))
    for (let count = 0; count < found; count += 1) world.counts.add(count < mended ? `mended:${code}` : `drift:${code}`)
}
