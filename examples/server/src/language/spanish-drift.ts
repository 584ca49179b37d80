import type { englishDrift } from './english-drift.ts'

/** The page of drift, in Spanish. */
export const spanishDrift: typeof englishDrift = {
  hint: 'Compara todo lo que Stripe tiene de un tiempo con lo que se sabe aquí, en ambos sentidos: páginas, cobros y reembolsos allá, pagos y reembolsos aquí. Solo lee, y no cambia nada, ni aquí ni allá.',
  period: 'Lo que se hizo en',
  days: (count) => (count === 1 ? 'el último día' : `los últimos ${count} días`),
  compare: 'Comparar',
  compared: (from, to) => `Desde ${from} hasta ${to}`,
  atStripe: 'En Stripe',
  here: 'Aquí',
  difference: 'Diferencia',
  sessions: 'Páginas',
  charges: 'Cobros',
  refunds: 'Reembolsos',
  charged: (currency) => `Cobrado ${currency}`,
  refunded: (currency) => `Reembolsado ${currency}`,
  strangers: (count) => `No es nuestro y no se comparó: ${count}, de otros programas o hecho a mano.`,
  young: (count) => `Demasiado reciente para comparar: ${count}. La noticia puede venir en camino.`,
  noneYet: 'Todavía no se pudo comparar nada: todo lo que hay de este tiempo es demasiado reciente.',
  noneThere: 'De este tiempo no hay nada que comparar.',
  same: 'Es lo mismo en ambos lados.',
  found: (count) => (count === 1 ? '1 cosa no es igual.' : `${count} cosas no son iguales.`),
  shown: (count) => `De ellas se muestran ${count}: el comando las dice todas.`,
  unchanged: 'No se cambió nada, ni aquí ni en Stripe.',
  interrupted: (detail) => `No se le pudo preguntar más a Stripe, y puede haber más: ${detail}`,
  retry: 'Mira en el resumen si Stripe recibe llamadas, y compara de nuevo en unos minutos.',
  retryAfter: (seconds) => `Se le puede preguntar de nuevo en ${seconds} s: compara otra vez entonces.`,
  refusedHint: 'Si sigue así, revisa si la clave es la correcta y puede leer.',
  unheard: (count) => `Sin respuesta a ${count} ${count === 1 ? 'pregunta' : 'preguntas'}: compara de nuevo.`,
  todo: 'Qué hacer:',
  mends: 'El comando con --fix lo arregla.',
  mendsSome: (some, all) => `El comando con --fix arregla ${some} de ${all}.`,
  nothing: 'nada',
  notKnownHere: 'no se conoce aquí',
  ids: {
    session: 'página en Stripe',
    charge: 'cobro en Stripe',
    refund: 'reembolso en Stripe',
    refundHere: 'nuestro reembolso',
    attempt: 'intento',
    payment: 'pago',
  },
  command: 'En la línea de comandos',
  commandHint:
    'compara cualquier tiempo, por largo que sea, y muestra cuánto lleva. Con --fix arregla lo que es seguro: le pregunta otra vez a Stripe y anota lo que contesta, y cierra páginas que nadie debe pagar. Los importes nunca se arreglan. Si otra instalación comparte la cuenta, no uses --fix: sus páginas parecen nuestras y perdidas.',
  meaning: {
    livemode_differs: {
      means: 'Un lado cobra dinero real y el otro no. No se comparó nada más de esto.',
      todo: 'Revisa qué clave, qué base de datos y qué ajustes van juntos.',
    },
    charge_without_payment: {
      means: 'Llegó dinero por un pago que aquí no se conoce: no es de nadie, y no se devuelve.',
      todo: '¿Es esta la base de datos de la cuenta, y está completa? Si el pago se perdió, averigua con el cobro quién pagó y por qué; después devuelve el dinero en Stripe, o anota la venta a mano.',
    },
    charge_without_attempt: {
      means:
        'Llegó dinero por un pago que aquí se conoce, con un intento que no: la base de datos se regresó a un estado anterior.',
      todo: 'Si el pago se pagó de otra forma o está cancelado, devuelve este cobro en Stripe. Si todavía se debe, cuida que no se cobre otra vez.',
    },
    charge_not_counted: {
      means: 'Llegó dinero por un intento que aquí se conoce, y nadie aquí se ha enterado.',
      todo: 'Mira en su historia qué se le preguntó a Stripe y qué contestó.',
    },
    charge_twice: {
      means: 'Un intento trajo dos cobros: uno cuenta, y este no.',
      todo: 'Devuelve este cobro en Stripe.',
    },
    payment_without_charge: {
      means: 'Un pago cuenta aquí como pagado, y Stripe no tiene dinero de él.',
      todo: 'Nunca se arregla solo. Revisa que la clave sea de la cuenta que recibió el dinero. Si lo es, averigua cómo llegó a estar pagado antes de entregar más por él.',
    },
    amount_differs: {
      means: 'Stripe tiene otro importe que el que se conoce aquí.',
      todo: 'Nunca se arregla solo. Compara los dos, y reembolsa o ajusta la diferencia a mano.',
    },
    currency_differs: {
      means: 'Stripe tiene otra moneda que la que se conoce aquí.',
      todo: 'Nunca se arregla solo. Reembolsa el cobro, y que se pague de nuevo en la moneda correcta.',
    },
    refund_not_known: {
      means: 'En Stripe regresó dinero, y nadie aquí se ha enterado.',
      todo: 'Si tampoco se conoce aquí su cobro, la base de datos no está completa o no es la correcta.',
    },
    refund_differs: {
      means: 'Un reembolso terminó en Stripe de otra forma que la que se conoce aquí.',
      todo: 'Lo que falló después de haber salido bien lo tienes otra vez: reembolsa de nuevo, o págale a su dueño de otra forma.',
    },
    refund_without_twin: {
      means: 'Un reembolso cuenta aquí como hecho, y Stripe no tiene ninguno.',
      todo: 'Nunca se arregla solo. Revisa que la clave sea de la cuenta que recibió el dinero; después devuélvelo en Stripe.',
    },
    dispute_not_known: {
      means: 'El banco de quien pagó reclama un cobro, y nadie aquí se ha enterado.',
      todo: 'Contéstale en Stripe antes de que venza el plazo.',
    },
    session_without_attempt: {
      means:
        'Una página nuestra en Stripe no es de ningún intento que aquí se conozca, y se puede pagar por nada. Se perdió aquí, u otra instalación comparte la cuenta y la abrió: entonces déjala.',
      todo: 'Si la página está completa, su dinero puede venir en camino: búscala en Stripe.',
    },
    session_not_stored: {
      means: 'Stripe abrió una página, y aquí nunca se oyó su respuesta.',
      todo: 'Se vuelve a preguntar sin que nadie haga nada. Si sigue así, mira por qué nadie lo hace.',
    },
    session_beside_attempt: {
      means: 'Hay una página abierta en Stripe, aunque su intento terminó aquí o va por otra página.',
      todo: 'Cierra la página en Stripe: lo que se pague en ella regresa, o cuenta si nada más ha contado.',
    },
    attempt_open_session_gone: {
      means: 'Aquí se espera a alguien en una página que ya no se puede pagar, o que Stripe no tiene.',
      todo: 'Si Stripe no tiene esa página, revisa que la clave sea de la cuenta que la abrió. Después cancela el pago o abre otra página.',
    },
  },
}
