// How dear a forget set is to a model in shards and slices, held against sets of as many of the model's own people: a slow-down attack
// wants somebody of every shard, from its first slices. Pure.
import { createRandom, type Random } from './random.ts';
import type { UnusualPerson } from './suspicion.ts';

/** Where somebody's records stand. */
export interface Standing {
  /** Number in the run. */
  person: number;
  records: number;
  cells: readonly { shard: number; slice: number }[];
}
export interface ShardedSize {
  shards: number;
  slices: number;
}

interface Spread {
  shards: number;
  /** Of the training, that is done again; and for as many people and records, drawn from all, on average. */
  share: number;
  usual: number;
  /** One drawn set in so many is as dear. */
  odds: number;
}

/** Drawn sets for each of the odds: so many as dear as the one that is looked at still make it unusual. */
const AS_DEAR = 10;

/** Steps that a removal takes in units of which a training of all shards has `shards`, and the shards that it touches. */
function costOf({ shards, slices }: ShardedSize, people: readonly Standing[]) {
  const first = new Int32Array(shards).fill(slices);
  for (const { cells } of people) for (const { shard, slice } of cells) first[shard] = Math.min(first[shard]!, slice);
  // the slices before the first that is hit are spared, and slice r takes r / (1 + … + R) of its shard
  const units = first.reduce((sum, spared) => sum + slices * (slices + 1) - spared * (spared + 1), 0);
  return { units, touched: first.reduce((sum, spared) => sum + (spared < slices ? 1 : 0), 0) };
}

/** At least as many people as asked, with at least as many records; `all` is left in another order. */
function drawn(all: Standing[], asked: { people: number; records: number }, random: Random): Standing[] {
  let [count, records] = [0, 0];
  while (count < all.length && (count < asked.people || records < asked.records)) {
    const other = count + random.int(all.length - count);
    [all[count], all[other]] = [all[other]!, all[count]!];
    records += all[count]!.records;
    count++;
  }
  return all.slice(0, count);
}

/** Null where more than one in `odds` drawn sets is as dear. */
function spreadOf(
  asked: readonly Standing[],
  all: Standing[],
  size: ShardedSize,
  odds: number,
  seed: number,
): Spread | null {
  const { units, touched } = costOf(size, asked);
  // no removal takes less than a shard
  if (touched < 2) return null;
  const wanted = { people: asked.length, records: asked.reduce((sum, { records }) => sum + records, 0) };
  const random = createRandom(seed);
  const draws = AS_DEAR * odds;
  let [asDear, sum] = [0, 0];
  for (let draw = 0; draw < draws; draw++) {
    const cost = costOf(size, drawn(all, wanted, random)).units;
    sum += cost;
    if (cost >= units && ++asDear >= AS_DEAR) return null;
  }
  const whole = size.shards * size.slices * (size.slices + 1);
  // the set itself is counted as one that was drawn: nothing is rarer than can be seen
  return { shards: touched, share: units / whole, usual: sum / draws / whole, odds: (draws + 1) / (asDear + 1) };
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/**
 * Those for whom somebody should look first: nobody where one in `odds` sets of as many people and records, drawn from everybody whom the
 * model was trained on, is as dear as `asked` together. Else those who are so alone; where nobody is, all of them. 0 asks nothing. At most
 * `10 * odds` draws, and few where the set is usual.
 */
export function unusualSpread(
  asked: readonly Standing[],
  others: readonly Standing[],
  size: ShardedSize,
  { odds, seed }: { odds: number; seed: number },
): UnusualPerson[] {
  const all = [...asked, ...others];
  const of = (some: readonly Standing[]) => spreadOf(some, all, size, odds, seed);
  const together = odds === 0 ? null : of(asked);
  if (together === null) return [];
  const alone = asked.flatMap((one) => {
    const found = of([one]);
    return found === null ? [] : [{ one, found, whose: 'its records' }];
  });
  const whose = `the records of the ${asked.length} people of its run`;
  const held = alone.length > 0 ? alone : asked.map((one) => ({ one, found: together, whose }));
  return held.map(({ one: { person }, found, whose }) => ({
    ...{ person, signal: 'shard-spread' as const, value: found.odds, limit: odds },
    text: `${whose} stand in ${found.shards} of ${size.shards} shards, so that ${percent(found.share)} is trained again; as much of the model's people takes ${percent(found.usual)} on average, and one set in ${Math.floor(found.odds)} as much as this`,
  }));
}
