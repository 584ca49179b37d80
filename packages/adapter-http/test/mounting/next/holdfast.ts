import { mounting } from '../world.ts'

/** Where a Next.js application keeps what its route handlers share: in a module of its own. */
export const here = mounting()

/** What the route handlers below `app/api` serve. */
export const holdfast = here.adapter
