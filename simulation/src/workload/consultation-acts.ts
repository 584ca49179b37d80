import type { ConsultationId } from '@holdfast/core'
import { readStored } from '../oracle/truth.ts'
import type { World } from '../world.ts'
import { at, checkSameAnswer, persistAtOnce, staff } from './asking.ts'
import type { Doing } from './command.ts'

/** Staff end a consultation, so many times at once. Under one key all of them are answered alike. */
export const endConsultation = async (
  world: World,
  command: Doing<'close_consultation' | 'cancel_consultation'>,
  index: number,
): Promise<void> => {
  const consultation = at(readStored(world.database).consultations, command.on)
  if (consultation === undefined) return
  const { key } = command
  const request = {
    actor: staff,
    consultationId: consultation.id as ConsultationId,
    ...(key ? { idempotencyKey: `k${index}` } : {}),
  }
  const answers = await persistAtOnce(
    world,
    command,
    (host): Promise<unknown> =>
      command.do === 'close_consultation'
        ? host.closeConsultation(request)
        : host.cancelConsultation({ ...request, refund: command.refund }),
  )
  if (key) checkSameAnswer(answers)
}
