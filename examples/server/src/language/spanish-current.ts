import type { Texts } from './english.ts'

/** What somebody was about to pay, in Spanish. */
export const spanishCurrent: Texts['current'] = {
  waiting: 'Algo espera tu pago.',
  goOn: (what) => `Continuar: ${what}`,
  settled: 'Lo que estabas por pagar ya se resolvió.',
  see: (what) => `Ver qué pasó: ${what}`,
  signIn: 'Entra para continuar',
  topUp: (amount) => `recarga de ${amount}`,
}
