import { isoTime, type TimelineEntry } from '@holdfast/core'
import { dataText } from './data-text.ts'
import type { Story } from './read-story.ts'

/**
 * The story, day by day, oldest first. What moved stands under what made it move: a command, an answer, a webhook.
 */
export const storyText = ({ kase, timeline }: Story): readonly string[] => {
  const names = namesOf(kase)
  let day = ''
  let asOf = ''
  let said: TimelineEntry['data'] = {}
  return timeline.flatMap((entry): readonly string[] => {
    const [date = '', time = ''] = isoTime(entry.at).split('T')
    const clock = time.slice(0, 8)
    const isNewDay = date !== day
    // Under what made it move, its time need not be said again.
    const follows = !isNewDay && clock === asOf && entry.type === 'fact'
    const known = follows ? said : {}
    day = date
    asOf = clock
    if (!follows) said = entry.data
    const head = `${follows ? ' '.repeat(8) : clock}  ${labels[entry.type].padEnd(7)}  ${follows ? '  ' : ''}`
    const line = wrap(
      head + titleOf(entry, names),
      dataText(entry.data, { currency: kase.payment.amount.currency, at: entry.at, said: known }),
    )
    return isNewDay ? [date, ...line] : line
  })
}

const labels: Readonly<Record<TimelineEntry['type'], string>> = {
  command: 'ASKED',
  fact: 'moved',
  call: 'CALL',
  answer: 'ANSWER',
  event: 'WEBHOOK',
  attention: 'HUMAN',
}

const titleOf = ({ type, name, about, actor }: TimelineEntry, names: ReadonlyMap<string, string>): string => {
  const subject = names.get(about.id) ?? `${about.type} ${about.id}`
  switch (type) {
    case 'fact':
      return `${subject}: ${name.replaceAll('_', ' ')}`
    case 'command':
      return `${name.replaceAll('_', ' ')}${actor === undefined ? '' : `, by ${actor}`}`
    case 'attention':
      return name
    case 'event':
      // The provider's own name for it is what somebody looks for in its dashboard.
      return `${name} (${about.id})`
    case 'call':
    case 'answer':
      return `${name.replaceAll('_', ' ')}, about ${subject}`
  }
}

/** Short names: `attempt 2` is the second in the list above the story. */
const namesOf = ({ payment, attempts, refunds }: Story['kase']): ReadonlyMap<string, string> =>
  new Map([
    [payment.id as string, 'payment'],
    ...attempts.map(({ id }, at) => [id as string, `attempt ${at + 1}`] as const),
    ...refunds.map(({ id }, at) => [id as string, `refund ${at + 1}`] as const),
  ])

/** The data behind the title, on lines of their own where there is no room. */
const wrap = (title: string, data: string): readonly string[] => {
  if (data === '') return [title]
  if (title.length + data.length + 3 <= widest) return [`${title} · ${data}`]
  const lines: string[] = []
  let line = ''
  for (const part of data.split(', ')) {
    if (line !== '' && line.length + part.length + 2 > widest - indent.length) {
      lines.push(`${indent}${line},`)
      line = part
    } else line = line === '' ? part : `${line}, ${part}`
  }
  return [title, ...lines, `${indent}${line}`]
}

const widest = 118
const indent = ' '.repeat(23)
