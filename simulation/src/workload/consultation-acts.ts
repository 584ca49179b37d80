import { encodeJson, type ConsultationId } from '@holdfast/core'
import { readStored } from '../oracle/truth.ts'
import { Violation } from '../oracle/violation.ts'
import type { World } from '../world.ts'
import { at, persist, staff } from './asking.ts'
import type { Command } from './command.ts'

/** Staff end a consultation, so many times at once. Under one key all of them are answered alike. */
export const endConsultation = async (
  world: World,
  command: Extract<Command, { readonly do: 'close_consultation' | 'cancel_consultation' }>,
  index: number,
): Promise<void> => {
  const consultation = at(readStored(world.database).consultations, command.on)
  if (consultation === undefined) return
  const { key, times, process } = command
  const request = {
    actor: staff,
    consultationId: consultation.id as ConsultationId,
    ...(key ? { idempotencyKey: `k${index}` } : {}),
  }
  const answers = await Promise.all(
    Array.from({ length: times }, () =>
      persist(
        world,
        process,
        key,
        (host): Promise<unknown> =>
          command.do === 'close_consultation'
            ? host.closeConsultation(request)
            : host.cancelConsultation({ ...request, refund: command.refund }),
      ),
    ),
  )
  const said = new Set(answers.filter((answer) => answer !== undefined).map((answer) => encodeJson(answer)))
  if (key && said.size > 1) throw new Violation('K1', `one key was answered ${[...said].join(' and ')}`)
}
