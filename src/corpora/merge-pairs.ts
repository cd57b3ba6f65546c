// The greedy part of BPE training: merge the most frequent neighbours, again and again.

/** A distinct word as token ids (changed in place), and how often it occurs. */
export interface CountedWord {
  ids: number[];
  count: number;
}
interface Candidate {
  left: number;
  right: number;
  count: number;
}
interface Pair extends Candidate {
  /** Indices of words that held the pair at some time. */
  words: Set<number>;
}

/** Most frequent first; among equals the pair of the oldest tokens, so that nothing depends on the order of words. */
const before = (a: Candidate, b: Candidate): boolean =>
  a.count !== b.count ? a.count > b.count : a.left !== b.left ? a.left < b.left : a.right < b.right;

/** Binary heap of candidates; outdated ones are sorted out by the caller. */
class Heap {
  readonly #items: Candidate[] = [];
  push(item: Candidate): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(item, items[parent]!)) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  }
  pop(): Candidate | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && before(items[child + 1]!, items[child]!)) child++;
      if (!before(items[child]!, last)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return top;
  }
}

/** Ids stay far below this, so a pair of them is one number. */
const RADIX = 2 ** 26;

/**
 * Extends `tokens` to at most `size` and returns the merges in order. Counts are kept per pair and updated only for the
 * words that a merge touches. A pair whose text is a token already is skipped: a token has one id.
 */
export function mergePairs(words: CountedWord[], tokens: string[], size: number): [string, string][] {
  const pairs = new Map<number, Pair>();
  const heap = new Heap();
  const changed = new Set<Pair>();
  const count = (word: number, sign: 1 | -1): void => {
    const { ids, count: times } = words[word]!;
    for (let i = 0; i + 1 < ids.length; i++) {
      const key = ids[i]! * RADIX + ids[i + 1]!;
      let pair = pairs.get(key);
      if (!pair) {
        pair = { left: ids[i]!, right: ids[i + 1]!, count: 0, words: new Set() };
        pairs.set(key, pair);
      }
      pair.count += sign * times;
      if (sign > 0) pair.words.add(word);
      changed.add(pair);
    }
  };
  const offer = (): void => {
    for (const { left, right, count: times } of changed) if (times > 1) heap.push({ left, right, count: times });
    changed.clear();
  };

  for (let word = 0; word < words.length; word++) count(word, 1);
  offer();
  const known = new Set(tokens);
  const merges: [string, string][] = [];
  while (tokens.length < size) {
    const best = heap.pop();
    if (!best) break;
    const pair = pairs.get(best.left * RADIX + best.right);
    if (pair?.count !== best.count) continue;
    const [left, right] = [tokens[best.left]!, tokens[best.right]!];
    if (known.has(left + right)) continue;
    known.add(left + right);
    const merged = tokens.push(left + right) - 1;
    merges.push([left, right]);
    for (const word of pair.words) {
      count(word, -1);
      words[word]!.ids = replace(words[word]!.ids, best, merged);
      count(word, 1);
    }
    offer();
  }
  return merges;
}

/** Left to right, as the encoder applies a merge. */
function replace(ids: number[], { left, right }: Candidate, merged: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] === left && ids[i + 1] === right) {
      out.push(merged);
      i++;
    } else out.push(ids[i]!);
  }
  return out;
}
