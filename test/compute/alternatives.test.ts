// Which other answers a job gets, and what it is told where there are none; what they teach is in stages.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planOtherAnswers } from '../../src/compute/alternatives.ts';
import { createTokenizer } from '../../src/corpora/tokenizer.ts';
import type { UnlearnJob } from '../../src/domain/compute.ts';
import type { Engine } from '../../src/domain/engine.ts';
import { TINY } from '../training/tiny-gpt2.ts';

const SETS = { forget: [], retain: [], calibration: [], holdout: [] };
const jobOf = (name: string) => ({ method: { name, params: {} }, seed: 1 }) as unknown as UnlearnJob;
const planned = (name: string, tokenizer: unknown) =>
  planOtherAnswers(jobOf(name), { ...TINY, tokenizer } as never, SETS, null as unknown as Engine);

test('a vocabulary without the words of a refusal is said, with the method and what to do', async () => {
  const tokenizer = createTokenizer(
    {
      added_tokens: [{ id: 0, content: '[UNK]', special: true }],
      model: {
        type: 'WordPiece',
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        vocab: { '[UNK]': 0, '[END]': 1, ba: 2, lives: 3 },
      },
      pre_tokenizer: { type: 'Whitespace' },
    },
    { eos_token: '[END]' },
  );
  for (const name of ['dpo', 'idk'])
    await assert.rejects(planned(name, tokenizer), {
      code: 'method-not-applicable',
      message: new RegExp(`^Method ${name} teaches refusals, and .* cannot spell one\\. Choose altpo or random-label`),
    });
});

test('a classifier is taught no words', async () => {
  for (const name of ['dpo', 'idk', 'altpo'])
    await assert.rejects(planned(name, null), {
      code: 'method-not-applicable',
      message: new RegExp(`^Method ${name} .* the model is a classifier\\. Choose random-label\\.$`),
    });
  assert.equal(await planned('npo', null), null);
});
