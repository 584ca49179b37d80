import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

interface Profile {
  readonly nodes: readonly ProfileNode[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}
interface ProfileNode {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  readonly children?: readonly number[]
}

/** Where a `.cpuprofile` of Node says that the time went: by package, and the functions that took most by themselves. */
export const summariseProfile = (file: string): string => {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8')) as Profile
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const places = new Map<string, number>()
  const functions = new Map<string, number>()
  let total = 0
  for (const [at, id] of samples.entries()) {
    const node = byId.get(id)
    const us = timeDeltas[at] ?? 0
    if (node === undefined || node.callFrame.functionName === '(idle)') continue
    total += us
    add(places, placeOf(node), us)
    add(functions, nameOf(node), us)
  }
  const list = (entries: ReadonlyMap<string, number>, most: number): string =>
    [...entries]
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, most)
      .map(([name, us]) => `${((100 * us) / total).toFixed(1).padStart(5)} %  ${name}`)
      .join('\n')
  return `${(total / 1e6).toFixed(1)} s not idle\n\n${list(places, 20)}\n\n${list(functions, 60)}`
}

const add = (sums: Map<string, number>, key: string, us: number): void => {
  sums.set(key, (sums.get(key) ?? 0) + us)
}

const pathOf = ({ callFrame: { url } }: ProfileNode): string => (url.startsWith('file:') ? fileURLToPath(url) : url)

const placeOf = (node: ProfileNode): string => {
  const file = pathOf(node)
  if (file === '') return node.callFrame.functionName.startsWith('(') ? node.callFrame.functionName : '(native code)'
  const [, dependency] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file) ?? []
  const [, own] = /(?:packages\/)?([^/]+)\/dist\//.exec(file) ?? []
  return dependency ?? own ?? file
}

const nameOf = (node: ProfileNode): string => {
  const { functionName, lineNumber } = node.callFrame
  const file = pathOf(node)
    .replace(/.*\/node_modules\//, '')
    .replace(/.*\/packages\//, '')
  return file === '' ? functionName : `${functionName || '(anonymous)'}  ${file}:${lineNumber + 1}`
}
