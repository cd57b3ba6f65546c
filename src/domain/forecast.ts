// When what waits will be done, by the order in which it will begin: so that a due date that will be missed is known before. Pure.
import { type Capabilities, fits, type Needs } from './capabilities.ts';
import { type Candidate, inOrder, type Usage } from './queue-order.ts';

/** A model with requests that wait, or with a run. Times in seconds since any epoch. */
export interface Expected {
  candidate: Candidate;
  needs: Needs;
  /** When its window is over; now, or before, where it has none. */
  starts_at: number;
  /** Seconds that its run goes on for; null: none is under way. What waits beside it begins after. */
  running: number | null;
  /** Whether anybody waits for a run that has not begun. */
  waits: boolean;
}

export interface ForecastOf {
  /** When the run of those who wait begins; null: no worker can take it. */
  starts_at: number | null;
  done_at: number | null;
}

interface Place {
  can: Capabilities | null;
  free_at: number;
}

/** Runs under way take a place each, whichever worker has them. */
function placesOf(now: number, workers: readonly Capabilities[], running: readonly number[]): Place[] {
  // where nobody has said that they work, one place that takes anything: it may only not have been heard of yet
  const places: Place[] =
    workers.length === 0 ? [{ can: null, free_at: now }] : workers.map((can) => ({ can, free_at: now }));
  for (const left of running) {
    const first = places.reduce((a, b) => (b.free_at < a.free_at ? b : a));
    first.free_at += left;
  }
  return places;
}

interface Open {
  one: Expected;
  ready_at: number;
}

const takes = ({ can }: Place, { needs }: Expected): boolean => can === null || fits(can, needs);

/** The place that comes free first and has something that it may take, with what it takes. */
function next(
  places: readonly Place[],
  open: readonly Open[],
  usage: Usage,
): { place: Place; job: Open; at: number } | null {
  let best: { place: Place; jobs: Open[]; at: number } | null = null;
  for (const place of places) {
    const able = open.filter(({ one }) => takes(place, one));
    if (able.length === 0) continue;
    const at = Math.max(place.free_at, Math.min(...able.map(({ ready_at }) => ready_at)));
    if (best === null || at < best.at) best = { place, jobs: able.filter(({ ready_at }) => ready_at <= at), at };
  }
  if (best === null) return null;
  const byModel = new Map(best.jobs.map((job) => [job.one.candidate.model_id, job]));
  const [first] = inOrder(
    best.jobs.map(({ one }) => one.candidate),
    usage,
    best.at,
  );
  return { place: best.place, job: byModel.get(first!.model_id)!, at: best.at };
}

/**
 * By model id, for models that anybody waits for. Takes it that nothing else comes, that a run passes at its first try, and that it takes
 * as long as earlier ones: what is late by this will be late.
 */
export function forecast(
  now: number,
  workers: readonly Capabilities[],
  expected: readonly Expected[],
  usage: Usage,
): Map<string, ForecastOf> {
  const running = expected.flatMap(({ running }) => running ?? []);
  const places = placesOf(now, workers, running);
  const had = new Map(usage);
  let open: Open[] = expected
    .filter(({ waits }) => waits)
    .map((one) => ({ one, ready_at: Math.max(now + (one.running ?? 0), one.running === null ? one.starts_at : 0) }));
  const found = new Map<string, ForecastOf>();
  for (let step = next(places, open, had); step !== null; step = next(places, open, had)) {
    const { place, job, at } = step;
    const { model_id, tenant, seconds } = job.one.candidate;
    place.free_at = at + seconds;
    had.set(tenant, (had.get(tenant) ?? 0) + seconds);
    found.set(model_id, { starts_at: at, done_at: at + seconds });
    open = open.filter((one) => one !== job);
  }
  for (const { one } of open) found.set(one.candidate.model_id, { starts_at: null, done_at: null });
  return found;
}
