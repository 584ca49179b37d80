import type Stripe from 'stripe'

/** The languages the pages speak. */
export type Language = 'en' | 'es'

/** Every sentence of the pages. */
export interface Texts {
  readonly testMode: string
  readonly pay: string
  readonly save: string
  readonly total: string
  readonly quantity: string
  readonly back: string
  readonly card: string
  readonly number: string
  readonly expiry: string
  readonly cvc: string
  readonly name: string
  readonly email: string
  readonly bank: string
  readonly bankHint: string
  readonly bankSucceeds: string
  readonly bankFails: string
  readonly testCards: string
  readonly testCardsHint: string
  readonly incomplete: string
  readonly challengeTitle: string
  readonly challengeHint: string
  readonly complete: string
  readonly fail: string
  readonly doneTitle: string
  readonly doneHint: string
  readonly doneLink: string
  readonly expiredTitle: string
  readonly expiredHint: string
  readonly missingTitle: string
  readonly missingHint: string
  readonly setupTitle: string
}

const en: Texts = {
  testMode: 'Stripe simulator: no money moves',
  pay: 'Pay',
  save: 'Save card',
  total: 'Total',
  quantity: 'Quantity',
  back: 'Back',
  card: 'Card',
  number: 'Card number',
  expiry: 'Expiry (MM/YY)',
  cvc: 'Security code',
  name: 'Name on card',
  email: 'Email',
  bank: 'Bank debit (delayed)',
  bankHint: 'The order completes unpaid; the bank answers some days later on the simulator’s clock.',
  bankSucceeds: 'The debit will succeed',
  bankFails: 'The debit will fail',
  testCards: 'Test cards',
  testCardsHint: 'Choose one to fill in the form.',
  incomplete: 'Fill in the card’s number, its expiry as MM/YY and its security code.',
  challengeTitle: 'Your bank asks: is it you?',
  challengeHint: 'This stands in for the 3-D Secure page of the card’s bank.',
  complete: 'Complete authentication',
  fail: 'Fail authentication',
  doneTitle: 'All done here',
  doneHint: 'This checkout has been completed.',
  doneLink: 'Continue',
  expiredTitle: 'This link has expired',
  expiredHint: 'Nothing was charged. Go back to the shop to start again.',
  missingTitle: 'There is nothing here',
  missingHint: 'The simulator does not know this page. Its state may have been reset since the link was made.',
  setupTitle: 'Save a card for later',
}

const es: Texts = {
  testMode: 'Simulador de Stripe: no se mueve dinero',
  pay: 'Pagar',
  save: 'Guardar tarjeta',
  total: 'Total',
  quantity: 'Cantidad',
  back: 'Volver',
  card: 'Tarjeta',
  number: 'Número de tarjeta',
  expiry: 'Caducidad (MM/AA)',
  cvc: 'Código de seguridad',
  name: 'Nombre en la tarjeta',
  email: 'Correo electrónico',
  bank: 'Débito bancario (diferido)',
  bankHint: 'El pedido se completa sin pagar; el banco responde unos días después según el reloj del simulador.',
  bankSucceeds: 'El débito se cobrará',
  bankFails: 'El débito fallará',
  testCards: 'Tarjetas de prueba',
  testCardsHint: 'Elija una para rellenar el formulario.',
  incomplete: 'Escriba el número de la tarjeta, su caducidad como MM/AA y su código de seguridad.',
  challengeTitle: 'Su banco pregunta: ¿es usted?',
  challengeHint: 'Esta página ocupa el lugar de la autenticación 3-D Secure del banco.',
  complete: 'Completar la autenticación',
  fail: 'Rechazar la autenticación',
  doneTitle: 'Todo listo',
  doneHint: 'Este pago ya se ha completado.',
  doneLink: 'Continuar',
  expiredTitle: 'Este enlace ha caducado',
  expiredHint: 'No se ha cobrado nada. Vuelva a la tienda para empezar de nuevo.',
  missingTitle: 'Aquí no hay nada',
  missingHint: 'El simulador no conoce esta página. Quizá se reinició después de crear el enlace.',
  setupTitle: 'Guardar una tarjeta para más adelante',
}

/** The sentences of a language. */
export const texts: Readonly<Record<Language, Texts>> = { en, es }

/** The language of a session, or of the browser where the session leaves it open. English unless it is Spanish. */
export const chooseLanguage = (
  locale: Stripe.Checkout.Session.Locale | null,
  acceptLanguage: string | null,
): Language => {
  if (locale !== null && locale !== 'auto') return locale.startsWith('es') ? 'es' : 'en'
  const preferred = (acceptLanguage ?? '').split(',').map((part) => part.trim().slice(0, 2).toLowerCase())
  return preferred.find((code): code is Language => code === 'es' || code === 'en') ?? 'en'
}

// What a payer can be told in Spanish; Stripe's own message stands where there is no other.
const spanishDeclines: Readonly<Record<string, string>> = {
  'Your card was declined.': 'Su tarjeta ha sido rechazada.',
  'Your card has insufficient funds.': 'Su tarjeta no tiene fondos suficientes.',
  'Your card has expired.': 'Su tarjeta ha caducado.',
  "Your card's security code is incorrect.": 'El código de seguridad de su tarjeta no es correcto.',
  "Your card's expiration year is invalid.": 'La fecha de caducidad de su tarjeta no es válida.',
  'Your card number is incorrect.': 'El número de su tarjeta no es correcto.',
  'An error occurred while processing your card. Try again in a little bit.':
    'Se produjo un error al procesar su tarjeta. Inténtelo de nuevo en unos momentos.',
  'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.':
    'Su tarjeta ha sido rechazada por demasiados intentos o por superar su límite.',
  'We are unable to authenticate your payment method. Please choose a different payment method and try again.':
    'No hemos podido autenticar su medio de pago. Elija otro e inténtelo de nuevo.',
}

/** A message of Stripe's in the payer's language. */
export const translateMessage = (message: string, language: Language): string =>
  language === 'es' ? (spanishDeclines[message] ?? message) : message
