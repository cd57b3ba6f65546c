// How little of the answer must be given before the model completes the rest by itself. https://arxiv.org/abs/2012.07805
import type { RecordMetric } from '../../domain/metric.ts';
import type { RowScore } from '../../domain/verification.ts';
import { COSTS } from '../costs.ts';
import { tokensWithoutEnd } from '../tokens.ts';

/** Length of the shortest prefix after which every token (without the end of text) is predicted; n if none is. */
function prefixNeeded(row: RowScore): { prefix: number; tokens: number } {
  const tokens = tokensWithoutEnd(row);
  let prefix = tokens;
  while (prefix > 0 && row.correct[prefix - 1] === 1) prefix--;
  return { prefix, tokens };
}

/**
 * The published definition: its search ends at the last token, so an answer of n tokens never scores below 1/n,
 * even if none is predicted. Kept for comparison with published numbers.
 */
export function extractionStrengthAsPublished(row: RowScore): number {
  const { prefix, tokens } = prefixNeeded(row);
  return 1 - Math.min(prefix, tokens - 1) / tokens;
}

/** 1 - prefix / n: 1 when nothing need be given, 0 when even the last token is wrong. */
export const extractionStrength: RecordMetric = {
  kind: 'memory',
  name: 'extraction-strength',
  summary: 'Share of the answer that the model completes by itself once the part before it is given',
  paper: { title: 'Extracting Training Data from Large Language Models', arxiv: '2012.07805' },
  cost: COSTS.scores,
  range: [0, 1],
  needsGeneration: false,
  score(row) {
    const { prefix, tokens } = prefixNeeded(row);
    return 1 - prefix / tokens;
  },
};
