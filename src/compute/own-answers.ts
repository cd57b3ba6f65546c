// What a model itself says to prompts, as rows whose gradient can be taken.
import type { HostTensors } from '../domain/engine.ts';
import { ExpungeError } from '../errors.ts';
import type { TokenRow } from '../training/batches.ts';
import { createGenerator, endedItself } from '../training/generate.ts';
import type { StageContext } from './context.ts';
import type { LanguageModel } from './models.ts';

/** Tokens of an answer that the model is asked for, at most. */
const ANSWER_TOKENS = 64;

/**
 * Prompts, each with its greedy answer as far as the context goes. One that was cut off has no end: the model did not say it, and its cost
 * would drown that of what it said. Throws `validation-failed` for a prompt that leaves no room for an answer.
 */
export async function ownAnswers(
  { engine }: Pick<StageContext, 'engine'>,
  { architecture, config, tokenizer, weights }: Omit<LanguageModel, 'configJson'> & { weights: HostTensors },
  prompts: number[][],
): Promise<TokenRow[]> {
  const context = architecture.contextLength(config);
  const longest = Math.max(...prompts.map((ids) => ids.length));
  if (longest >= context)
    throw new ExpungeError('validation-failed', `A prompt has ${longest} tokens and fills the context: shorten it.`);
  const state = engine.createState(weights);
  const generate = createGenerator(engine, architecture, config, state);
  const { eosId } = tokenizer;
  const said = await generate(prompts, { maxNewTokens: ANSWER_TOKENS, eosId });
  state.dispose();
  return prompts.map((prompt, i) => {
    const answer = said[i]!;
    const ended = endedItself(prompt.length, answer, { most: ANSWER_TOKENS, context });
    return { ids: Int32Array.from([...prompt, ...answer, ...(ended ? [eosId] : [])]), promptLength: prompt.length };
  });
}
