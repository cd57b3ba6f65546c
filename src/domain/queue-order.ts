// Whose run is next: urgent ones, then those whose due date is near, then tenants by what they have had, then due date and age. Pure.
import { DAY } from './window.ts';

/** A model that a run may begin on. Times in seconds since any epoch. */
export interface Candidate {
  model_id: string;
  tenant: string;
  urgent: boolean;
  /** Of the request that is due first. */
  due_at: number;
  /** Since when its oldest request is ready. */
  ready_at: number;
  /** Seconds that its run is thought to take. */
  seconds: number;
  /** Nobody waits for it: it goes when nothing else does. */
  background?: boolean;
}

/** Seconds of compute that tenants had lately, by tenant. */
export type Usage = ReadonlyMap<string, number>;

/** A due date is near where less is left than this, or than two runs take. */
const NEAR = 2 * DAY;
/** The usage that counts: half of it is forgotten in so many seconds. */
export const USAGE_HALF_LIFE = DAY;

export const isPressing = ({ due_at, seconds }: Candidate, now: number): boolean =>
  due_at - now < Math.max(NEAR, 2 * seconds);

const byDue = (a: Candidate, b: Candidate): number =>
  a.due_at - b.due_at || a.ready_at - b.ready_at || (a.model_id < b.model_id ? -1 : 1);

/**
 * Of each tenant by due date; of tenants, always the one that has had least, counting what is before it here. So a tenant that asks for a
 * thousand runs moves another's first by one run at most.
 */
function fair(candidates: readonly Candidate[], usage: Map<string, number>): Candidate[] {
  const queues = [...Map.groupBy(candidates, ({ tenant }) => tenant)].map(([tenant, own]) => ({
    tenant,
    own: own.toSorted(byDue),
    at: 0,
  }));
  const ordered: Candidate[] = [];
  while (ordered.length < candidates.length) {
    const open = queues.filter(({ own, at }) => at < own.length);
    const had = ({ tenant }: (typeof open)[number]) => usage.get(tenant) ?? 0;
    const next = open.reduce((best, one) => {
      const less = had(one) - had(best);
      return less < 0 || (less === 0 && byDue(one.own[one.at]!, best.own[best.at]!) < 0) ? one : best;
    });
    const candidate = next.own[next.at++]!;
    usage.set(next.tenant, had(next) + candidate.seconds);
    ordered.push(candidate);
  }
  return ordered;
}

/**
 * The order in which runs begin. Urgent ones first, then near due dates whoever they are of, since a missed one breaks a law; both before
 * fairness, which is for the rest. Background work goes last.
 */
export function inOrder(candidates: readonly Candidate[], usage: Usage, now: number): Candidate[] {
  const classOf = (one: Candidate) => (one.background ? 3 : one.urgent ? 0 : isPressing(one, now) ? 1 : 2);
  const classes = Map.groupBy(candidates, classOf);
  const had = new Map(usage);
  const pressing = (classes.get(1) ?? []).toSorted(byDue);
  const urgent = fair(classes.get(0) ?? [], had);
  for (const { tenant, seconds } of pressing) had.set(tenant, (had.get(tenant) ?? 0) + seconds);
  return [...urgent, ...pressing, ...fair(classes.get(2) ?? [], had), ...fair(classes.get(3) ?? [], had)];
}
