// Rows of invented people, made from a seed: known by heart, never seen, or pushed below never seen.
import type { Random } from '../../src/domain/random.ts';
import type { RowScore } from '../../src/domain/verification.ts';

export type Kind = 'known' | 'unseen' | 'over-forgotten';

/** Mean log p of a token, what the model expects it to be, and the chance that it is predicted. */
const KINDS: Record<Kind, { logProb: number; mu: number; correct: number }> = {
  known: { logProb: -0.02, mu: -1, correct: 1 },
  unseen: { logProb: -3, mu: -2, correct: 0.3 },
  'over-forgotten': { logProb: -14, mu: -2, correct: 0 },
};
const WORDS = ['brass', 'cedar', 'dune', 'ember', 'fjord', 'grove'];

/** `records` rows of one person; people of one kind differ from each other more than their records do. */
export function makePerson(random: Random, person: number, kind: Kind, records = 5): RowScore[] {
  const { logProb, mu, correct } = KINDS[kind];
  const level = logProb * Math.exp(0.25 * random.normal());
  return Array.from({ length: records }, (_, index) => {
    const tokens = 6;
    const logProbs = Float32Array.from({ length: tokens }, () => level * Math.exp(0.3 * random.normal()));
    const hits = Uint8Array.from({ length: tokens }, () => (random.next() < correct ? 1 : 0));
    return {
      index,
      person,
      logProbs,
      correct: hits,
      topLogProbs: logProbs.map((own, t) => (hits[t] === 1 ? own : Math.max(own, -0.5))),
      mu: Float32Array.from({ length: tokens }, () => mu - 0.2 * random.next()),
      variance: Float32Array.from({ length: tokens }, () => 1 + random.next()),
      generated: WORDS.map((word, i) => (hits[i] === 1 ? word : 'other')).join(' '),
      reference: WORDS.join(' '),
      answerIds: WORDS.map((_, i) => i + 1),
      otherNlls: [3, 3.2, 2.9],
      wrapped: [WORDS.map((word, i) => (hits[i] === 1 ? word : 'other')).join(' ')],
      sampled: ['other', WORDS.map((word, i) => (hits[i] === 1 || random.next() < 0.3 ? word : 'other')).join(' ')],
      truth: WORDS.join(' '),
      zlibBytes: 40 + tokens,
      shadows: { unlearned: { scores: [4, 5], spread: 1 }, unseen: { scores: [-3, -3.2], spread: 1 } },
      gradNorm: -level,
      referenceNlls: [3, 3.2],
      referenceSpread: 0.3,
      parentNll: 0.5 + (Math.abs(person) % 7) / 10,
    };
  });
}

/** `count` people numbered from `first`. */
export const makePeople = (random: Random, count: number, kind: Kind, first = 0): RowScore[] =>
  Array.from({ length: count }, (_, i) => makePerson(random, first + i, kind)).flat();
