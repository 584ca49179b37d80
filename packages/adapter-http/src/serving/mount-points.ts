import type { Route } from '../routes/route.ts'

/** Where the host mounts this adapter. */
export interface Paths {
  readonly basePath: string
  readonly webhooksPath: string
}

/** The paths at which a route is served, with `{id}` as the router writes it, and without a slash at the end. */
export const mountPoints = (
  { path, mount = 'base' }: Pick<Route, 'path' | 'mount'>,
  { basePath, webhooksPath }: Paths,
): readonly string[] => {
  const below = `${basePath}${path}`.replace('{id}', ':id')
  switch (mount) {
    case 'base':
      return [below]
    case 'root_and_base':
      return [...new Set([path, below])]
    case 'webhooks':
      return [webhooksPath]
  }
}
