// Records as token rows, and rows as padded batches.
import { type HostTensors, int32 } from '../domain/engine.ts';
import { createRandom } from '../domain/random.ts';

/** Labels that no loss looks at. */
const IGNORE = -100;
/**
 * Width of a batch whose longest row has `longest` tokens: a multiple of 8 when short, of 16 or 32 when long. Every
 * width is a graph to compile, with memory of its own.
 */
export function paddedWidth(longest: number, contextLength: number): number {
  const step = longest <= 32 ? 8 : longest <= 128 ? 16 : 32;
  return Math.min(contextLength, Math.ceil(longest / step) * step);
}

/** What batches need of a tokenizer. */
export interface Encoder {
  encode(text: string): number[];
  eosId: number;
  /** Ids that stand before every text; none when it is left out. */
  prefix?: readonly number[];
  /** Ids of a text that goes on after another; `encode` when it is left out. */
  continued?(text: string): number[];
}

/** One record as tokens: the prompt is context, the answer and the end-of-text token are learned. */
export interface TokenRow {
  ids: Int32Array;
  /** Number of leading ids that belong to the prompt; at least one, so that every answer token has a context. */
  promptLength: number;
  /** The text goes on after the last id, which therefore ends nothing. Absent: the last id is the end. */
  cut?: true;
}

/** Ids of a prompt, as a model is given it: at least one, an end-of-text token where there is nothing else. */
export function encodePrompt(encoder: Encoder, prompt: string): number[] {
  const ids = [...(encoder.prefix ?? []), ...(prompt === '' ? [] : encoder.encode(prompt))];
  return ids.length === 0 ? [encoder.eosId] : ids;
}

/** Tokens of a record. Throws an Error naming the lengths when the record does not fit the context. */
export function encodeRecord(
  encoder: Encoder,
  record: { prompt: string; answer: string },
  contextLength: number,
): TokenRow {
  const prompt = encodePrompt(encoder, record.prompt);
  const goesOn = record.prompt !== '' && encoder.continued !== undefined;
  const answer = goesOn ? encoder.continued!(record.answer) : encoder.encode(record.answer);
  const ids = Int32Array.from([...prompt, ...answer, encoder.eosId]);
  if (ids.length > contextLength) {
    throw new Error(`a record has ${ids.length} tokens and the model’s context ${contextLength}: split the record`);
  }
  return { ids, promptLength: prompt.length };
}

/** Tokens of the longest row of some sets. */
export const longestOf = (...sets: readonly (readonly TokenRow[])[]): number =>
  sets.reduce((most, rows) => rows.reduce((longest, { ids }) => Math.max(longest, ids.length), most), 1);

/** ids and labels (B, T) int32, padded on the right; T as `paddedWidth` has it, for a row of `longest` tokens or more. */
export function padRows(
  rows: TokenRow[],
  contextLength: number,
  padId: number,
  longest = longestOf(rows),
): HostTensors {
  const time = paddedWidth(longest, contextLength);
  const ids = new Int32Array(rows.length * time).fill(padId);
  const labels = new Int32Array(rows.length * time).fill(IGNORE);
  rows.forEach((row, r) => {
    ids.set(row.ids, r * time);
    labels.set(row.ids.subarray(row.promptLength), r * time + row.promptLength);
  });
  return { ids: int32(ids, [rows.length, time]), labels: int32(labels, [rows.length, time]) };
}

/** Row indices, the shortest first; rows of one length in their own order. */
function byLength(rows: readonly TokenRow[]): number[] {
  const length = (i: number) => rows[i]!.ids.length;
  return rows.map((_, i) => i).sort((a, b) => length(a) - length(b) || a - b);
}

/** Endless seeded batches of indices: every epoch is a new permutation, batches may span two. */
export function createSampler(count: number, batch: number, seed: number): () => number[] {
  const random = createRandom(seed);
  let order: number[] = [];
  return () => {
    const picked: number[] = [];
    while (picked.length < batch) {
      if (order.length === 0) order = random.shuffle(Array.from({ length: count }, (_, i) => i));
      picked.push(order.pop()!);
    }
    return picked;
  };
}

/**
 * Groups of row indices, sorted by length so that little is padded; results go back by index. At most `most.rows` rows
 * a group, and rows times the longest at most `most.tokens` unless the group is one row.
 */
export function lengthBatches(rows: TokenRow[], most: { rows: number; tokens: number }): number[][] {
  const groups: number[][] = [];
  for (const index of byLength(rows)) {
    const group = groups.at(-1);
    const fits = group && group.length < most.rows && (group.length + 1) * rows[index]!.ids.length <= most.tokens;
    if (fits) group.push(index);
    else groups.push([index]);
  }
  return groups;
}

/**
 * A group of rows in passes of few sizes (`sizes`, ascending): every size is a graph of its own, and every row that
 * fills up a pass is computed for nothing. At most a fifth of a pass is filled up, but for one of the smallest size.
 */
export function inPasses(group: readonly number[], sizes: readonly number[]): { rows: number[]; size: number }[] {
  const passes: { rows: number[]; size: number }[] = [];
  for (let from = 0; from < group.length; ) {
    const left = group.length - from;
    const least = sizes.find((size) => size >= left);
    const nearly = least !== undefined && (least - left) * 5 <= least;
    const size = nearly ? least : (sizes.findLast((candidate) => candidate <= left) ?? sizes[0]!);
    passes.push({ rows: group.slice(from, from + size), size });
    from += size;
  }
  return passes;
}

/**
 * Rows in passes of few sizes, sorted by length so that little is padded; results go back by index. A pass has as many rows as `tokens` let
 * it, each counted as the longest of them, and one of the smallest size where even that is more; as `inPasses` where too few are left.
 */
export function lengthPasses(rows: readonly TokenRow[], sizes: readonly number[], tokens: number) {
  const order = byLength(rows);
  const passes: ReturnType<typeof inPasses> = [];
  for (let from = 0; from < order.length; from += passes.at(-1)!.rows.length) {
    const longest = (size: number) => rows[order[Math.min(from + size, order.length) - 1]!]!.ids.length;
    const fitting = sizes.filter((size, i) => i === 0 || size * longest(size) <= tokens);
    passes.push(inPasses(order.slice(from, from + fitting.at(-1)!), fitting)[0]!);
  }
  return passes;
}

/** Rows by the person they are about, in order of appearance; rows without a person are each their own. */
export function byPerson(rows: readonly { person: number }[]): number[][] {
  const groups = new Map<string, number[]>();
  rows.forEach(({ person }, r) => {
    const key = person < 0 ? `row${r}` : String(person);
    const known = groups.get(key);
    if (known) known.push(r);
    else groups.set(key, [r]);
  });
  return [...groups.values()];
}
