// What a published candidate comes to: the same in its certificate and in the ledger of forgetting. Pure.
import type { Guarantee } from './verification.ts';

/**
 * `certified`: it carries a bound that was kept to. `anew`: it was trained by the recipe without the records, whole or what they have been
 * in. `baseSaw`: but from a base that was itself trained on them.
 */
export function guaranteeOf(made: { certified: boolean; anew: boolean; baseSaw: boolean }): Guarantee {
  // of the last layer alone, however it was made: nobody knows what its features were trained on
  if (made.certified) return 'certified';
  return made.anew && !made.baseSaw ? 'exact' : 'empirical';
}
