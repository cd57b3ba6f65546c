// Published per-example logs of the benchmark. They are not part of the project: EXPUNGE_SHARED names their folder.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rouge1Recall, rougeLRecall } from '../../src/metrics/rouge.ts';
import { forgetQuality, modelUtility, summariseTofu, type TofuRow } from '../../src/metrics/tofu.ts';

interface Log {
  avg_gt_loss: number[];
  average_perturb_loss: number[][];
  avg_paraphrased_loss: number[];
  rougeL_recall: number[];
}
type SetName = 'retain' | 'forget' | 'realAuthors' | 'worldFacts';
type Logs = Record<SetName, Log>;
interface Published {
  perExample: Logs;
  referencePerExample: Logs;
  expected: {
    modelUtility: Record<string, number>;
    referenceModelUtility: Record<string, number>;
    forgetQuality: Record<string, number>;
  };
  rougePairs: { generation: string; groundTruth: string; rougeLRecall: number; rouge1Recall: number }[];
}

const root = process.env.EXPUNGE_SHARED ?? join(import.meta.dirname, '../../../shared');
const file = join(root, 'golden/tofu-llama2-7b.json');
const skip = existsSync(file)
  ? false
  : 'tofu-llama2-7b.json is not here; EXPUNGE_SHARED names the folder above golden/';
const published = skip ? null : (JSON.parse(readFileSync(file, 'utf8')) as Published);

const rowsOf = (log: Log): TofuRow[] =>
  log.avg_gt_loss.map((loss, i) => ({
    loss,
    paraphrasedLoss: log.avg_paraphrased_loss[i]!,
    wrongLosses: log.average_perturb_loss[i]!,
    rougeLRecall: log.rougeL_recall[i]!,
  }));

function check(logs: Logs, expected: Record<string, number>): void {
  const summaries = {
    retain: summariseTofu(rowsOf(logs.retain), 'retain'),
    forget: summariseTofu(rowsOf(logs.forget), 'forget'),
    realAuthors: summariseTofu(rowsOf(logs.realAuthors), 'options'),
    worldFacts: summariseTofu(rowsOf(logs.worldFacts), 'options'),
  };
  const names = { retain: 'Retain', forget: 'Forget', realAuthors: 'Real Authors', worldFacts: 'Real World' } as const;
  const close = (value: number, name: string) =>
    assert.ok(Math.abs(value - expected[name]!) < 1e-9, `${name}: ${value} is not ${expected[name]}`);
  for (const [set, name] of Object.entries(names)) {
    const summary = summaries[set as SetName];
    close(summary.rougeLRecall, `ROUGE ${name}`);
    close(summary.probability, `Prob. ${name}`);
    close(summary.truthRatio, `Truth Ratio ${name}`);
  }
  close(modelUtility(summaries), 'Model Utility');
}

test('model utility comes out as published', { skip }, () => {
  check(published!.perExample, published!.expected.modelUtility);
  check(published!.referencePerExample, published!.expected.referenceModelUtility);
});

test('forget quality comes out as published, 21 powers of ten below 1', { skip }, () => {
  const result = forgetQuality(rowsOf(published!.perExample.forget), rowsOf(published!.referencePerExample.forget));
  const expected = published!.expected.forgetQuality;
  assert.ok(Math.abs(result.p / expected['Forget Quality']! - 1) < 1e-9, `p is ${result.p}`);
  assert.ok(Math.abs(result.statistic - expected['KS Test Forget']!) < 1e-12);
});

test('ROUGE recalls come out as published', { skip }, () => {
  for (const pair of published!.rougePairs) {
    assert.ok(Math.abs(rougeLRecall(pair.generation, pair.groundTruth) - pair.rougeLRecall) < 1e-5);
    assert.ok(Math.abs(rouge1Recall(pair.generation, pair.groundTruth) - pair.rouge1Recall) < 1e-5);
  }
});
