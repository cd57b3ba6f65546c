// Answers of a model to prompts: what a probe asks.
import type { CompleteJob, CompleteResult } from '../domain/compute.ts';
import { ExpungeError } from '../errors.ts';
import { encodePrompt } from '../training/batches.ts';
import { createGenerator } from '../training/generate.ts';
import type { StageContext } from './context.ts';
import { loadAnyWeights, openAnyModel } from './models.ts';

export async function completeStage(job: CompleteJob, { engine }: StageContext): Promise<CompleteResult> {
  const model = await openAnyModel(job.checkpoint_dir);
  if (model.tokenizer === null)
    throw new ExpungeError('validation-failed', 'The model is a classifier: it does not go on with a prompt.');
  const { architecture, config, tokenizer } = model;
  const weights = await loadAnyWeights(job.checkpoint_dir);
  const generate = createGenerator(engine, architecture, config, engine.createState(weights));
  const prompts = job.prompts.map((prompt) => encodePrompt(tokenizer, prompt));
  const answers = await generate(prompts, { maxNewTokens: job.max_new_tokens, eosId: tokenizer.eosId });
  return { stage: 'complete', answers: answers.map((ids) => tokenizer.decode(ids)) };
}
