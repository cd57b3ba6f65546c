// Which of a model's training records shaped an answer. Text stays in this process: ids and scores leave it.
import { loadFactors, saveFactors } from '../checkpoints/factors.ts';
import { openUpdates } from '../checkpoints/updates.ts';
import { readRecords } from '../corpora/records.ts';
import type { InfluenceJob, InfluenceResult, RankedRecord } from '../domain/compute.ts';
import type { HostTensors } from '../domain/engine.ts';
import type { InfluenceQuery } from '../domain/influence.ts';
import { sampleRows } from '../domain/random.ts';
import { ExpungeError } from '../errors.ts';
import { type Influence, influenceOf, type TracedStop, tracedInfluence } from '../influence/analysis.ts';
import { courseOf } from '../influence/course.ts';
import { type EkfacInputs, ekfacFactors, ekfacInverse } from '../influence/ekfac.ts';
import { assertRanking, ranked, recordScores } from '../influence/ranking.ts';
import { openSurface } from '../influence/surface.ts';
import { encodePrompt, type TokenRow } from '../training/batches.ts';
import type { RecordRow } from '../training/rows.ts';
import { learningRateAt } from '../training/schedule.ts';
import type { StageContext } from './context.ts';
import { type AnyModel, loadAnyWeights, openAnyModel, rowsOf } from './models.ts';
import { ownAnswers } from './own-answers.ts';

/** Every training record that may be read: where it stands, and the rows that it is learned as. */
interface Trained {
  records: { corpus_id: string; ordinal: number; id: string }[];
  rows: RecordRow[];
  /** Number of the record of each row. */
  recordOf: number[];
}
type Weighed = AnyModel & { weights: Awaited<ReturnType<typeof loadAnyWeights>> };

const lineOf = ({ corpus_id, ordinal }: { corpus_id: string; ordinal: number }): string =>
  `line ${ordinal + 1} of corpus ${corpus_id}`;

async function readTrained(model: AnyModel, corpora: InfluenceJob['corpora']): Promise<Trained> {
  const trained: Trained = { records: [], rows: [], recordOf: [] };
  for (const [corpus_id, { path, records, left_out }] of Object.entries(corpora)) {
    const unread = new Set(left_out);
    for await (const { ordinal, ...record } of readRecords(path)) {
      if (ordinal >= records) break;
      if (unread.has(ordinal)) continue;
      try {
        for (const row of rowsOf(model, record)) {
          trained.rows.push(row);
          trained.recordOf.push(trained.records.length);
        }
      } catch (error) {
        throw new ExpungeError('compute-failed', `At ${lineOf({ corpus_id, ordinal })}: ${(error as Error).message}`, {
          cause: error,
        });
      }
      trained.records.push({ corpus_id, ordinal, id: record.id });
    }
  }
  if (trained.records.length === 0) throw new ExpungeError('empty-corpus', 'The model has no training records.');
  return trained;
}

/** Numbers of the records that are asked about. */
function asked({ records }: Trained, query: Exclude<InfluenceQuery, { asks: 'answer' }>): Set<number> {
  const key = ({ corpus_id, ordinal }: { corpus_id: string; ordinal: number }) => `${corpus_id}/${ordinal}`;
  const wanted = new Set(query.asks === 'subject' ? query.rows.map(key) : query.record_ids);
  const found = new Set(
    records.flatMap((record, i) => (wanted.has(query.asks === 'subject' ? key(record) : record.id) ? [i] : [])),
  );
  const known = new Set([...found].map((i) => (query.asks === 'subject' ? key(records[i]!) : records[i]!.id)));
  if (known.size === wanted.size) return found;
  const missing = wanted.size - known.size;
  throw new ExpungeError(
    'validation-failed',
    `${missing} of ${wanted.size} records asked about are in no train corpus of the model, or were erased: ask about others.`,
  );
}

const noText = (remedy: string) =>
  new ExpungeError(
    'validation-failed',
    `The model is a classifier, which takes no prompt and gives no text: ${remedy}`,
  );

/** Rows of a prompt with its answer; without one, with what the model itself says. */
async function rowsOfAnswer(
  context: StageContext,
  model: Weighed,
  { prompt, answer }: Extract<InfluenceQuery, { asks: 'answer' }>,
): Promise<TokenRow[]> {
  if (model.tokenizer === null) throw noText('ask about a subject, or about records by record_ids.');
  if (answer === null) return ownAnswers(context, model, [encodePrompt(model.tokenizer, prompt)]);
  try {
    return rowsOf(model, { id: '', prompt, answer });
  } catch (error) {
    throw new ExpungeError('validation-failed', `The prompt with its answer: ${(error as Error).message}.`);
  }
}

/** Rows of the records that are asked about, or, in place of what they say, what the model does. */
function rowsOfRecords(
  context: StageContext,
  model: Weighed,
  trained: Trained,
  queried: Set<number>,
  { own_answers }: InfluenceJob['options'],
): TokenRow[] | Promise<TokenRow[]> {
  const rows = trained.rows.filter((_, i) => queried.has(trained.recordOf[i]!));
  if (!own_answers) return rows;
  if (model.tokenizer === null) throw noText('give own_answers as false.');
  const prompts = rows.map(({ ids, cue }) => [...ids.subarray(0, cue)]);
  return ownAnswers(context, model, prompts);
}

/** The factors of the checkpoint: from their file, or measured and written there. */
async function factorsFor(
  { factors_file, options, seed }: InfluenceJob,
  inputs: EkfacInputs,
  { rows }: Trained,
): Promise<HostTensors> {
  const known = await loadFactors(factors_file);
  if (known !== null) return known;
  const made = await ekfacFactors(inputs, sampleRows(rows, options.curvature_rows, seed), seed);
  await saveFactors(factors_file, made);
  return made;
}

function place(trained: Trained, order: number[], scores: Float64Array, queried: Set<number>): RankedRecord[] {
  return order.map((i, place) => {
    const { corpus_id, ordinal, id } = trained.records[i]!;
    return { rank: place + 1, corpus_id, ordinal, record_id: id, score: scores[i]!, queried: queried.has(i) };
  });
}

interface Given {
  job: InfluenceJob;
  model: Weighed;
  trained: Trained;
  context: StageContext;
}

/** At the checkpoint itself. */
async function scored(
  { job, model, trained, context: { engine, signal } }: Given,
  query: TokenRow[],
): Promise<Influence & { steps?: never }> {
  const { architecture, config, weights, recipe } = model;
  const inputs = { engine, architecture, config, weights, signal };
  const surface = openSurface(inputs);
  const found = await influenceOf(surface, {
    ...{ query, rows: trained.rows, seed: job.seed },
    settings: { ...job.options, learning_rate: recipe?.options.learning_rate ?? 1 },
    inverse: async (gradient, damp) => ekfacInverse(inputs, await factorsFor(job, inputs, trained), gradient, damp),
  });
  surface.dispose();
  return found;
}

/** At several points of the training that its log leads back to. */
async function traced({ job, model, trained, context: { engine, signal } }: Given, query: TokenRow[]) {
  const { architecture, config, weights, recipe } = model;
  const log = await openUpdates(job.checkpoint_dir, architecture.shapes(config), []);
  if (log === null)
    throw new ExpungeError(
      'compute-failed',
      'The checkpoint has no updates.json, which several checkpoints of tracin are read from: train it with --log-updates, or ask about one checkpoint.',
    );
  async function* course(): AsyncGenerator<TracedStop> {
    for await (const stop of courseOf(log!, weights, job.options.checkpoints!, signal))
      yield { ...stop, learning_rate: recipe ? learningRateAt(stop.step, recipe.options) : 1 };
  }
  const inputs = { engine, architecture, config, signal };
  const found = await tracedInfluence(inputs, course(), { query, rows: trained.rows });
  return { ...found, damping: null };
}

/** Ranks every training record. Throws `validation-failed` for a question that the model cannot be asked. */
export async function influenceStage(job: InfluenceJob, context: StageContext): Promise<InfluenceResult> {
  const opened = await openAnyModel(job.checkpoint_dir);
  const model: Weighed = { ...opened, weights: await loadAnyWeights(job.checkpoint_dir) };
  const trained = await readTrained(model, job.corpora);
  const { query } = job;
  const queried = query.asks === 'answer' ? new Set<number>() : asked(trained, query);
  const rows =
    query.asks === 'answer'
      ? await rowsOfAnswer(context, model, query)
      : await rowsOfRecords(context, model, trained, queried, job.options);
  const own = { job, model, trained, context };
  const { scores, damping, steps } = await ((job.options.checkpoints ?? 1) > 1 ? traced : scored)(own, rows);
  const sums = recordScores(scores, trained.recordOf, trained.records.length);
  assertRanking(sums, (i) => lineOf(trained.records[i]!));
  const order = ranked(sums);
  const best = order.findIndex((i) => queried.has(i));
  return {
    ...{ stage: 'influence', damping, records: order.length, queried: queried.size, ...(steps ? { steps } : {}) },
    best_queried_rank: best === -1 ? null : best + 1,
    ranking: place(trained, order.slice(0, job.options.top), sums, queried),
  };
}
