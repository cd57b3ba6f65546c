// What the checks of a registration's corpora share, whatever the model.
import type { Corpus } from '../domain/resources.ts';
import { ExpungeError } from '../errors.ts';

/** Records of a corpus whose form is looked at; a run refuses any that come later, before it trains. */
const EXAMINED = 100_000;

/** A corpus with its place in the registration. */
export interface Named {
  corpus: Corpus;
  index: number;
  /** Records of it, from the first, that count. */
  records: number;
}

/** Records that are looked at. */
export const examinedOf = ({ records }: Named): number => Math.min(EXAMINED, records);

/** `ordinal`: of the record, from 0. */
export function unsuited(index: number, ordinal: number, why: string, remedy: string): ExpungeError {
  const detail = `line ${ordinal + 1} ${why}`;
  return new ExpungeError('corpus-unsuited', `#/corpora/${index}: ${detail}. ${remedy}`, {
    errors: [{ pointer: `#/corpora/${index}`, detail }],
    extra: { line: ordinal + 1 },
  });
}
