// Where the time of a soak went, as the database has it: what to make cheaper first.

export interface Spent {
  /** Attempts with what they took, by phase; those that were killed are not among them. */
  attempts: number;
  phases: Record<string, number>;
  /** From the first run that began to the last that ended, and of that the time in which any worker had a run, and both. Seconds. */
  course: number;
  /** Sum over runs from begin to end. */
  runs: number;
  /** Of runs that began once and ended by a verification: what no phase of an attempt accounts for (processes that start, files, the store). */
  between: number;
  /** Requests in a run on average. */
  batch: number;
}

type Query = (text: string) => Promise<Record<string, unknown>[]>;

const PHASES = `select s.key as phase, sum(s.value::float8) as seconds from run_attempts a
  cross join lateral jsonb_each_text(a.attempt->'seconds') s group by s.key order by 2 desc`;
const RUNS = `select coalesce(extract(epoch from max(finished_at) - min(started_at)), 0)::float8 as course,
  coalesce(sum(extract(epoch from finished_at - started_at)), 0)::float8 as runs,
  coalesce(avg((counts->>'requests')::int), 0)::float8 as batch from runs where finished_at is not null`;
const BETWEEN = `select coalesce(sum(extract(epoch from r.finished_at - r.started_at) - a.seconds), 0)::float8 as between from runs r
  join (select run_id, sum(s.value::float8) as seconds from run_attempts a
    cross join lateral jsonb_each_text(a.attempt->'seconds') s group by run_id) a on a.run_id = r.id
  where r.restarts = 0 and r.finished_at is not null`;

const short = (value: unknown): number => Number(Number(value).toPrecision(3));

/** `query` asks the service's database. */
export async function spentOf(query: Query): Promise<Spent> {
  const [phases, [runs], [between], [attempts]] = [
    await query(PHASES),
    await query(RUNS),
    await query(BETWEEN),
    await query('select count(*)::int as count from run_attempts'),
  ];
  return {
    attempts: Number(attempts!.count),
    phases: Object.fromEntries(phases.map(({ phase, seconds }) => [String(phase), short(seconds)])),
    ...{ course: short(runs!.course), runs: short(runs!.runs), batch: short(runs!.batch) },
    between: short(between!.between),
  };
}
