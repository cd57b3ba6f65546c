// Copies of a weight that a file holds beside it and the model does not read: they must change when it does.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { PIECE_BYTES, readFully, readPieces } from './file-bytes.ts';
import { invalid, quoted } from './invalid.ts';
import type { NamedTensor } from './match-tensors.ts';

async function sameBytes(dir: string, a: NamedTensor, b: NamedTensor): Promise<boolean> {
  if (a.dtype !== b.dtype) return false;
  const [first, second] = [await open(join(dir, a.file), 'r'), await open(join(dir, b.file), 'r')];
  try {
    let position = b.offset;
    const buffer = Buffer.alloc(Math.min(PIECE_BYTES, a.bytes));
    for await (const piece of readPieces(first, a, a.file)) {
      const other = buffer.subarray(0, piece.byteLength);
      await readFully(second, other, position, b.file);
      if (!other.equals(piece)) return false;
      position += piece.byteLength;
    }
    return true;
  } finally {
    await first.close();
    await second.close();
  }
}

/**
 * For each unused matrix of the shape of a weight, the weight that it is a copy of (a tied output layer, usually), by
 * its name in the file. Throws `checkpoint-invalid` for one that is no copy: what is to be forgotten could stay in it.
 */
export async function findTied(
  dir: string,
  used: readonly NamedTensor[],
  unused: readonly NamedTensor[],
): Promise<Map<string, NamedTensor>> {
  const tied = new Map<string, NamedTensor>();
  for (const copy of unused) {
    if (copy.shape.length !== 2) continue;
    const alike = used.filter(({ shape }) => String(shape) === String(copy.shape));
    let original: NamedTensor | undefined;
    for (const candidate of alike) {
      if (!(await sameBytes(dir, copy, candidate))) continue;
      original = candidate;
      break;
    }
    if (original !== undefined) tied.set(copy.name, original);
    else if (alike.length > 0)
      throw invalid(
        copy.file,
        `holds ${quoted(copy.name)}, which the model does not use and which is no copy of ${alike[0]!.name}`,
        'Tie it to that one, or remove it: what is to be forgotten could stay in it.',
      );
  }
  return tied;
}
