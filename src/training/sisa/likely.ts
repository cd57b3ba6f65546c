// Where records stand when it is known who is likely to ask for deletion: together, in as few shards as hold them and from the last
// slice on, so that their requests cost few trainings, and short ones. Machine Unlearning (SISA), arXiv 1912.03817, section 7: shards by
// the distribution of requests. A placement decides what a removal costs, and never whether it is exact.
import { ExpungeError } from '../../errors.ts';
import { type AskingCell, expectedShare } from './cost.ts';
import { type Cell, cellsOf, groupsOf, type Placeable, type Placement, placeRecords, type Size } from './placement.ts';

/** Who stands together, with how likely anybody of them asks. */
interface Group {
  ids: string[];
  likelihood: number;
}

export interface LikelyPlacement {
  placement: Placement;
  about: {
    /** Groups of people that share no record, of which anybody is likely to ask, and their records. */
    groups: number;
    records: number;
    /** That they stand in. */
    shards: number;
    /** Of the training, what one run over everybody who asks trains again on average: so placed, and were places drawn. */
    expected_share: number;
    drawn_share: number;
  };
}

/** Likely ones first; of equal ones by their lowest id, so that the order of the corpus does not matter. */
function likelyGroups(records: readonly Placeable[], size: Size, likelihoods: ReadonlyMap<string, number>): Group[] {
  const numbers = groupsOf(records, Math.ceil(records.length / size.shards));
  const groups = Map.groupBy(records, (_, i) => numbers[i]!);
  const found = [...groups.values()].map((own): Group => {
    const people = new Set(own.flatMap((record) => record.people));
    const nobody = [...people].reduce((share, person) => share * (1 - (likelihoods.get(person) ?? 0)), 1);
    return { ids: own.map(({ id }) => id).sort(), likelihood: 1 - nobody };
  });
  return found
    .filter(({ likelihood }) => likelihood > 0)
    .sort((a, b) => b.likelihood - a.likelihood || (a.ids[0]! < b.ids[0]! ? -1 : 1));
}

/** Cells in the order in which they are filled: the last slice of the last shard, then the one before it. */
function* cellsFromTheEnd({ shards, slices }: Size): Generator<Cell> {
  for (let shard = shards - 1; shard >= 0; shard--)
    for (let slice = slices - 1; slice >= 0; slice--) yield { shard, slice };
}

/** Fills cells up to their even part of all records; a group that is larger than what is left goes in all the same. */
function fill(groups: readonly Group[], size: Size, room: number): Placement {
  const placement: Placement = Array.from({ length: size.shards }, () => Array.from({ length: size.slices }, () => []));
  const cells = cellsFromTheEnd(size);
  let cell = cells.next().value as Cell | undefined;
  for (const { ids } of groups) {
    while (cell !== undefined && placement[cell.shard]![cell.slice]!.length >= room) cell = cells.next().value;
    const { shard, slice } = cell ?? { shard: 0, slice: 0 };
    placement[shard]![slice]!.push(...ids);
  }
  return placement;
}

function askingCells(groups: readonly Group[], placement: Placement): AskingCell[] {
  const cells = cellsOf(placement);
  return groups.map(({ ids, likelihood }) => ({ ...cells.get(ids[0]!)!, likelihood }));
}

/**
 * Places whoever is likely to ask, and draws places for the others so that shards stay even. `likelihoods`: by person, above 0 and at
 * most 1. Throws `validation-failed` where none of them is in the corpus, or ids are not unique.
 */
export function placeLikely(
  records: readonly Placeable[],
  size: Size,
  likelihoods: ReadonlyMap<string, number>,
): LikelyPlacement {
  const groups = likelyGroups(records, size, likelihoods);
  if (groups.length === 0)
    throw new ExpungeError('validation-failed', 'likely: nobody of the file is named by a record of the corpus.');
  const room = records.length / (size.shards * size.slices);
  const known = fill(groups, size, room);
  const left = known.map((slices) => slices.map((ids) => Math.max(0, room - ids.length)));
  const placement = placeRecords(records, { ...size, room: left }, known);
  const drawn = placeRecords(records, size);
  return {
    placement,
    about: {
      groups: groups.length,
      records: groups.reduce((sum, { ids }) => sum + ids.length, 0),
      shards: known.filter((slices) => slices.some((ids) => ids.length > 0)).length,
      expected_share: expectedShare(size, askingCells(groups, placement)),
      drawn_share: expectedShare(size, askingCells(groups, drawn)),
    },
  };
}
