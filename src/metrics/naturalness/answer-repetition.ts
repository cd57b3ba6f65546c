// Whether an answer says the same again and again.
import type { NaturalnessMetric } from '../../domain/metric.ts';
import { COSTS } from '../costs.ts';

/** Tokens of the sequences that are compared. */
const LENGTH = 4;

/** 1 - distinct / all sequences of four tokens; 0 for an answer that has none. */
export function repeatedShare(ids: ArrayLike<number>, length = LENGTH): number {
  const all = ids.length - length + 1;
  if (all <= 0) return 0;
  const distinct = new Set(
    Array.from({ length: all }, (_, at) => Array.from({ length }, (_, i) => ids[at + i]).join()),
  );
  return 1 - distinct.size / all;
}

/** `seq-rep-4` of the paper; NaN where no answer was generated. */
export const answerRepetition: NaturalnessMetric = {
  kind: 'naturalness',
  name: 'answer-repetition',
  summary: 'Share of the greedy answer’s sequences of four tokens that it has said before',
  paper: { title: 'Neural Text Generation with Unlikelihood Training', arxiv: '1908.04319' },
  cost: COSTS.answers,
  sides: 'above',
  score: (row) => (row.answerIds === undefined ? Number.NaN : repeatedShare(row.answerIds)),
  margin: ({ repetition_margin }) => repetition_margin,
  reported: (share) => share,
};
