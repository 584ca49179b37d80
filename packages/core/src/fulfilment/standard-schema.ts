/**
 * A schema as zod, Valibot, ArkType and others agree to show it: Standard Schema, version 1 (standardschema.dev, read
 * 2026-11). Only what is used here. Any of them can be handed over, and none of them is a dependency.
 */
export interface StandardSchema<Output, Input = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => StandardSchemaResult<Output> | Promise<StandardSchemaResult<Output>>
    /** For the compiler alone: no schema has it at run time. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** What a schema makes of a value: the value as it understands it, or what is wrong with it. */
export type StandardSchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardSchemaIssue[] }

/** One thing that is wrong. The path is absent or empty where it is the whole. */
export interface StandardSchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** Where an issue is, for people and programs: `guests.0.name`; empty for the whole. */
export const fieldOf = ({ path = [] }: StandardSchemaIssue): string =>
  path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
