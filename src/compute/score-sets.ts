// Scores of the verification's sets under one checkpoint, read from disk.

import type { HostTensors, State } from '../domain/engine.ts';
import { sampleRows } from '../domain/random.ts';
import type { RowScore } from '../domain/verification.ts';
import { createGenerator } from '../training/generate.ts';
import { kindOf } from '../training/kinds.ts';
import type { StageContext } from './context.ts';
import type { ClassifierModel, LanguageModel } from './models.ts';
import type { TextRow } from './sets.ts';

/** Records of one set that are answered in full, sampled; the rest is scored only. */
const GENERATED_ROWS = 100;

export interface VerificationSets {
  forget: TextRow[];
  retain: TextRow[];
  holdout: TextRow[];
}
export type SetScores = Record<keyof VerificationSets, RowScore[]>;
type Context = Pick<StageContext, 'engine' | 'signal'>;
type Weighed = (Omit<LanguageModel, 'configJson'> | ClassifierModel) & { weights: HostTensors };

type Answerer = (rows: TextRow[], scores: RowScore[]) => Promise<void>;

/** Fills in greedy and true answers of a sample of the rows. */
function createAnswerer(
  { architecture, config, tokenizer }: Pick<LanguageModel, 'architecture' | 'config' | 'tokenizer'>,
  state: State,
  { engine, signal }: Context,
  seed: number,
): Answerer {
  const generate = createGenerator(engine, architecture, config, state);
  return async (rows, scores) => {
    const chosen = new Set(sampleRows(scores, GENERATED_ROWS, seed).map(({ index }) => index));
    const open: number[] = [];
    for (const row of scores) {
      if (!chosen.has(row.index)) continue;
      const { ids, cue, promptLength, answer } = rows[row.index]!;
      row.reference = answer ?? tokenizer.decode(ids.subarray(cue));
      // where every token is the argmax given the true ones, the greedy answer is the true answer
      if (row.correct.subarray(cue - promptLength).every((hit) => hit === 1)) row.generated = row.reference;
      else open.push(row.index);
    }
    signal.throwIfAborted();
    const longest = Math.max(1, ...open.map((i) => rows[i]!.ids.length - rows[i]!.cue));
    const prompts = open.map((i) => [...rows[i]!.ids.subarray(0, rows[i]!.cue)]);
    const answers = await generate(prompts, { maxNewTokens: longest, eosId: tokenizer.eosId });
    open.forEach((i, position) => {
      scores[i]!.generated = tokenizer.decode(answers[position]!);
    });
  };
}

/** Every set under the model's weights. `onRow` hears how many rows are done. */
export async function scoreSets(
  model: Weighed,
  sets: VerificationSets,
  context: Context,
  seed: number,
  onRows: (rows: number) => void,
): Promise<SetScores> {
  const { engine, signal } = context;
  const state = engine.createState(model.weights);
  const score = kindOf(model.architecture).scorer(engine, model.architecture, model.config, state);
  const answer = model.tokenizer === null ? null : createAnswerer(model, state, context, seed);

  async function scoreSet(rows: TextRow[]): Promise<RowScore[]> {
    signal.throwIfAborted();
    const scores = (await score(rows)).map(
      (scored, index): RowScore => ({ ...scored, index, person: rows[index]!.person }),
    );
    await answer?.(rows, scores);
    onRows(rows.length);
    return scores;
  }

  const forget = await scoreSet(sets.forget);
  const retain = await scoreSet(sets.retain);
  const holdout = await scoreSet(sets.holdout);
  state.dispose();
  return { forget, retain, holdout };
}
