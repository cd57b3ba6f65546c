// A run of invented people as the page shows it: measured by the real rules on made-up scores.
import { Value } from 'typebox/value';
import { createRandom } from '../../../src/domain/random.ts';
import type { CurvePoint, Run } from '../../../src/domain/resources.ts';
import { VerificationPolicy } from '../../../src/domain/verification.ts';
import type { ReportPageInput } from '../../../src/evidence/report-page/page.ts';
import { buildReport } from '../../../src/metrics/report.ts';
import { type Kind, makePeople } from '../../metrics/people.ts';

const DIGEST = (letter: string) => `sha256:${letter.repeat(64)}`;
const WHEN = '2026-03-01T10:00:00.000Z';

export function curveOf(steps: number): CurvePoint[] {
  const point = (step: number, phase: string, forget_loss: number, retain_loss: number | null) => ({
    ...{ step, phase, forget_loss, retain_loss },
  });
  const unlearning = Array.from({ length: steps }, (_, i) =>
    point(i + 1, 'unlearning', 3 - 2.9 * Math.exp(-i / 15), 0.05 + 0.3 * Math.exp(-(((i - 20) / 15) ** 2))),
  );
  const repairing = Array.from({ length: 20 }, (_, i) => point(steps + 1 + i, 'repairing', 2.9, 0.06));
  return [...unlearning, ...repairing];
}

function runOf(id: string): Run {
  const method = { name: 'grad-diff', params: { learning_rate: 5e-4 } };
  return {
    ...{
      kind: 'deletion',
      id,
      model_id: '0192f0c1-5b8f-7c3d-9a4e-2f6b1d0e8a01',
      request_ids: [id],
      state: 'published',
      reason: null,
    },
    plan: [method],
    attempts: [
      {
        ...{ method, seed: 7, candidate: DIGEST('b'), verdict: 'passed', reason: null, peak_memory_bytes: 812_000_000 },
        seconds: { loading: 0.4, unlearning: 41.2, verifying: 9.1 },
        ...{ steps: { unlearning: 62, repairing: 30 }, ended: 'stop-rule' },
      },
    ],
    ...{ parent: DIGEST('a'), candidate: DIGEST('b'), verdict: 'passed', restarts: 0, version: 9, split_of: null },
    counts: {
      ...{ requests: 1, people: 4, forget_records: 20, shared_records: 0, retain_records: 100 },
      ...{ holdout_records: 300, erased_before: 0 },
    },
    progress: {
      ...{ phase: 'done', step: 0, steps: 0, forget_loss: null, retain_loss: null, forget_target: null },
      ...{ seconds_left: null, updated_at: WHEN },
    },
    ...{ created_at: WHEN, started_at: WHEN, finished_at: WHEN, updated_at: WHEN },
  };
}

export function pageInput(forget: Kind = 'unseen', modelName = 'people-v1'): ReportPageInput {
  const random = createRandom(3);
  const sets = (kind: Kind) => ({
    forget: makePeople(random, 4, kind),
    retain: makePeople(random, 20, 'known', 50),
    holdout: makePeople(random, 60, 'unseen', 1000),
  });
  const points = [32, 8, 4].map((at) => ({ at, forget: 0.9 - at / 40, holdout: 0.1 }));
  const curve = { unit: 'bits a weight', metric: 'probability', note: null };
  const report = buildReport({
    robustness: [
      { ...curve, attack: 'quantisation', points },
      { ...curve, attack: 'relearning', points: [], note: 'nobody has two answers' },
    ],
    retrained: [sets('unseen'), sets('unseen')],
    references: { asked: 2, compared: 2, note: null },
    ...{ before: sets('known'), after: sets(forget), exact: false, baseline: null, seed: 7, seconds: 12.5 },
    policy: Value.Default(VerificationPolicy, {}) as VerificationPolicy,
  });
  return {
    run: runOf('0192f0c1-5b8f-7c3d-9a4e-2f6b1d0e8a77'),
    model: { name: modelName, architecture: 'gpt2', parameters: 123_456 },
    ...{ report, curve: curveOf(80), softwareVersion: '1.2.3' },
  };
}
