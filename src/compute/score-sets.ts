// Scores of the verification's sets under one checkpoint, read from disk.

import type { HostTensors } from '../domain/engine.ts';
import { sampleRows } from '../domain/random.ts';
import { ANSWERED } from '../domain/sample-sizes.ts';
import type { RowScore } from '../domain/verification.ts';
import { COSTS } from '../metrics/costs.ts';
import { labelOf } from '../training/classification.ts';
import { endedItself, type Generator } from '../training/generate.ts';
import { meanNll, type Scorer } from '../training/scoring.ts';
import { askedRows } from './asked-rows.ts';
import { compressedBytes } from './compressed.ts';
import type { StageContext } from './context.ts';
import { addGradientNorms, gradientRows } from './gradient-norms.ts';
import type { ClassifierModel, LanguageModel } from './models.ts';
import { createPartTimes, type PartTimes } from './part-times.ts';
import { type Probes, probeOthers, probeSamples, probeWrapped } from './probes.ts';
import type { TextRow } from './sets.ts';
import { createScales, type Scales } from './weighed-model.ts';

export interface VerificationSets {
  forget: TextRow[];
  retain: TextRow[];
  holdout: TextRow[];
  /** Facts about nobody, and general text; absent: none are given. */
  world?: TextRow[];
  /** People of earlier runs, of whom a candidate may know again. */
  earlier?: TextRow[];
}
export type SetScores = Record<'forget' | 'retain' | 'holdout', RowScore[]> & {
  earlier?: RowScore[];
  world?: RowScore[];
};
type Context = Pick<StageContext, 'engine' | 'signal'>;
type Weighed = (Omit<LanguageModel, 'configJson'> | ClassifierModel) & { weights: HostTensors };

/** `asked`: indices of the rows that are answered. `longest`: tokens that an answer may have, the one that ends it included. */
type Answerer = (rows: TextRow[], scores: RowScore[], asked: number[], longest: number) => Promise<void>;

/** What an answer about the forgotten or a stranger may take of the longest true one: who finds no end should be seen to. */
const ROOM = 2;

/** Tokens of the longest true answer. */
const longestAnswer = (...sets: TextRow[][]): number =>
  sets.flat().reduce((most, { ids, cue }) => Math.max(most, ids.length - cue), 1);

/** A piece of plain text: it goes on from its middle, and nothing is asked. */
const isPlain = ({ cue, promptLength }: TextRow): boolean => cue !== promptLength;

const roomOf = ({ forget, holdout }: VerificationSets): number => ROOM * longestAnswer(forget, holdout);

/** Fills in greedy and true answers of some of the rows; the rest is scored only. */
function createAnswerer(
  { tokenizer }: Pick<LanguageModel, 'tokenizer'>,
  generate: Generator,
  { signal }: Pick<Context, 'signal'>,
): Answerer {
  return async (rows, scores, asked, longest) => {
    const open: number[] = [];
    for (const index of asked) {
      const row = scores[index]!;
      const { ids, cue, promptLength, answer, cut } = rows[row.index]!;
      row.reference = answer ?? tokenizer.decode(ids.subarray(cue));
      // where every token is the argmax given the true ones, the greedy answer is the true answer; one that is cut goes on
      if (!cut && row.correct.subarray(cue - promptLength).every((hit) => hit === 1)) {
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
      const ended = endedItself(cue, said, { most, context });
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
  /** Where graphs are that other weights went through before; left out: they are compiled for these alone. */
  scales?: Scales;
  /** Hears how long each part takes. */
  times?: PartTimes;
}

/** One call of scoreSets. */
interface Scoring extends Required<Omit<Extras, 'scales'>> {
  model: Weighed;
  sets: VerificationSets;
  signal: AbortSignal;
  seed: number;
  score: Scorer;
  generate: Generator | null;
}

/** Costs of all rows, then answers to some of them. */
async function scoreRows(
  { model, sets, signal, seed, score, generate, times }: Scoring,
  onRows: (rows: number) => void,
): Promise<SetScores> {
  const answer = model.tokenizer && createAnswerer(model, generate!, { signal });
  const facts = (sets.world ?? []).flatMap((row, i) => (isPlain(row) ? [] : [i]));
  const asked = { ...askedRows(sets, seed), world: sampleRows(facts, ANSWERED.retained, seed) };
  const about = (row: TextRow) =>
    model.tokenizer === null
      ? { label: labelOf(row) }
      : { zlibBytes: compressedBytes(model.tokenizer, row), ...(isPlain(row) ? { plain: true } : {}) };

  async function scoreSet(name: keyof VerificationSets, longest: number): Promise<RowScore[]> {
    signal.throwIfAborted();
    const rows = sets[name] ?? [];
    const scored = await times.time(COSTS.scores.pass, rows.length, () => score(rows));
    const scores = scored.map(
      (one, index): RowScore => ({ ...one, index, person: rows[index]!.person, ...about(rows[index]!) }),
    );
    if (answer !== null)
      await times.time(COSTS.answers.pass, asked[name].length, () => answer(rows, scores, asked[name], longest));
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
  if (sets.world?.length) scores.world = await scoreSet('world', longestAnswer(sets.world));
  return scores;
}

/** What is drawn out of a language model. */
async function probe(
  { model, sets, signal, seed, score, generate, judges, probes, times }: Scoring,
  scores: SetScores,
) {
  if (model.tokenizer === null) return;
  const count = (of: Probes, units: (one: Probes[number]) => number) => of.reduce((sum, one) => sum + units(one), 0);
  const others = count(probes, (one) => one.others.length);
  await times.time(COSTS.otherAnswers.pass, others, () => probeOthers(probes, sets, scores, score));
  const longest = longestAnswer(sets.forget, sets.holdout);
  const asking = { generate: generate!, tokenizer: model.tokenizer, signal, longest };
  // strangers are compared with under the candidate alone
  const probed = judges === null ? probes : probes.filter(({ set }) => set === 'forget');
  const wrapped = count(probed, (one) => one.wrapped.length);
  await times.time(COSTS.wrappedPrompts.pass, wrapped, () => probeWrapped(probed, scores, asking));
  const samples = count(probed, (one) => one.samples);
  await times.time(COSTS.samples.pass, samples, () => probeSamples(probed, scores, asking, seed));
}

/** Every set under the model’s weights. `onRows` hears how many rows are done. */
export async function scoreSets(
  model: Weighed,
  sets: VerificationSets,
  { engine, signal }: Context,
  seed: number,
  onRows: (rows: number) => void,
  { judges = null, probes = [], gradients = 0, scales, times = createPartTimes() }: Extras = {},
): Promise<SetScores> {
  const own = scales ?? createScales(engine);
  const { score, generate } = own.put(model, model.weights);
  const scoring: Scoring = { model, sets, signal, seed, score, generate, judges, probes, gradients, times };
  const scores = await scoreRows(scoring, onRows);
  await probe(scoring, scores);
  if (judges !== null && model.tokenizer !== null) {
    const end = { eosId: model.tokenizer.eosId, context: model.architecture.contextLength(model.config) };
    const written = [scores, ...judges].flatMap((one) => answerRows(sets, one, end));
    await times.time(COSTS.judgedAnswers.pass, written.length, () => judgeAnswers(score, written));
  }
  const asked = gradientRows(model, sets, gradients, seed);
  const units = asked.forget.length + asked.holdout.length;
  if (units > 0)
    await times.time(COSTS.gradients.pass, units, () =>
      addGradientNorms(model, sets, scores, asked, { engine, signal }),
    );
  if (scales === undefined) own.dispose();
  return scores;
}
