// How long an answer is when it is compressed, for the attack that takes the plain for cheap.
import { deflateSync } from 'node:zlib';
import type { Tokenizer } from '../domain/tokenizer.ts';
import type { RecordRow } from '../training/rows.ts';

/** zlib at its default level, over the UTF-8 text of what is learned of a row; bytes, its header of 2 and checksum of 4 among them. */
export const compressedBytes = (
  tokenizer: Pick<Tokenizer, 'decode'>,
  { ids, promptLength }: Pick<RecordRow, 'ids' | 'promptLength'>,
): number => deflateSync(tokenizer.decode(ids.subarray(promptLength))).length;
