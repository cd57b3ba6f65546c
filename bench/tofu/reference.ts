// The model retrained without the forgotten, and what the unlearned one is held against it with.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { saveCheckpoint } from '../../src/checkpoints/layout.ts';
import { progressBar } from '../../src/cli/terminal.ts';
import { loadModel } from '../../src/compute/checkpoint.ts';
import { runComputeJob } from '../../src/compute/job.ts';
import { retrainFromRecipe } from '../../src/compute/retrain.ts';
import { splitHoldout } from '../../src/corpora/split.ts';
import type { SetsFile } from '../../src/domain/compute.ts';
import type { Engine } from '../../src/domain/engine.ts';
import type { SetRow } from '../../src/domain/record.ts';
import type { VerificationReport } from '../../src/domain/verification.ts';
import { VerificationPolicy } from '../../src/domain/verification.ts';
import { forgetQuality, type TofuRow } from '../../src/metrics/tofu.ts';
import { encodeRecords } from '../../src/training/rows.ts';
import { createScorer, meanNll } from '../../src/training/scoring.ts';
import type { TofuData } from './data.ts';

const SEED = 1;

export interface Place {
  dir: string;
  files: { train: string; holdout: string };
  /** Checkpoint folder of the trained model. */
  model: string;
  /** Checkpoint folder that it was trained from; left out: fresh weights. */
  base?: string;
  threads: number;
  backend: string;
  /** What verdicts ask for; left out: the service's own policy. */
  policy?: VerificationPolicy;
}

/** Retrains without the forgotten into `out`; seconds that it took. */
export async function retrainWithout(engine: Engine, place: Place, data: TofuData, forgotten: number[], out: string) {
  const model = await loadModel(place.model);
  const context = model.architecture.contextLength(model.config);
  const kept = data.train.filter(({ author }) => !forgotten.includes(author));
  const rows = kept.flatMap(({ question, answer }) =>
    encodeRecords(model.tokenizer, data.record(question, answer), context),
  );
  const started = performance.now();
  const bar = progressBar(process.stdout, 'retraining');
  const weights = await retrainFromRecipe(engine, model, rows, {
    baseDir: place.base ?? null,
    progress: ({ step, steps, loss }) => bar.update(step / steps, `step ${step}, loss ${loss.toFixed(3)}`),
  });
  bar.done();
  await saveCheckpoint(out, { configJson: model.configJson, weights, copyFrom: place.model });
  return (performance.now() - started) / 1000;
}

/** The service's own verification of any candidate, on the same kind of sets; `before` were forgotten earlier. */
export async function verify(
  place: Place,
  data: TofuData,
  forgotten: number[],
  before: number[],
  candidate: string,
): Promise<VerificationReport> {
  const row = (corpus_id: string, ordinal: number, author: number): SetRow => ({ corpus_id, ordinal, person: author });
  const train = data.train.map(({ author }, i) => row('train', i, author));
  const sets: SetsFile = {
    forget: train.filter(({ person }) => forgotten.includes(person)),
    retain: train.filter(({ person }) => !forgotten.includes(person) && !before.includes(person)),
    ...splitHoldout(
      data.holdout.map(({ author }, i) => row('holdout', i, author)),
      SEED,
    ),
  };
  const sets_file = join(place.dir, 'sets.json');
  await writeFile(sets_file, JSON.stringify(sets));
  const { threads, backend, files } = place;
  const bar = progressBar(process.stdout, 'verifying the retrained');
  const result = await runComputeJob(
    {
      ...{
        stage: 'verify',
        run_id: 'bench',
        corpora: files,
        sets_file,
        parent_dir: place.model,
        candidate_dir: candidate,
      },
      ...{
        policy: place.policy ?? (Value.Default(VerificationPolicy, {}) as VerificationPolicy),
        exact: true,
        // the parent is the model as it was trained
        baseline: null,
        seed: SEED,
        threads,
        backend,
      },
      time_limit_seconds: 3600,
    },
    {
      progress: ({ progress: { step, steps } }) => bar.update(steps > 0 ? step / steps : null),
      signal: new AbortController().signal,
    },
  );
  bar.done();
  if (result.stage !== 'verify') throw new Error('the verification answered with another stage');
  return result.report;
}

/** Losses of paraphrased and perturbed answers about the forgotten under a checkpoint. */
export async function truthRows(
  engine: Engine,
  data: TofuData,
  forgotten: number[],
  checkpoint: string,
): Promise<TofuRow[]> {
  const model = await loadModel(checkpoint);
  const context = model.architecture.contextLength(model.config);
  const score = createScorer(engine, model.architecture, model.config, engine.createState(model.weights));
  const asked = new Set(data.train.filter(({ author }) => forgotten.includes(author)).map(({ id }) => id));
  const loss = async (question: string, answers: string[]) => {
    const rows = answers.map((answer) => {
      const [row] = encodeRecords(model.tokenizer, data.record(question, answer), Number.POSITIVE_INFINITY);
      const { ids, promptLength } = row!;
      // some wrong answers are longer than any that was trained on; a loss is a mean, so their beginning will do
      return { ids: ids.subarray(0, context), promptLength };
    });
    return (await score(rows)).map(meanNll);
  };
  const rows: TofuRow[] = [];
  for (const { question, paraphrased_answer, perturbed_answer } of data.perturbed.filter(({ id }) => asked.has(id))) {
    const [paraphrasedLoss, ...wrongLosses] = await loss(question, [paraphrased_answer, ...perturbed_answer]);
    rows.push({ loss: paraphrasedLoss!, paraphrasedLoss: paraphrasedLoss!, wrongLosses, rougeLRecall: 0 });
  }
  return rows;
}

/** KS test of truth ratios between two checkpoints. */
export async function compareTruth(engine: Engine, data: TofuData, forgotten: number[], a: string, b: string) {
  return forgetQuality(await truthRows(engine, data, forgotten, a), await truthRows(engine, data, forgotten, b));
}
