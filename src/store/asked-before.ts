// What a tenant's requests of the last while ask of each model. Counting them takes longer the more there are, and every group of new
// requests needs the counts: where there are many they are believed for a moment, with what this process has taken in since.

export interface Before {
  requests: number;
  records: number;
}

/** Fewer are counted each time. */
const MANY = 100;
/** For each request that was counted, which took some ten microseconds. */
const BELIEVED_MS = 0.2;
const MOST_BELIEVED_MS = 10_000;
/** For which the others go on believing what is out of date while one counts. */
const COUNTING_MS = 1000;
const MOST_TENANTS = 1000;

/** Of every model; one that is not here has not been asked for. */
export type Asked = Map<string, Before>;

/** Of every model of a tenant. */
interface Counts {
  models: Asked;
  /** When they were counted, and how long they are believed; milliseconds since 1970. */
  at: number;
  until: number;
}

export interface AskedBefore {
  /** A copy, or null where they have to be counted. */
  known(tenant: string, window_ms: number, at: number): Counts | null;
  /** What was counted, or known before, and what one group took in on top of it; once that is committed. */
  keep(tenant: string, window_ms: number, counts: Counts, taken: Asked): void;
}

/** One more is asked of a model. */
export function addTo(asked: Asked, model: string, { requests, records }: Before): void {
  const before = asked.get(model) ?? { requests: 0, records: 0 };
  asked.set(model, { requests: before.requests + requests, records: before.records + records });
}

/** As they were counted at `at`. */
export function countedNow(models: Asked, at: number): Counts {
  const all = [...models.values()].reduce((sum, { requests }) => sum + requests, 0);
  return { models, at, until: all < MANY ? at : at + Math.min(MOST_BELIEVED_MS, all * BELIEVED_MS) };
}

/** For groups that are taken in beside each other as well: what each adds is added to what the others have. */
export function askedBefore(): AskedBefore {
  const held = new Map<string, Counts>();
  const nameOf = (tenant: string, window_ms: number) => `${window_ms} ${tenant}`;
  return {
    known(tenant, window_ms, at) {
      const counts = held.get(nameOf(tenant, window_ms));
      if (counts !== undefined && counts.until > at) return { ...counts, models: new Map(counts.models) };
      if (counts !== undefined && counts.until > counts.at) counts.until = at + COUNTING_MS;
      return null;
    },
    keep(tenant, window_ms, counts, taken) {
      if (held.size >= MOST_TENANTS) held.clear();
      const name = nameOf(tenant, window_ms);
      const present = held.get(name);
      const latest = present !== undefined && present.at >= counts.at ? present : counts;
      const models = new Map(latest.models);
      for (const [model, before] of taken) addTo(models, model, before);
      held.set(name, { ...latest, models });
    },
  };
}
