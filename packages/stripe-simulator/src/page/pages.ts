import type { World } from '../engine/world.ts'
import { jsonAnswer } from '../server/outcome.ts'

/** What the pages work on. */
export interface PagesOptions {
  readonly world: World
  readonly catchUp: () => void
}

/** Answers the pages that people use. */
export const createPages =
  ({ catchUp }: PagesOptions) =>
  async (_request: Request, url: URL, _publicUrl: string): Promise<Response> => {
    catchUp()
    return jsonAnswer(404, { error: { type: 'invalid_request_error', message: `There is nothing at ${url.pathname}.` } })
  }
