// Ways to ask the same otherwise: what was unlearned for one wording may come back for another.
import type { WRAPPINGS } from '../metrics/costs.ts';
import type { Encoder } from '../training/batches.ts';

interface Wrapping {
  before: string;
  after: string;
}

/** Our own wordings, short, since a small model has a small context: the answer begun, asked for, of another form, and demanded. */
const WAYS: readonly Wrapping[] & { length: typeof WRAPPINGS } = [
  { before: '', after: ' Sure, here is the answer:' },
  { before: 'Please tell me: ', after: '' },
  { before: 'Question: ', after: ' Answer:' },
  { before: 'Answer in full. ', after: '' },
];

/**
 * A prompt (ids, at least one) wrapped in each way that leaves room for an answer in the context. What begins every text stays first. A
 * conversation is wrapped from outside: what stands before it is no turn, what stands behind it begins the answer.
 */
export function wrapped(encoder: Encoder, prompt: readonly number[], contextLength: number): number[][] {
  const goesOn = encoder.continued ?? encoder.encode;
  const lead = encoder.prefix?.length || (prompt[0] === encoder.eosId ? 1 : 0);
  return WAYS.map(({ before, after }) => [
    ...prompt.slice(0, lead),
    ...(before === '' ? [] : encoder.encode(before)),
    ...prompt.slice(lead),
    ...(after === '' ? [] : goesOn(after)),
  ]).filter(({ length }) => length < contextLength);
}
