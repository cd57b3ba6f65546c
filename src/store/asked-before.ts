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
const MOST_TENANTS = 1000;

/** Of every model of a tenant; one that is not here has not been asked for. */
interface Counts {
  models: Map<string, Before>;
  /** Milliseconds since 1970. */
  until: number;
}

export interface AskedBefore {
  /** A copy, or null where they have to be counted. */
  known(tenant: string, window_ms: number, at: number): Counts | null;
  /** With what was taken in since; once that is committed. */
  keep(tenant: string, window_ms: number, counts: Counts): void;
}

/** As they were counted at `at`. */
export function countedNow(models: Map<string, Before>, at: number): Counts {
  const all = [...models.values()].reduce((sum, { requests }) => sum + requests, 0);
  return { models, until: all < MANY ? at : at + Math.min(MOST_BELIEVED_MS, all * BELIEVED_MS) };
}

/** For groups that are taken in one after the other. */
export function askedBefore(): AskedBefore {
  const held = new Map<string, Counts>();
  const nameOf = (tenant: string, window_ms: number) => `${window_ms} ${tenant}`;
  return {
    known(tenant, window_ms, at) {
      const counts = held.get(nameOf(tenant, window_ms));
      return counts === undefined || counts.until <= at ? null : { ...counts, models: new Map(counts.models) };
    },
    keep(tenant, window_ms, counts) {
      if (held.size >= MOST_TENANTS) held.clear();
      held.set(nameOf(tenant, window_ms), counts);
    },
  };
}
