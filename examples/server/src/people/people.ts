import type { OwnerId } from '@holdfast/core'

/** Somebody who can sign in. The example has three people and no passwords. */
export interface Person {
  /** What payments and bookings know their owner by. */
  readonly id: OwnerId
  readonly name: string
  readonly email: string
  readonly role: 'guest' | 'staff'
  /** Where what they order in the shop is sent. */
  readonly address?: string
}

/** Everybody there is. */
export const people: readonly Person[] = [
  { id: 'ana' as OwnerId, name: 'Ana', email: 'ana@example.com', role: 'guest', address: 'Calle de la Luz 12, Oaxaca' },
  {
    id: 'ben' as OwnerId,
    name: 'Ben',
    email: 'ben@example.com',
    role: 'guest',
    address: 'Avenida del Mar 7, Mazatlán',
  },
  { id: 'staff' as OwnerId, name: 'Eva', email: 'staff@example.com', role: 'staff' },
]

/** The person with this address, in any case. */
export const findPersonByEmail = (email: string): Person | undefined => {
  const wanted = email.trim().toLowerCase()
  return people.find((person) => person.email === wanted)
}

/** The person with this id. */
export const findPerson = (id: string): Person | undefined => people.find((person) => person.id === id)
