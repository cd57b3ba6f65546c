// When what waits will be done, by the order in which it will begin: so that a due date that will be missed is known before. Pure.
import { type Capabilities, fits, type Needs } from './capabilities.ts';
import { type Candidate, inOrder, type Usage } from './queue-order.ts';

/** A training for nobody that waits beside the requests of its model. */
export interface Beside {
  candidate: Candidate;
  /** It goes before them. */
  first: boolean;
  /** Else until when it may begin before them, in their window. */
  until: number;
}

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
  /** Null, or left out: no training. */
  beside?: Beside | null;
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

interface Job {
  one: Expected;
  candidate: Candidate;
  ready_at: number;
  /** It begins before this, or after the other job of its model. */
  until: number;
  /** It is what is told of; a training beside requests is not. */
  told: boolean;
}

const NEVER = Number.NEGATIVE_INFINITY;
const ALWAYS = Number.POSITIVE_INFINITY;

/** What there is to do on a model, one after the other. */
function jobsOf(now: number, one: Expected): Job[] {
  if (!one.waits) return [];
  const { candidate, beside = null } = one;
  const free_at = now + (one.running ?? 0);
  const ready_at = one.running === null ? Math.max(now, one.starts_at) : free_at;
  const told = { one, candidate, ready_at, until: beside?.first ? NEVER : ALWAYS, told: true };
  if (beside === null) return [told];
  const until = beside.first ? ALWAYS : beside.until;
  return [told, { one, candidate: beside.candidate, ready_at: free_at, until, told: false }];
}

const takes = ({ can }: Place, { needs }: Expected): boolean => can === null || fits(can, needs);

/** The place that comes free first and has something that it may take, with what it takes. */
function next(
  places: readonly Place[],
  open: readonly Job[],
  usage: Usage,
): { place: Place; job: Job; at: number } | null {
  let best: { place: Place; jobs: Job[]; at: number } | null = null;
  for (const place of places) {
    const startOf = ({ ready_at }: Job) => Math.max(place.free_at, ready_at);
    const able = open.filter((job) => takes(place, job.one) && startOf(job) < job.until);
    if (able.length === 0) continue;
    const at = Math.min(...able.map(startOf));
    if (best === null || at < best.at) best = { place, jobs: able.filter((job) => startOf(job) <= at), at };
  }
  if (best === null) return null;
  const jobs = new Map(best.jobs.map((job) => [job.candidate, job]));
  const [first] = inOrder([...jobs.keys()], usage, best.at);
  return { place: best.place, job: jobs.get(first!)!, at: best.at };
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
  let open = expected.flatMap((one) => jobsOf(now, one));
  const found = new Map<string, ForecastOf>();
  for (let step = next(places, open, had); step !== null; step = next(places, open, had)) {
    const { place, job, at } = step;
    const { model_id, tenant, seconds } = job.candidate;
    place.free_at = at + seconds;
    had.set(tenant, (had.get(tenant) ?? 0) + seconds);
    if (job.told) found.set(model_id, { starts_at: at, done_at: at + seconds });
    const after = (other: Job) => ({ ...other, until: ALWAYS, ready_at: Math.max(other.ready_at, at + seconds) });
    open = open.filter((other) => other !== job).map((other) => (other.one === job.one ? after(other) : other));
  }
  for (const { candidate, told } of open) if (told) found.set(candidate.model_id, { starts_at: null, done_at: null });
  return found;
}
