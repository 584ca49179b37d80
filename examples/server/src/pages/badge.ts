import { html } from 'hono/html'
import type { Html } from './layout.ts'

/** A status in its colour. The colour repeats what the word says. */
export const badge = (status: string, label: string): Html =>
  html`<span class="badge ${tones[status] ?? 'calm'}">${label}</span>`

const tones: Readonly<Record<string, 'good' | 'bad' | 'busy' | 'calm'>> = {
  completed: 'good',
  confirmed: 'good',
  paid: 'good',
  succeeded: 'good',
  done: 'good',
  shipped: 'good',
  delivered: 'good',
  consumed: 'good',
  failed: 'bad',
  declined: 'bad',
  disputed: 'bad',
  returned: 'bad',
  dead: 'bad',
  pending: 'busy',
  processing: 'busy',
  coming: 'busy',
  balance_due: 'busy',
  requested: 'busy',
  open: 'busy',
  authorized: 'busy',
  waiting: 'busy',
  held: 'busy',
}
