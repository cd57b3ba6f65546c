// One line a metric or attack; index.ts derives the rest.
export { entropy } from './membership/entropy.ts';
export { loss } from './membership/loss.ts';
export { minK } from './membership/min-k.ts';
export { minKPlusPlus } from './membership/min-k-plus-plus.ts';
export { reference } from './membership/reference.ts';
export { zlib } from './membership/zlib.ts';
export { accuracy } from './memory/accuracy.ts';
export { exactMemorization } from './memory/exact-memorization.ts';
export { extractionStrength } from './memory/extraction-strength.ts';
export { probability } from './memory/probability.ts';
export { rougeLRecall } from './memory/rouge-l-recall.ts';
export { answerLength } from './naturalness/answer-length.ts';
export { answerPerplexity } from './naturalness/answer-perplexity.ts';
export { answerRefusal } from './naturalness/answer-refusal.ts';
export { answerRepetition } from './naturalness/answer-repetition.ts';
