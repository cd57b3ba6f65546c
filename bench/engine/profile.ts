// Where the time of a step goes, from ONNX Runtime's profile of it.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One event of a profile, as far as it is read; microseconds. */
export interface ProfileEvent {
  cat: string;
  name: string;
  ts: number;
  dur: number;
  args?: { op_name?: string };
}
export interface OperatorTime {
  operator: string;
  /** Both of one step. */
  calls: number;
  seconds: number;
  /** Of the run of the graph. */
  share: number;
}

/** What the runtime does between operators. */
const BETWEEN = '(between operators)';

/** Time by operator type, the longest first; the first run, which allocates what later ones use again, is left out. */
export function operatorTimes(events: ProfileEvent[]): OperatorTime[] {
  const runs = events.filter(({ name }) => name === 'model_run').sort((a, b) => a.ts - b.ts);
  const counted = runs.slice(1);
  if (counted.length === 0) throw new Error('the profile holds fewer than two runs');
  const start = counted[0]!.ts;
  const total = counted.reduce((sum, { dur }) => sum + dur, 0);
  const byOperator = new Map<string, { calls: number; microseconds: number }>();
  const add = (operator: string, microseconds: number, calls: number) => {
    const known = byOperator.get(operator) ?? { calls: 0, microseconds: 0 };
    byOperator.set(operator, { calls: known.calls + calls, microseconds: known.microseconds + microseconds });
  };
  let inOperators = 0;
  for (const { cat, name, ts, dur, args } of events) {
    if (cat !== 'Node' || !name.endsWith('_kernel_time') || ts < start) continue;
    add(args?.op_name ?? name, dur, 1);
    inOperators += dur;
  }
  add(BETWEEN, total - inOperators, 0);
  return [...byOperator]
    .map(([operator, { calls, microseconds }]) => ({
      operator,
      calls: Math.round(calls / counted.length),
      seconds: microseconds / 1e6 / counted.length,
      share: microseconds / total,
    }))
    .sort((a, b) => b.seconds - a.seconds);
}

/** The only profile in a folder that has at least two runs: that of the step, not of what ran once beside it. */
export async function readProfile(folder: string): Promise<OperatorTime[]> {
  for (const file of await readdir(folder)) {
    const events = JSON.parse(await readFile(join(folder, file), 'utf8')) as ProfileEvent[];
    if (events.filter(({ name }) => name === 'model_run').length > 1) return operatorTimes(events);
  }
  throw new Error(`${folder} has no profile of a step`);
}
