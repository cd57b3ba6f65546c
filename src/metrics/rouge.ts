// ROUGE recall with stemming, as the benchmarks of the field report it.
import { stemmer } from 'stemmer';

/** Lower-case words of a-z and 0-9, Porter-stemmed when longer than three characters. */
export function rougeTokens(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => (word.length > 3 ? stemmer(word) : word));
}

/** Words of any script, unstemmed: used where the reference has no word that ROUGE's own rule would see. */
const unicodeTokens = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '');

function tokenPair(generated: string, reference: string): [string[], string[]] {
  const words = rougeTokens(reference);
  return words.length > 0 ? [rougeTokens(generated), words] : [unicodeTokens(generated), unicodeTokens(reference)];
}

/** Length of the longest common subsequence, O(a b) time and O(b) memory. */
function commonSubsequence(a: readonly string[], b: readonly string[]): number {
  let above = new Uint32Array(b.length + 1);
  for (const word of a) {
    const row = new Uint32Array(b.length + 1);
    for (let j = 1; j <= b.length; j++)
      row[j] = word === b[j - 1] ? above[j - 1]! + 1 : Math.max(above[j]!, row[j - 1]!);
    above = row;
  }
  return above[b.length]!;
}

/** Only punctuation on both sides: equal or not. */
const sameText = (a: string, b: string): number => (a.trim() === b.trim() ? 1 : 0);

/** Share of the reference's words that `generated` holds in the same order, in [0, 1]. */
export function rougeLRecall(generated: string, reference: string): number {
  const [answer, truth] = tokenPair(generated, reference);
  if (truth.length === 0) return sameText(generated, reference);
  return commonSubsequence(answer, truth) / truth.length;
}

/** Share of the reference's words that `generated` holds at all (counted with repetition), in [0, 1]. */
export function rouge1Recall(generated: string, reference: string): number {
  const [answer, truth] = tokenPair(generated, reference);
  if (truth.length === 0) return sameText(generated, reference);
  const left = new Map<string, number>();
  for (const word of answer) left.set(word, (left.get(word) ?? 0) + 1);
  let hits = 0;
  for (const word of truth) {
    const count = left.get(word) ?? 0;
    if (count > 0) {
      hits++;
      left.set(word, count - 1);
    }
  }
  return hits / truth.length;
}
