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

interface Call {
  operator: string;
  end: number;
  /** Microseconds in the operator itself, without what ran inside it. */
  own: number;
}

/** Calls of operators; those of a body that another operator repeats are named after it too, and not counted twice. */
function callsOf(events: ProfileEvent[]): Call[] {
  const calls: Call[] = [];
  const open: Call[] = [];
  // a body starts no earlier than what runs it, and is shorter
  for (const { name, ts, dur, args } of events.toSorted((a, b) => a.ts - b.ts || b.dur - a.dur)) {
    while (open.length > 0 && open.at(-1)!.end <= ts) open.pop();
    const outer = open.at(-1);
    if (outer) outer.own -= dur;
    const type = args?.op_name ?? name;
    const call = { operator: outer ? `${type} in ${outer.operator}` : type, end: ts + dur, own: dur };
    open.push(call);
    calls.push(call);
  }
  return calls;
}

/** Time by operator type, the longest first; the first run, which allocates what later ones use again, is left out. */
export function operatorTimes(events: ProfileEvent[]): OperatorTime[] {
  const runs = events.filter(({ name }) => name === 'model_run').sort((a, b) => a.ts - b.ts);
  const counted = runs.slice(1);
  if (counted.length === 0) throw new Error('the profile holds fewer than two runs');
  const total = counted.reduce((sum, { dur }) => sum + dur, 0);
  const kernels = events.filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'));
  const calls = callsOf(kernels.filter(({ ts }) => ts >= counted[0]!.ts));
  const times = Map.groupBy(calls, ({ operator }) => operator);
  const sum = (of: Call[]) => of.reduce((microseconds, { own }) => microseconds + own, 0);
  return [
    { operator: BETWEEN, calls: 0, microseconds: total - sum(calls) },
    ...[...times].map(([operator, of]) => ({ operator, calls: of.length, microseconds: sum(of) })),
  ]
    .map(({ operator, calls: count, microseconds }) => ({
      operator,
      calls: Math.round(count / counted.length),
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
