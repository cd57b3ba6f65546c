// Answers of a model to prompts: what a probe asks.
import type { CompleteJob, CompleteResult } from '../domain/compute.ts';
import { encodePrompt } from '../training/batches.ts';
import { createGenerator } from '../training/generate.ts';
import { loadModel } from './checkpoint.ts';
import type { StageContext } from './context.ts';

export async function completeStage(job: CompleteJob, { engine }: StageContext): Promise<CompleteResult> {
  const { architecture, config, weights, tokenizer } = await loadModel(job.checkpoint_dir);
  const generate = createGenerator(engine, architecture, config, engine.createState(weights));
  const prompts = job.prompts.map((prompt) => encodePrompt(tokenizer, prompt));
  const answers = await generate(prompts, { maxNewTokens: job.max_new_tokens, eosId: tokenizer.eosId });
  return { stage: 'complete', answers: answers.map((ids) => tokenizer.decode(ids)) };
}
