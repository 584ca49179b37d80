import { describe, expect, it } from 'vitest'
import { ana, ben, paidConsultation, staff, world } from './world.ts'

const keyed = (key: string) => ({ headers: { 'idempotency-key': key } })

describe('a consultation', () => {
  it('shows who is asked, what it was paid with and what the host keeps with it', async () => {
    const here = world()
    const { consultationId, paymentId } = await paidConsultation(here)
    const { status, json } = await here.call('GET', `/api/consultations/${consultationId}/`, { as: ana })
    expect([status, json]).toEqual([
      200,
      {
        consultation_id: consultationId,
        owner_id: 'ana',
        status: 'open',
        status_display: 'Open',
        resource_id: 'dr-vega',
        payment_id: paymentId,
        details: { language: 'es', tax: '5', resource_id: 'dr-vega' },
        created_at: '2027-01-01T00:00:00.000Z',
        closed_at: null,
        cancelled_at: null,
      },
    ])
  })

  it('is listed for its owner and for staff, page by page', async () => {
    const here = world()
    const first = await paidConsultation(here)
    await here.clock.advance(1000)
    const second = await paidConsultation(here)
    const list = async (as: string, query = '') => {
      const { json } = await here.call('GET', `/api/consultations/${query}`, { as })
      const rows = json['consultations'] as readonly { readonly consultation_id: string }[]
      return { ids: rows.map(({ consultation_id }) => consultation_id), next: json['next_cursor'] }
    }
    const both = { ids: [second.consultationId, first.consultationId], next: null }
    expect([await list(ana), await list(staff)]).toEqual([both, both])
    expect(await list(ben)).toEqual({ ids: [], next: null })
    expect(await list(ana, '?limit=1')).toEqual({ ids: [second.consultationId], next: second.consultationId })
    expect(await list(ana, `?limit=1&after=${second.consultationId}`)).toEqual({
      ids: [first.consultationId],
      next: null,
    })
  })

  it('is closed by staff, and keeps its money', async () => {
    const here = world()
    const { consultationId } = await paidConsultation(here)
    const close = () => here.call('POST', `/api/consultations/${consultationId}/close/`, { as: staff, ...keyed('k') })
    const { status, json, text } = await close()
    expect([status, json]).toMatchObject([
      200,
      {
        status: 'closed',
        message: 'The consultation has been closed.',
        consultation: { status: 'closed', closed_at: '2027-01-01T00:00:00.000Z', cancelled_at: null },
      },
    ])
    await here.clock.advance(1000)
    expect((await close()).text).toBe(text)
    await here.holdfast.workOnce()
    expect(here.provider.truth.refunds()).toEqual([])
  })

  it.each([
    ['all', 1],
    ['nothing', 0],
  ] as const)('gives back %s where staff cancel it so', async (refund, refunds) => {
    const here = world()
    const { consultationId } = await paidConsultation(here)
    const cancel = () =>
      here.call('POST', `/api/consultations/${consultationId}/cancel/`, {
        as: staff,
        body: { refund },
        ...keyed('k'),
      })
    const { status, json, text } = await cancel()
    expect([status, json]).toMatchObject([
      200,
      {
        status: 'cancelled',
        message: 'The consultation has been cancelled.',
        consultation: { status: 'cancelled', closed_at: null, cancelled_at: '2027-01-01T00:00:00.000Z' },
      },
    ])
    await here.clock.advance(1000)
    expect((await cancel()).text).toBe(text)
    await here.holdfast.workOnce()
    expect(here.provider.truth.refunds()).toHaveLength(refunds)
  })

  it('is not cancelled without a word about the money', async () => {
    const here = world()
    const { consultationId } = await paidConsultation(here)
    for (const body of [undefined, {}, { refund: 'half' }, { refund: 'all', amount: '1.00' }]) {
      const { status, json } = await here.call('POST', `/api/consultations/${consultationId}/cancel/`, {
        as: staff,
        body,
      })
      expect([status, json['code']]).toEqual([400, 'invalid_request'])
    }
  })

  it('is clear about why it cannot be ended', async () => {
    const here = world()
    const codeOf = async (id: string, verb: 'close' | 'cancel', headers = {}) => {
      const { status, json } = await here.call('POST', `/api/consultations/${id}/${verb}/`, {
        as: staff,
        ...(verb === 'cancel' ? { body: { refund: 'all' } } : {}),
        headers,
      })
      return [status, json['code']]
    }
    const { consultationId: closed } = await paidConsultation(here)
    await codeOf(closed, 'close', keyed('k').headers)
    expect(await codeOf(closed, 'cancel')).toEqual([409, 'consultation_closed'])
    expect(await codeOf(closed, 'cancel', keyed('k').headers)).toEqual([422, 'idempotency_key_reused'])
    const { consultationId: cancelled } = await paidConsultation(here)
    await codeOf(cancelled, 'cancel')
    expect(await codeOf(cancelled, 'close')).toEqual([409, 'consultation_cancelled'])
    for (const verb of ['close', 'cancel'] as const)
      expect(await codeOf('con_none', verb)).toEqual([404, 'consultation_not_found'])
  })

  it.each([
    ['es', 'Cancelada', 'Consulta cancelada exitosamente'],
    ['fa', 'لغوشده', 'مشاوره لغو شد.'],
  ])('is spoken of in the language of the reader (%s)', async (language, shown, message) => {
    const here = world()
    const { consultationId } = await paidConsultation(here)
    const { json } = await here.call('POST', `/api/consultations/${consultationId}/cancel/`, {
      as: staff,
      body: { refund: 'nothing' },
      headers: { 'accept-language': language },
    })
    expect(json).toMatchObject({ message, consultation: { status_display: shown } })
  })
})
