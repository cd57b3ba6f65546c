// What is measured, in turns, and what is made of it.
import { median } from '../shared/measure.ts';
import type { Side } from '../shared/side.ts';
import type { Loaded } from './calls.ts';

/** Medians over the rounds; ratios are medians of each round's own. */
export interface Row {
  name: string;
  per_second: number;
  median_ms: number;
  p99_ms: number;
  /** Processor time of a call, without the client's; null where it cannot be told. */
  cpu_us: number | null;
  /** The same by whose it is; left out of what was measured before they were told apart. */
  cpu_parts?: Cpu | null;
  /** What it is held against, how many times as many calls a second it answers, and how much of the other's time it takes for one. */
  against?: string;
  ratio?: number;
  cpu_ratio?: number | null;
}

/** Processor time by whose it is: Node's, Postgres' and, where there is one, Redis'. */
export type Cpu = Partial<Record<'node' | 'postgres' | 'redis', number>>;

export interface Contestant {
  /** As the client knows it. */
  call: string;
  name: string;
  connections: number;
  /** The call of another contestant. */
  against?: string;
}

export interface Contest {
  client: Side;
  contestants: Contestant[];
  rounds: number;
  /** Of each contestant in a round. */
  calls: number;
  /** Seconds of processor time that the servers have had. */
  cpu(): Cpu | null;
}
interface Seen extends Loaded {
  /** Microseconds of a call. */
  cpu: Cpu | null;
}

/** Microseconds of a call. */
const ofCall = (before: Cpu, after: Cpu, calls: number): Cpu =>
  Object.fromEntries(
    Object.entries(after).map(([part, seconds]) => [part, (1e6 * (seconds - before[part as keyof Cpu]!)) / calls]),
  );
const totalOf = ({ cpu }: Pick<Seen, 'cpu'>): number | null =>
  cpu === null ? null : Object.values(cpu).reduce((sum, part) => sum + part, 0);

async function turn({ client, calls, cpu }: Contest, { call, connections }: Contestant): Promise<Seen> {
  const before = cpu();
  const { result } = await client.turn<Loaded>(call, calls, connections);
  const after = cpu();
  const seen = { ...result, cpu: before === null || after === null ? null : ofCall(before, after, calls) };
  const { per_second, median_ms, p99_ms } = result;
  const times = `${median_ms.toFixed(1)} ms, p99 ${p99_ms.toFixed(1)} ms`;
  process.stderr.write(`${call}: ${per_second.toFixed(0)}/s, ${times}, ${totalOf(seen)?.toFixed(0)} us\n`);
  return seen;
}

const medianOf = (values: (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : median(known);
};
/** The median of each part. */
function partsOf(all: readonly Seen[]): Cpu | null {
  const known = all.flatMap(({ cpu }) => (cpu === null ? [] : [cpu]));
  if (known.length === 0) return null;
  const parts = Object.keys(known[0]!) as (keyof Cpu)[];
  return Object.fromEntries(parts.map((part) => [part, median(known.map((one) => one[part]!))]));
}
const quotient = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a / b);

function rowOf({ name, against }: Contestant, all: Seen[], others: Seen[] | undefined, other: string | undefined): Row {
  return {
    name,
    per_second: median(all.map((one) => one.per_second)),
    median_ms: median(all.map((one) => one.median_ms)),
    p99_ms: median(all.map((one) => one.p99_ms)),
    cpu_us: medianOf(all.map(totalOf)),
    cpu_parts: partsOf(all),
    ...(against !== undefined &&
      others && {
        against: other!,
        ratio: median(all.map((one, i) => one.per_second / others[i]!.per_second)),
        cpu_ratio: medianOf(all.map((one, i) => quotient(totalOf(one), totalOf(others[i]!)))),
      }),
  };
}

/** Every contestant once a round, in the order given and then the other way round: a machine that slows down slows all of them. */
export async function contest(about: Contest): Promise<Row[]> {
  const { contestants, rounds } = about;
  const seen = new Map(contestants.map(({ call }) => [call, [] as Seen[]]));
  // the first goes by code that is not compiled yet, and counts for nothing
  for (const one of contestants) await turn(about, one);
  for (let round = 0; round < rounds; round++)
    for (const one of round % 2 === 0 ? contestants : contestants.toReversed())
      seen.get(one.call)!.push(await turn(about, one));
  const nameOf = (call?: string) => contestants.find((one) => one.call === call)?.name;
  return contestants.map((one) => {
    const others = one.against === undefined ? undefined : seen.get(one.against);
    return rowOf(one, seen.get(one.call)!, others, nameOf(one.against));
  });
}
