// A model that says one token for ever, whatever it is asked.
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type LoadedModel, loadModel } from '../../src/compute/checkpoint.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';
import { CONFIG, writeTinyCheckpoint } from '../http/checkpoint-fixture.ts';

/** `token`: of the model, by its tokenizer, which writes a letter as a token. */
export async function saysOne(
  t: TestContext,
  context: number,
  token: (tokenizer: LoadedModel['tokenizer']) => number,
): Promise<{ model: LoadedModel; said: number }> {
  const dir = await temporaryFolder(t);
  await writeTinyCheckpoint(dir, 'tiny', null, 1, { ...CONFIG, n_positions: context });
  const model = await loadModel(join(dir, 'tiny'));
  const said = token(model.tokenizer);
  const weight = (name: RegExp) => {
    const [, { data }] = Object.entries(model.weights).find(([key]) => name.test(key))!;
    return data as Float32Array;
  };
  const [embeddings, width] = [weight(/wte\.weight$/), CONFIG.n_embd];
  // longer than any other, and the last layer puts out nothing else
  const own = embeddings.subarray(said * width, (said + 1) * width);
  const length = Math.hypot(...own);
  own.forEach((x, i) => {
    own[i] = (4 * x) / length;
  });
  weight(/ln_f\.weight$/).fill(0);
  weight(/ln_f\.bias$/).set(own);
  return { model, said };
}
