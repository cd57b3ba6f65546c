// What is measured of a checkpoint: the scores of verification, what it says when it is asked, and what comes back when a part of
// the forgotten is taught again.
import { readFile } from 'node:fs/promises';
import { Value } from 'typebox/value';
import { type LoadedModel, loadModel } from '../../src/compute/checkpoint.ts';
import { type SetScores, scoreSets } from '../../src/compute/score-sets.ts';
import { loadSets, type TextRow } from '../../src/compute/sets.ts';
import type { Engine } from '../../src/domain/engine.ts';
import { sampleRows } from '../../src/domain/random.ts';
import { TrainingOptions } from '../../src/domain/recipe.ts';
import { RETAIN_ROWS } from '../../src/domain/sample-sizes.ts';
import type { RowScore } from '../../src/domain/verification.ts';
import type { TokenRow } from '../../src/training/batches.ts';
import { createScorer, meanNll } from '../../src/training/scoring.ts';
import { train } from '../../src/training/train.ts';
import { recallOf } from './recall.ts';
import type { BenchSets, Measured, Place, Said } from './task.ts';

/** Steps of teaching, each from the checkpoint as it is. */
const LESSONS = [5, 20];
const LESSON = { learning_rate: 5e-4, batch_size: 32, warmup_steps: 0, schedule: 'constant' };

/** Share of pairs of neighbouring words that stood in the text before. */
function repeatedPairs(words: string[]): number {
  const pairs = words.slice(1).map((word, i) => `${words[i]} ${word}`);
  return pairs.length === 0 ? 0 : 1 - new Set(pairs).size / pairs.length;
}

/** The answers of `scores` as the parent finds them. */
async function said(engine: Engine, parent: LoadedModel, rows: TextRow[], scores: RowScore[]): Promise<Said[]> {
  const { architecture, config, tokenizer } = parent;
  const context = architecture.contextLength(config);
  const answered = scores.filter(({ generated }) => generated !== undefined);
  const written = answered.map(({ index, generated }): TokenRow => {
    const { ids, cue } = rows[index]!;
    const answer = tokenizer.continued?.(generated!) ?? tokenizer.encode(generated!);
    return {
      ids: Int32Array.from([...ids.subarray(0, cue), ...answer, tokenizer.eosId]).slice(0, context),
      promptLength: cue,
    };
  });
  const state = engine.createState(parent.weights);
  const costs = await createScorer(engine, architecture, config, state)(written);
  state.dispose();
  return answered.map(({ generated }, i) => {
    const words = generated!.split(/\s+/).filter((word) => word !== '');
    return { words: words.length, repeated: repeatedPairs(words), nll: meanNll(costs[i]!) };
  });
}

interface Lesson {
  part: TextRow[];
  rest: TextRow[];
}

/** Recall of the rest after each lesson. */
async function relearn(engine: Engine, model: LoadedModel, { part, rest }: Lesson, place: Place) {
  const found = [];
  const context = { engine, signal: new AbortController().signal };
  for (const steps of LESSONS) {
    const options = Value.Default(TrainingOptions, { ...LESSON, steps }) as TrainingOptions;
    const { architecture, config, weights } = model;
    const taught = await train({
      ...{ engine, architecture, config, weights, rows: part, options },
      ...{ orderSeed: place.seed, exactSteps: steps },
    });
    const sets = { forget: rest, retain: [], holdout: [] };
    const scores = await scoreSets({ ...model, weights: taught.weights }, sets, context, place.seed, () => undefined);
    found.push({ steps, recall: recallOf(scores.forget) });
  }
  return found;
}

export async function measure(engine: Engine, place: Place, checkpoint: string): Promise<Measured> {
  const [parent, model] = [await loadModel(place.parent), await loadModel(checkpoint)];
  const job = { sets_file: place.setsFile, corpora: place.corpora };
  const loaded = await loadSets(job, parent, ['forget', 'retain', 'holdout']);
  // as verification takes them
  const sets = { ...loaded, retain: sampleRows(loaded.retain, RETAIN_ROWS, place.seed) };
  const context = { engine, signal: new AbortController().signal };
  const scores: SetScores = await scoreSets(model, sets, context, place.seed, () => undefined);
  const { forget, taught } = JSON.parse(await readFile(place.setsFile, 'utf8')) as BenchSets;
  const halves: Lesson = { part: [], rest: [] };
  // a record of these corpora is one row
  forget.forEach(({ ordinal }, i) => {
    halves[taught.includes(ordinal) ? 'part' : 'rest'].push(sets.forget[i]!);
  });
  return {
    scores,
    said: {
      forget: await said(engine, parent, sets.forget, scores.forget),
      holdout: await said(engine, parent, sets.holdout, scores.holdout),
    },
    relearned: await relearn(engine, model, halves, place),
  };
}
