/** A machine's table as a picture that Mermaid draws. */
export const drawMachine = (
  initial: string,
  table: Readonly<Record<string, Readonly<Record<string, string>>>>,
): string =>
  [
    'stateDiagram-v2',
    `  [*] --> ${initial}`,
    ...Object.entries(table).flatMap(([from, row]) => {
      const edges = Object.entries(row).map(([on, to]) => `  ${from} --> ${to}: ${on}`)
      return edges.length > 0 ? edges : [`  ${from} --> [*]`]
    }),
  ].join('\n') + '\n'
