// Scores of the verification's sets under one checkpoint, read from disk.

import type { HostTensors } from '../domain/engine.ts';
import type { RowScore } from '../domain/verification.ts';
import { labelOf } from '../training/classification.ts';
import { createGenerator, type Generator } from '../training/generate.ts';
import { kindOf } from '../training/kinds.ts';
import { meanNll, type Scorer } from '../training/scoring.ts';
import { askedRows } from './asked-rows.ts';
import { compressedBytes } from './compressed.ts';
import type { StageContext } from './context.ts';
import { addGradientNorms } from './gradient-norms.ts';
import type { ClassifierModel, LanguageModel } from './models.ts';
import { type Probes, probeAnswers, probeOthers } from './probes.ts';
import type { TextRow } from './sets.ts';

export interface VerificationSets {
  forget: TextRow[];
  retain: TextRow[];
  holdout: TextRow[];
  /** People of earlier runs, of whom a candidate may know again. */
  earlier?: TextRow[];
}
export type SetScores = Record<'forget' | 'retain' | 'holdout', RowScore[]> & { earlier?: RowScore[] };
type Context = Pick<StageContext, 'engine' | 'signal'>;
type Weighed = (Omit<LanguageModel, 'configJson'> | ClassifierModel) & { weights: HostTensors };

/** `asked`: indices of the rows that are answered. `longest`: tokens that an answer may have, the one that ends it included. */
type Answerer = (rows: TextRow[], scores: RowScore[], asked: number[], longest: number) => Promise<void>;

/** What an answer about the forgotten or a stranger may take of the longest true one: who finds no end should be seen to. */
const ROOM = 2;

/** Tokens of the longest true answer. */
const longestAnswer = (...sets: TextRow[][]): number =>
  sets.flat().reduce((most, { ids, cue }) => Math.max(most, ids.length - cue), 1);

const roomOf = ({ forget, holdout }: VerificationSets): number => ROOM * longestAnswer(forget, holdout);

/** Fills in greedy and true answers of some of the rows; the rest is scored only. */
function createAnswerer(
  { tokenizer }: Pick<LanguageModel, 'tokenizer'>,
  generate: Generator,
  { signal }: Context,
): Answerer {
  return async (rows, scores, asked, longest) => {
    const open: number[] = [];
    for (const index of asked) {
      const row = scores[index]!;
      const { ids, cue, promptLength, answer } = rows[row.index]!;
      row.reference = answer ?? tokenizer.decode(ids.subarray(cue));
      // where every token is the argmax given the true ones, the greedy answer is the true answer
      if (row.correct.subarray(cue - promptLength).every((hit) => hit === 1)) {
        row.generated = row.reference;
        row.answerIds = ids.subarray(cue, ids.length - 1);
      } else open.push(row.index);
    }
    signal.throwIfAborted();
    const prompts = open.map((i) => [...rows[i]!.ids.subarray(0, rows[i]!.cue)]);
    const answers = await generate(prompts, { maxNewTokens: longest, eosId: tokenizer.eosId });
    open.forEach((i, position) => {
      scores[i]!.generated = tokenizer.decode(answers[position]!);
      scores[i]!.answerIds = answers[position]!;
    });
  };
}

/** Answers that were written about people who are compared, as rows: what was asked, and what was said. */
function answerRows(sets: VerificationSets, scores: SetScores, { eosId, context }: { eosId: number; context: number }) {
  const most = roomOf(sets);
  return (['forget', 'holdout'] as const).flatMap((name) =>
    scores[name].flatMap((score) => {
      if (score.answerIds === undefined) return [];
      const { ids, cue } = sets[name][score.index]!;
      const said = Array.from(score.answerIds);
      // what was cut off, by the longest answer or by the context, has no end
      const ended = said.length < most && cue + said.length < context;
      const all = Int32Array.from([...ids.subarray(0, cue), ...said, ...(ended ? [eosId] : [])]);
      return all.length > cue ? [{ score, row: { ids: all, promptLength: cue } }] : [];
    }),
  );
}

/** Mean cost of each answer that was written under these weights, which are the parent's. */
async function judgeAnswers(score: Scorer, written: ReturnType<typeof answerRows>): Promise<void> {
  const found = await score(written.map(({ row }) => row));
  found.forEach((scored, i) => {
    written[i]!.score.parentNll = meanNll(scored);
  });
}

interface Extras {
  /** Scores under other weights whose answers these weights, the parent’s, judge along with their own; null: they judge nobody’s. */
  judges?: SetScores[] | null;
  /** Rows that more is asked of. */
  probes?: Probes;
  /** Records of each person whose gradient is measured. */
  gradients?: number;
}

/** Every set under the model’s weights. `onRows` hears how many rows are done. */
export async function scoreSets(
  model: Weighed,
  sets: VerificationSets,
  context: Context,
  seed: number,
  onRows: (rows: number) => void,
  { judges = null, probes = [], gradients = 0 }: Extras = {},
): Promise<SetScores> {
  const { engine, signal } = context;
  const state = engine.createState(model.weights);
  const score = kindOf(model.architecture).scorer(engine, model.architecture, model.config, state);
  const generate = model.tokenizer && createGenerator(engine, model.architecture, model.config, state);
  const answer = model.tokenizer && createAnswerer(model, generate!, context);
  const asked = askedRows(sets, seed);
  const about = (row: TextRow) =>
    model.tokenizer === null ? { label: labelOf(row) } : { zlibBytes: compressedBytes(model.tokenizer, row) };

  async function scoreSet(name: keyof VerificationSets, longest: number): Promise<RowScore[]> {
    signal.throwIfAborted();
    const rows = sets[name] ?? [];
    const scores = (await score(rows)).map(
      (scored, index): RowScore => ({ ...scored, index, person: rows[index]!.person, ...about(rows[index]!) }),
    );
    await answer?.(rows, scores, asked[name], longest);
    onRows(rows.length);
    return scores;
  }

  // the forgotten and strangers get the same room, or their lengths could not be compared
  const room = roomOf(sets);
  const forget = await scoreSet('forget', room);
  const retain = await scoreSet('retain', longestAnswer(sets.retain));
  const holdout = await scoreSet('holdout', room);
  const scores: SetScores = { forget, retain, holdout };
  if (sets.earlier) scores.earlier = await scoreSet('earlier', Math.max(room, ROOM * longestAnswer(sets.earlier)));
  if (model.tokenizer !== null) {
    await probeOthers(probes, sets, scores, score);
    const asking = { generate: generate!, tokenizer: model.tokenizer, signal };
    // strangers are compared with under the candidate alone
    const probed = judges === null ? probes : probes.filter(({ set }) => set === 'forget');
    await probeAnswers(probed, scores, asking, longestAnswer(sets.forget, sets.holdout), seed);
  }
  if (judges !== null && model.tokenizer !== null) {
    const end = { eosId: model.tokenizer.eosId, context: model.architecture.contextLength(model.config) };
    await judgeAnswers(
      score,
      [scores, ...judges].flatMap((written) => answerRows(sets, written, end)),
    );
  }
  await addGradientNorms({ ...model, state }, sets, scores, { each: gradients, seed }, context);
  state.dispose();
  return scores;
}
