// The error of whatever is wrong with a file of a checkpoint.
import { ExpungeError } from '../errors.ts';

/** A `checkpoint-invalid` error about one file: what is wrong, and what to do about it. */
export const invalid = (file: string, what: string, remedy: string, cause?: unknown): ExpungeError =>
  new ExpungeError('checkpoint-invalid', `${file}: ${what}. ${remedy}`, { cause });

/** Text of a file as an error may repeat it: quoted, and cut short. */
export const quoted = (text: string, length = 200): string => JSON.stringify(text.slice(0, length));
