import { describe, expect, it } from 'vitest'
import {
  decideConsultation,
  evolveConsultation,
  openConsultation,
  type Consultation,
  type ConsultationCommand,
  type ConsultationEvent,
} from '../src/consultation/consultation.ts'
import { at, everyConsultation, someConsultation } from '../src/contracts/samples.ts'
import { accept } from '../src/kernel/decision.ts'
import { answersOf } from './every-status.ts'

const answers = answersOf<Consultation, ConsultationCommand, ConsultationEvent>({
  states: everyConsultation(),
  decide: decideConsultation,
  evolve: evolveConsultation,
})

describe('what a consultation answers in every status', () => {
  it('to having taken place', () => {
    expect(answers({ type: 'close', at: at(5), by: 'staff' })).toEqual({
      'closed → closed': ['open'],
      unchanged: ['closed'],
      consultation_cancelled: ['cancelled'],
    })
  })

  it('to being cancelled', () => {
    expect(answers({ type: 'cancel', at: at(5), by: 'owner' })).toEqual({
      'cancelled → cancelled': ['open'],
      consultation_closed: ['closed'],
      unchanged: ['cancelled'],
    })
  })
})

describe('a consultation', () => {
  const { status: _open, ...base } = someConsultation('con_1')

  it('is open from the moment that it is paid', () => {
    expect(openConsultation(base)).toStrictEqual({ ...base, status: 'open' })
  })

  it('keeps what was asked, and says when it ended and by whom', () => {
    const open = openConsultation(base)
    expect(decideConsultation(open, { type: 'close', at: at(7), by: 'system' })).toEqual(
      accept([{ type: 'closed', at: at(7), by: 'system' }]),
    )
    expect(evolveConsultation(open, { type: 'closed', at: at(7), by: 'staff' })).toStrictEqual({
      ...base,
      status: 'closed',
      closedAt: at(7),
      closedBy: 'staff',
    })
    expect(decideConsultation(open, { type: 'cancel', at: at(8), by: 'owner' })).toEqual(
      accept([{ type: 'cancelled', at: at(8), by: 'owner' }]),
    )
    expect(evolveConsultation(open, { type: 'cancelled', at: at(8), by: 'owner' })).toStrictEqual({
      ...base,
      status: 'cancelled',
      cancelledAt: at(8),
      cancelledBy: 'owner',
    })
  })
})
