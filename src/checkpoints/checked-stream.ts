// The bytes of a file, whose last piece is handed on only when all of them are those of its digest.
import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { ExpungeError } from '../errors.ts';

/** Passes bytes through; ends with an error in place of the last piece where they are not those of `sha256` (hex). */
export function checkDigest(sha256: string, name: string): Transform {
  const hash = createHash('sha256');
  let held: Buffer | null = null;
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      hash.update(chunk);
      const ready = held;
      held = chunk;
      done(null, ready);
    },
    flush(done: TransformCallback) {
      if (hash.digest('hex') === sha256) done(null, held);
      else done(new ExpungeError('internal', `${name} of a checkpoint was changed on disk; restore it from a backup.`));
    },
  });
}
