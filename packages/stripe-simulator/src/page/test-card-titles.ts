import type { TestCard } from '../resources/test-cards.ts'
import type { Language } from './texts.ts'

/** What a test card is for, in the language of the page. */
export const titleOf = ({ title }: TestCard, language: Language): string =>
  language === 'es' ? (spanish[title] ?? title) : title

const spanish: Readonly<Record<string, string>> = {
  Succeeds: 'Funciona',
  'Succeeds (debit)': 'Funciona (débito)',
  'Succeeds (Mastercard)': 'Funciona (Mastercard)',
  'Succeeds (Mastercard debit)': 'Funciona (Mastercard de débito)',
  'Succeeds (Mastercard prepaid)': 'Funciona (Mastercard de prepago)',
  'Succeeds (American Express)': 'Funciona (American Express)',
  'Succeeds (Discover)': 'Funciona (Discover)',
  'Succeeds (Diners Club)': 'Funciona (Diners Club)',
  'Succeeds (JCB)': 'Funciona (JCB)',
  'Succeeds (UnionPay)': 'Funciona (UnionPay)',
  'Succeeds (Mexico)': 'Funciona (México)',
  'Succeeds, funds at once': 'Funciona, con fondos al instante',
  Declined: 'Rechazada',
  'Declined: insufficient funds': 'Rechazada: fondos insuficientes',
  'Declined: lost card': 'Rechazada: tarjeta perdida',
  'Declined: stolen card': 'Rechazada: tarjeta robada',
  'Declined: too many attempts': 'Rechazada: demasiados intentos',
  'Blocked as fraudulent': 'Bloqueada por fraude',
  'Declined: expired card': 'Rechazada: tarjeta caducada',
  'Declined: wrong security code': 'Rechazada: código de seguridad incorrecto',
  'Declined: processing error': 'Rechazada: error al procesarla',
  'Can be saved, declines when charged': 'Se puede guardar, pero se rechaza al cobrarla',
  '3-D Secure until saved for later': '3-D Secure hasta que se guarda',
  '3-D Secure every time': '3-D Secure cada vez',
  '3-D Secure 2 every time': '3-D Secure 2 cada vez',
  '3-D Secure, then insufficient funds': '3-D Secure y después fondos insuficientes',
  'Succeeds, then disputed as fraudulent': 'Funciona y después se disputa como fraude',
  'Succeeds, then disputed as not received': 'Funciona y después se disputa por no recibido',
  'Succeeds, then an inquiry': 'Funciona y después hay una consulta',
  'Refunds stay pending for a while': 'Los reembolsos tardan un poco',
  'Refunds succeed and fail later': 'Los reembolsos funcionan y fallan después',
}
