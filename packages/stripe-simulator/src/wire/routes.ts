import type { World } from '../engine/world.ts'
import type { RawObject } from './form.ts'
import { list, readParameters, text, type ReadShape, type Shape } from './params.ts'

/** The methods Stripe's first API version has. */
export type Method = 'GET' | 'POST' | 'DELETE'

/** One call of the API: what it accepts and what it does. Built by {@link route}. */
export interface Route {
  readonly method: Method
  /** The path with `{name}` for a variable segment. */
  readonly path: string
  readonly run: (world: World, path: PathValues, raw: RawObject) => RouteResult
}

/** The variable segments of a path by name. */
export type PathValues = Readonly<Record<string, string>>

/** What a call answers, and which of its fields the caller wants expanded. */
export interface RouteResult {
  readonly object: object
  readonly expand: readonly string[]
}

/** Describes a call. Its parameters are read, and refused where they do not pass, before `handle` runs. */
export const route = <S extends Shape>(
  method: Method,
  path: string,
  shape: S,
  handle: (world: World, params: ReadShape<S>, path: PathValues) => object,
): Route => {
  const withExpand = { ...shape, expand: list(text()) }
  return {
    method,
    path,
    run: (world, values, raw) => {
      const params = readParameters(withExpand, raw)
      const { expand } = params as { readonly expand: readonly string[] | undefined }
      return { object: handle(world, params as unknown as ReadShape<S>, values), expand: expand ?? [] }
    },
  }
}

/** A route that fits a request, with the values of its variable segments. */
export interface RouteMatch {
  readonly route: Route
  readonly values: PathValues
}

/** Finds routes by method and path; a fixed segment goes before a variable one. */
export const createRouter = (routes: readonly Route[]): ((method: string, path: string) => RouteMatch | undefined) => {
  const prepared = routes.map((each) => ({ route: each, segments: each.path.split('/') }))
  prepared.sort((left, right) => variables(left.segments) - variables(right.segments))
  return (method, path) => {
    const given = path.replace(/\/$/, '').split('/')
    for (const { route: candidate, segments } of prepared) {
      if (candidate.method !== method || segments.length !== given.length) continue
      const values = matchSegments(segments, given)
      if (values !== undefined) return { route: candidate, values }
    }
    return undefined
  }
}

const variables = (segments: readonly string[]): number => segments.filter((segment) => segment.startsWith('{')).length

const matchSegments = (segments: readonly string[], given: readonly string[]): PathValues | undefined => {
  const values: Record<string, string> = {}
  for (const [index, segment] of segments.entries()) {
    const part = given[index] ?? ''
    if (segment.startsWith('{')) {
      if (part === '') return undefined
      values[segment.slice(1, -1)] = decode(part)
    } else if (segment !== part) return undefined
  }
  return values
}

const decode = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
