import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')

/** Collects all garbage now, so that nobody pays for what somebody else threw away. */
export const collectGarbage = runInNewContext('gc') as () => void
