import type { OwnerId, UnitOfWork } from '@holdfast/core'
import { createClinicKinds } from './clinic/clinic-kinds.ts'
import type { Language } from './language/language.ts'
import { stayKind } from './stays/stay-kind.ts'

/** All that somebody can want here before it is paid, by what the pages call it. Each types how it is asked for. */
export const createKinds = (unitOfWork: UnitOfWork, languageOf: (owner: OwnerId) => Language) => ({
  stay: stayKind(unitOfWork, languageOf),
  ...createClinicKinds(unitOfWork, languageOf),
})

/** What {@link createKinds} makes. */
export type Kinds = ReturnType<typeof createKinds>
