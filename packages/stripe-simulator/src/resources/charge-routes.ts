import { emit } from '../engine/emit.ts'
import { createdFilter, listObjects, paging } from '../wire/lists.ts'
import { mergeMetadata, metadata } from '../wire/metadata.ts'
import { emptyable, inert, text, unmodelled } from '../wire/params.ts'
import { route, type Route } from '../wire/routes.ts'
import { differences } from './customers.ts'
import { getObject, idOf } from './references.ts'

/** The calls on charges. They are made by PaymentIntents only: the old way of creating one directly is not modelled. */
export const chargeRoutes: readonly Route[] = [
  route('GET', '/v1/charges/{id}', {}, (world, _, { id = '' }) => getObject(world, 'charge', id)),
  route(
    'GET',
    '/v1/charges',
    { ...paging, created: createdFilter(), customer: text(), payment_intent: text(), transfer_group: text() },
    (world, params) =>
      listObjects(world, {
        table: 'charge',
        url: '/v1/charges',
        params,
        where: (charge) =>
          (params.customer === undefined || idOf(charge.customer) === params.customer) &&
          (params.payment_intent === undefined || idOf(charge.payment_intent) === params.payment_intent) &&
          (params.transfer_group === undefined || charge.transfer_group === params.transfer_group),
      }),
  ),
  route(
    'POST',
    '/v1/charges/{id}',
    {
      customer: unmodelled(),
      description: emptyable(text()),
      fraud_details: inert(),
      metadata: metadata(),
      receipt_email: emptyable(text()),
      shipping: unmodelled(),
      transfer_group: unmodelled(),
    },
    (world, { description, metadata: change, receipt_email }, { id = '' }) => {
      const before = getObject(world, 'charge', id)
      const after = {
        ...before,
        ...(description !== undefined && { description }),
        ...(receipt_email !== undefined && { receipt_email }),
        metadata: mergeMetadata(before.metadata, change),
      }
      emit(world, 'charge.updated', world.put('charge', id, after), differences(before, after))
      return after
    },
  ),
]
