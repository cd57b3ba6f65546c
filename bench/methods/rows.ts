// Rows of methods and of what they are held against, as they are kept in bench/methods/rows.json.
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fillParams, getMethod } from '../../src/methods/index.ts';
import type { Attempted } from '../shared/attempt.ts';
import type { Effort } from '../shared/work.ts';
import type { Prepared } from './prepare.ts';
import { revive } from './revive.ts';
import { type Numbers, numbersOf } from './row.ts';

/** What an attempt took, alone and as a share of retraining. */
export interface Work extends Effort {
  steps: number;
  /** Whether the stop rule ended it; null for a method without one. */
  reached: boolean | null;
  time_of_retraining: number;
  memory_of_retraining: number;
}
export interface MethodRow {
  data: string;
  seed: number;
  method: string;
  params: Record<string, unknown>;
  /** Digest of the weights that it began with; rows of before have none. */
  trained?: string;
  /** Why the method did not begin, or did not end. */
  refused: { code: string; message: string } | null;
  work: Work | null;
  numbers: Numbers | null;
}
/** What the rows of a setting are held against. */
export interface SettingRow {
  data: string;
  seed: number;
  people: { trained: number; forgotten: number; strangers: number };
  records: { forgotten: number; strangers: number };
  training: { steps: number; exact_memorization: number | null };
  /** Digest of the trained weights. */
  trained?: string;
  /** Day on which the rows of the setting were made last; rows of before say none. */
  measured?: string;
  retraining: Effort;
  parent: Numbers;
  retrained: Numbers[];
}

export interface Rows {
  settings: SettingRow[];
  methods: MethodRow[];
}

const TIME_LIMIT_SECONDS = 3600;

/** Parameters that came when work was kept already, and change nothing where they are 0: names of files are without them then. */
const LATER = ['max_seconds', 'utility_floor'];

/** Files of a method with these parameters: others, other files. */
export function nameOf(method: string, params: Record<string, unknown>): string {
  const named = Object.entries(params).filter(([name, value]) => value !== 0 || !LATER.includes(name));
  const digest = createHash('sha256').update(JSON.stringify(Object.fromEntries(named)));
  return `${method}-${digest.digest('hex').slice(0, 8)}`;
}

/** The next row of the method is computed anew. */
export async function forgetRow(
  { runner }: Prepared,
  method: string,
  given: Record<string, unknown> = {},
): Promise<void> {
  const name = nameOf(method, fillParams(method, given));
  await runner.forget(`attempt/${name}`);
  await runner.forget(`measured/${name}`);
}

function attemptOf({ place, runner }: Prepared, method: string, params: Record<string, unknown>, out: string) {
  return runner.run(`attempt/${nameOf(method, params)}`, {
    kind: 'attempt',
    job: {
      ...{ stage: 'unlearn', run_id: 'bench', method: { name: method, params }, out_dir: out, base_dir: null },
      ...{ corpora: place.corpora, sets_file: place.setsFile, parent_dir: place.parent, seed: place.seed },
      ...{ threads: place.threads, backend: place.backend, time_limit_seconds: TIME_LIMIT_SECONDS },
      ...{ weight_types: 'original', memory_budget_bytes: null },
    },
  });
}

/** Retraining as the service does it: what all time and memory is a share of. */
export async function retraining(prepared: Prepared): Promise<Effort> {
  const row = await methodRow(prepared, 'retrain', null);
  if (row.work === null) throw new Error(`retraining failed: ${row.refused?.message}`);
  return row.work;
}

/** Steps in all, and whether the stop rule ended them before their bound did. */
function stepsOf(method: string, { steps, bound, ended }: Attempted): Pick<Work, 'steps' | 'reached'> {
  const all = Object.values(steps).reduce((sum, count) => sum + count, 0);
  const { kind } = getMethod(method);
  // an edit tells of rows that it passes over, and of steps in its repair alone
  if (kind === 'edit') return { steps: steps.repairing ?? 0, reached: null };
  if (kind !== 'loss' || bound === null) return { steps: all, reached: null };
  const short = (steps.repairing ?? 0) > 0 || (steps.unlearning ?? 0) < bound;
  return { steps: all, reached: ended === undefined ? short : ended === 'stop-rule' };
}

const share = (part: number, whole: number | undefined): number => (whole === undefined ? 1 : part / whole);

/** The row of a method, computed or kept from an earlier run; `given`: parameters other than the defaults. */
export async function methodRow(
  prepared: Prepared,
  method: string,
  base: Effort | null,
  given: Record<string, unknown> = {},
): Promise<MethodRow> {
  const { setting, place, runner, trained, parent, references } = prepared;
  const params = fillParams(method, given);
  const row = { data: setting.data, seed: setting.seed, method, params, trained };
  const out = join(place.dir, 'candidates', method);
  const attempt = await attemptOf(prepared, method, params, out);
  if (!attempt.ok) {
    return { ...row, refused: { code: attempt.code, message: attempt.message }, work: null, numbers: null };
  }
  const { result, ok: _, ...effort } = attempt;
  const measured = revive(
    await runner.result(`measured/${nameOf(method, params)}`, { kind: 'measure', place, checkpoint: out }),
  );
  await rm(out, { recursive: true, force: true });
  const work: Work = {
    ...effort,
    ...stepsOf(method, result),
    time_of_retraining: share(effort.cpu_seconds, base?.cpu_seconds),
    memory_of_retraining: share(effort.peak_memory_bytes, base?.peak_memory_bytes),
  };
  const exact = getMethod(method).guarantee === 'exact';
  return {
    ...{ ...row, refused: null, work },
    numbers: numbersOf({ measured, parent, references, exact, seed: place.seed }),
  };
}

const people = (rows: readonly { person: number }[]) => new Set(rows.map(({ person }) => person)).size;

export function settingRow({ setting, training, trained, parent, references }: Prepared, base: Effort): SettingRow {
  const { forget, holdout, retain } = parent.scores;
  const judged = { parent, seed: setting.seed };
  return {
    ...{ data: setting.data, seed: setting.seed, training, trained, retraining: base },
    measured: new Date().toISOString().slice(0, 10),
    people: { trained: people(forget) + people(retain), forgotten: people(forget), strangers: people(holdout) },
    records: { forgotten: forget.length, strangers: holdout.length },
    parent: numbersOf({ ...judged, measured: parent, references, exact: false }),
    retrained: references.map((measured) =>
      numbersOf({ ...judged, measured, references: references.filter((other) => other !== measured), exact: true }),
    ),
  };
}
