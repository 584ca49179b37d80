import { isoTime } from '@holdfast/core'
import { caseJson } from '../payments/standing.ts'
import { plainJson } from './data-text.ts'
import type { NextStep } from './next-steps.ts'
import type { Story } from './read-story.ts'

/** All of a story, for programs. What machines kept beside an entry stays as they kept it. */
export const storyJson = ({ kase, timeline, around, now }: Story, steps: readonly NextStep[]) => ({
  command: 'explain',
  now: isoTime(now),
  payment: caseJson(kase, kase.updatedAt),
  intent: recordJson(around?.subject.intent),
  reservation: recordJson(around?.subject.reservation),
  consultation: recordJson(around?.subject.consultation),
  order: recordJson(around?.subject.order),
  timeline: timeline.map(({ at, type, about, name, actor, data }) => ({
    at: isoTime(at),
    type,
    about,
    name,
    actor: actor ?? null,
    data: plainJson(data),
  })),
  owed: (around?.owed ?? []).map(({ queue, work }) => ({
    queue,
    id: work.id,
    type: work.body.type,
    status: work.status,
    due_at: isoTime(work.dueAt),
    tries: work.tries,
    last_error: work.lastError ?? null,
  })),
  attention: (around?.attention ?? []).map(({ id, code, at, data }) => ({
    id,
    code,
    at: isoTime(at),
    data: plainJson(data),
  })),
  next: steps.map(({ who, at, text }) => ({ who, at: at === undefined ? null : isoTime(at), text })),
})

const recordJson = (record: { readonly id: string; readonly status: string } | undefined) =>
  record === undefined ? null : { id: record.id, status: record.status }
