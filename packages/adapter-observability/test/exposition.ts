/** One metric of a scrape, with everything it says. */
export interface Family {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly samples: readonly Sample[]
}

/** One line of a metric. Of a histogram, `name` says which of its series. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/**
 * Reads a scrape in Prometheus' text format (version 0.0.4, https://prometheus.io/docs/instrumenting/exposition_formats/, read
 * 2026-11), and believes nothing: every family has its help and its type, once and before its samples, in one group; no series
 * comes twice; counters end in `_total` and are not negative; buckets are cumulative, and the last is all there is.
 *
 * @throws with the line that is wrong.
 */
export const readExposition = (text: string): ReadonlyMap<string, Family> => {
  if (!text.endsWith('\n')) throw new Error('The last line does not end.')
  const families = new Map<string, { name: string; help: string; type: string; samples: Sample[] }>()
  const seen = new Set<string>()
  let current: { name: string; help: string; type: string; samples: Sample[] } | undefined
  for (const [at, line] of text.slice(0, -1).split('\n').entries()) {
    const wrong = (why: string): Error => new Error(`Line ${at + 1}, ${why}: ${line}`)
    if (line === '') continue
    const help = /^# HELP ([a-zA-Z_:][\w:]*) (\S(?:[^\\]|\\\\|\\n)*)$/.exec(line)
    if (help !== null) {
      const [, name = '', words = ''] = help
      if (families.has(name)) throw wrong('a second help')
      current = { name, help: words, type: '', samples: [] }
      families.set(name, current)
      continue
    }
    const type = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram|summary|untyped)$/.exec(line)
    if (type !== null) {
      if (current === undefined || type[1] !== current.name || current.type !== '' || current.samples.length > 0)
        throw wrong('a type out of its place')
      current.type = type[2] ?? ''
      continue
    }
    if (line.startsWith('#')) throw wrong('a comment that is none of ours')
    if (current === undefined || current.type === '') throw wrong('a sample before its type')
    const sample = readSample(line)
    if (sample === undefined) throw wrong('no sample')
    const of = current.type === 'histogram' ? sample.name.replace(/_(bucket|sum|count)$/, '') : sample.name
    if (of !== current.name) throw wrong('a sample outside its family')
    const key = JSON.stringify([sample.name, Object.entries(sample.labels).toSorted()])
    if (seen.has(key)) throw wrong('a series that was there before')
    seen.add(key)
    current.samples.push(sample)
  }
  for (const family of families.values()) check(family)
  return families
}

const readSample = (line: string): Sample | undefined => {
  const [, name, body, number] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
  const value = number === undefined ? undefined : readNumber(number)
  const labels = body === undefined ? {} : readLabels(body)
  return name === undefined || value === undefined || labels === undefined ? undefined : { name, labels, value }
}

const readLabels = (body: string): Readonly<Record<string, string>> | undefined => {
  const labels: Record<string, string> = {}
  const label = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,|$)/y
  while (label.lastIndex < body.length) {
    const found = label.exec(body)
    const [, name = '', value = ''] = found ?? []
    if (found === null || name in labels) return undefined
    labels[name] = value.replaceAll(/\\(.)/g, (_all, escaped: string) => (escaped === 'n' ? '\n' : escaped))
  }
  return labels
}

const readNumber = (text: string): number | undefined => {
  if (/^[+-]?Inf$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined
}

const check = ({ name, type, samples }: Family): void => {
  if (type === '') throw new Error(`${name} has no type.`)
  if (type === 'counter') {
    if (!name.endsWith('_total')) throw new Error(`The counter ${name} does not end in _total.`)
    for (const { value } of samples) if (!(value >= 0)) throw new Error(`The counter ${name} is ${value}.`)
  }
  if (type !== 'histogram') return
  for (const labels of new Set(samples.map(seriesOf))) {
    const parts = samples.filter((each) => seriesOf(each) === labels)
    const buckets = parts.filter((part) => part.name === `${name}_bucket`)
    const counts = buckets.map(({ value }) => value)
    const bounds = buckets.map(({ labels: { le = '' } }) => readNumber(le))
    const isRising = (numbers: readonly (number | undefined)[]) =>
      numbers.every((each, at) => at === 0 || (numbers[at - 1] ?? 0) <= (each ?? -1))
    const count = parts.find((part) => part.name === `${name}_count`)?.value
    if (parts.filter((part) => part.name === `${name}_sum`).length !== 1)
      throw new Error(`${name}${labels} has no sum.`)
    if (bounds.at(-1) !== Infinity || !isRising(bounds))
      throw new Error(`${name}${labels} has no order in its buckets.`)
    if (!isRising(counts) || counts.at(-1) !== count) throw new Error(`${name}${labels} does not add up.`)
  }
}

const seriesOf = ({ labels: { le: _, ...labels } }: Sample): string => JSON.stringify(Object.entries(labels).toSorted())
