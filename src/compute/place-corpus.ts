// Where the records of a corpus file go in a training in shards.
import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { readPlacement } from '../checkpoints/sisa.ts';
import { normalise } from '../corpora/subjects.ts';
import type { Identifier } from '../domain/record.ts';
import { ExpungeError } from '../errors.ts';
import { longestOf } from '../training/batches.ts';
import type { RowSizes } from '../training/memory-work.ts';
import { type LikelyPlacement, placeLikely } from '../training/sisa/likely.ts';
import { type Placement, placeRecords } from '../training/sisa/placement.ts';
import type { CellRows } from '../training/sisa/train-shards.ts';
import { readLikely } from './likely-file.ts';

export interface Sharding {
  shards: number;
  slices: number;
  /** File of a placement to follow as far as it goes: that of another training in shards, or one written by hand. */
  placement: string | null;
  /** File of who is likely to ask for deletion, where it is known; not with `placement`. */
  likely?: string | null;
}
interface WithPeople {
  id: string;
  subjects?: Identifier[] | undefined;
}

/** Slices of all shards: each is a file of its folder. */
const MAX_SLICES = 1000;
const MAX_SHARDS = 100;

const keyOf = ({ type, value, sha256 }: Identifier): string =>
  `${type}/${sha256 ?? createHash('sha256').update(normalise(type, value!)).digest('hex')}`;

async function knownPlacement({ placement: file, shards, slices }: Sharding): Promise<Placement | undefined> {
  if (file === null) return undefined;
  const known = await readPlacement(dirname(file), basename(file));
  if (known === null) throw new ExpungeError('validation-failed', `placement: there is no file ${file}.`);
  if (known.length === shards && known.every((list) => list.length === slices)) return known;
  throw new ExpungeError(
    'validation-failed',
    `placement: ${basename(file)} is for ${known.length} shards of ${known[0]?.length ?? 0} slices. Ask for as many.`,
  );
}

/**
 * Throws `validation-failed` for what cannot be placed, and for a shard that nobody falls into; `malformed-line` for a file of likely
 * people. `placed`: told what these come to.
 */
export async function placeCorpus(
  records: readonly WithPeople[],
  sharding: Sharding,
  seed: number,
  placed: (about: LikelyPlacement['about']) => void = () => undefined,
): Promise<Placement> {
  const { shards, slices } = sharding;
  if (shards > MAX_SHARDS || shards * slices > MAX_SLICES)
    throw new ExpungeError(
      'validation-failed',
      `shards: at most ${MAX_SHARDS}, and ${MAX_SLICES} slices of all shards together.`,
    );
  const known = await knownPlacement(sharding);
  const placeable = records.map(({ id, subjects }) => ({ id, people: (subjects ?? []).map(keyOf) }));
  const likely = sharding.likely == null ? null : await readLikely(sharding.likely, keyOf);
  const found = likely && placeLikely(placeable, { shards, slices, seed }, likely);
  if (found !== null) placed(found.about);
  const placement = found?.placement ?? placeRecords(placeable, { shards, slices, seed }, known);
  const empty = placement.findIndex((list) => list.every((ids) => ids.length === 0));
  if (empty >= 0 && known === undefined)
    throw new ExpungeError(
      'validation-failed',
      `shards: no record fell into shard ${empty} of ${shards}. Use fewer shards, or another seed.`,
    );
  return placement;
}

/** The rows of each cell, in the order of the placement; ids without rows are left out. */
export const rowsOfCells = <Row>(placement: Placement, rowsOf: ReadonlyMap<string, Row[]>): Row[][][] =>
  placement.map((slices) => slices.map((ids) => ids.flatMap((id) => rowsOf.get(id) ?? [])));

/** Rows of the largest shard, and tokens of the longest row of any, which may be in another: no shard’s training takes more. */
export function largestShard(cells: CellRows): RowSizes {
  const shards = cells.map((slices) => slices.flat());
  return { rows: Math.max(...shards.map((rows) => rows.length)), longest: longestOf(...shards) };
}
