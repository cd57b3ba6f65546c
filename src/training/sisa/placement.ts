// Which shard and slice each record stands in. Machine Unlearning (SISA), arXiv 1912.03817.
import { createRandom, type Random, seedFrom } from '../../domain/random.ts';
import { ExpungeError } from '../../errors.ts';

/** A record with everybody whom it is about, by any keys that tell people apart. */
export interface Placeable {
  id: string;
  people: readonly string[];
}

/** Ids of the records of each slice of each shard, in the order of the corpus. */
export type Placement = string[][][];

export interface Cell {
  shard: number;
  slice: number;
}

/** Number of a group for each record: whoever shares a record shares a group, and so do those who share one with them. */
function connected(records: readonly Placeable[]): number[] {
  const parent = records.map((_, i) => i);
  const root = (i: number): number => {
    let at = i;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  };
  const first = new Map<string, number>();
  records.forEach(({ people }, i) => {
    for (const person of people) {
      const known = first.get(person);
      if (known === undefined) first.set(person, i);
      // the lower number stays, so that groups do not hang on the order of people within a record
      else {
        const [a, b] = [root(known), root(i)];
        parent[Math.max(a, b)] = Math.min(a, b);
      }
    }
  });
  return records.map((_, i) => root(i));
}

/**
 * Number of a group for each record: whoever shares a record shares a group. Where people hang together in more than `most`
 * records (everybody of a class, chains of conversations), their records go by the first of each alone: one shard with
 * everybody would spare nothing, and a person in several costs no more than several shards.
 */
export function groupsOf(records: readonly Placeable[], most: number): number[] {
  const groups = connected(records);
  const sizes = new Map<number, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const first = new Map<string, number>();
  return records.map(({ people: [person] }, i) => {
    if (sizes.get(groups[i]!)! <= most) return groups[i]!;
    if (person === undefined) return i;
    if (!first.has(person)) first.set(person, i);
    return first.get(person)!;
  });
}

/** Where every record of a placement stands. Throws `validation-failed` for a record that stands there twice. */
export function cellsOf(placement: Placement): Map<string, Cell> {
  const cells = new Map<string, Cell>();
  placement.forEach((slices, shard) => {
    slices.forEach((ids, slice) => {
      for (const id of ids) {
        if (cells.has(id))
          throw new ExpungeError('validation-failed', `placement: a record stands twice, again in shard ${shard}.`);
        cells.set(id, { shard, slice });
      }
    });
  });
  return cells;
}

export interface Size {
  shards: number;
  slices: number;
  seed: number;
  /** Of each cell, what may still come there: the draw goes by it. Left out: all cells alike. */
  room?: readonly (readonly number[])[];
}

const anywhere = ({ shards, slices }: Size, random: Random): Cell => ({
  shard: random.int(shards),
  slice: random.int(slices),
});

function whereRoomIs(room: readonly (readonly number[])[], random: Random): Cell {
  const total = room.flat().reduce((sum, one) => sum + one, 0);
  let left = random.next() * total;
  for (const [shard, slices] of room.entries())
    for (const [slice, here] of slices.entries()) {
      if (left < here) return { shard, slice };
      left -= here;
    }
  // no room at all, or rounding at the end of it
  return { shard: 0, slice: 0 };
}

/** Cell of each group: that of its records that are placed already, else drawn by the seed and its lowest id. */
function cellsOfGroups(
  records: readonly Placeable[],
  groups: readonly number[],
  size: Size,
  known: ReadonlyMap<string, Cell>,
): Map<number, Cell> {
  const cells = new Map<number, Cell>();
  const lowest = new Map<number, string>();
  records.forEach(({ id }, i) => {
    const group = groups[i]!;
    const least = lowest.get(group);
    if (least === undefined || id < least) lowest.set(group, id);
    const cell = known.get(id);
    if (cell !== undefined && !cells.has(group)) cells.set(group, cell);
  });
  for (const [group, id] of lowest) {
    if (cells.has(group)) continue;
    const random = createRandom(seedFrom(`${size.seed}/${id}`));
    cells.set(group, size.room === undefined ? anywhere(size, random) : whereRoomIs(size.room, random));
  }
  return cells;
}

/**
 * Places records so that a person's stand in one shard and slice, as `groupsOf` has it. Where a group stands hangs on the
 * seed and the lowest of its own ids, so that taking a person out moves nobody who shares no record with them. `known`,
 * of the same size, goes before the draw. Throws `validation-failed` for ids that are not unique.
 */
export function placeRecords(records: readonly Placeable[], size: Size, known: Placement = []): Placement {
  const seen = new Set<string>();
  const twice = records.findIndex(({ id }) => seen.size === seen.add(id).size);
  if (twice >= 0)
    throw new ExpungeError(
      'validation-failed',
      `Record ${twice + 1} has the id of an earlier one: shards are told by ids, so they must be unique.`,
    );
  const placed = cellsOf(known);
  const groups = groupsOf(records, Math.ceil(records.length / size.shards));
  const cells = cellsOfGroups(records, groups, size, placed);
  const placement: Placement = Array.from({ length: size.shards }, () => Array.from({ length: size.slices }, () => []));
  records.forEach(({ id }, i) => {
    const { shard, slice } = placed.get(id) ?? cells.get(groups[i]!)!;
    placement[shard]![slice]!.push(id);
  });
  return placement;
}

/** What is left of a placement without some records. */
export const withoutRecords = (placement: Placement, keeps: (id: string) => boolean): Placement =>
  placement.map((slices) => slices.map((ids) => ids.filter(keeps)));

/** The first slice of each shard that is told apart from what it was; null: none is. */
export const firstChanged = (before: readonly string[][], now: readonly string[][]): (number | null)[] =>
  now.map((slices, s) => {
    const changed = slices.findIndex((told, r) => told !== before[s]?.[r]);
    return changed < 0 ? null : changed;
  });
