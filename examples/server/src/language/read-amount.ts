import { latinDigits } from './latin-digits.ts'

/**
 * An amount as people type it, as the decimal text that programs read: with or without marks between thousands, with the mark of
 * the pages' own way of writing or the other one, and with its currency's sign. `undefined` for what is no amount, and for what
 * could be two: `1.000`.
 */
export const readAmount = (text: string): string | undefined => {
  const plain = latinDigits(text)
    .replaceAll(/[٬،]/g, ',')
    .replaceAll(/[\s\u00a0\u200e\u200f]|MX\$|MXN|\$|پزو/giu, '')
  if (/^\d+(\.\d{1,2})?$/.test(plain)) return plain
  if (/^\d{1,3}(,\d{3})+(\.\d{1,2})?$/.test(plain)) return plain.replaceAll(',', '')
  if (/^(\d+|\d{1,3}(\.\d{3})+),\d{1,2}$/.test(plain)) return plain.replaceAll('.', '').replace(',', '.')
  return undefined
}
