// What a tenant's requests of the last while ask of each model. Counting them takes longer the more there are, and every group of new
// requests needs the counts: where there are many they are believed for a moment, with what this process has taken in since.

export interface Before {
  requests: number;
  records: number;
}
/** Of every model; one that is not here has not been asked for. */
export type Asked = Map<string, Before>;

/** Fewer are counted each time. */
const MANY = 100;
/** For each request that was counted, which took some ten microseconds. */
const BELIEVED_MS = 0.2;
const MOST_BELIEVED_MS = 10_000;
/** For which the others go on believing what is out of date while one counts. */
const COUNTING_MS = 1000;
/** After which nobody counts any more who began before. */
const LONGEST_COUNT_MS = 60_000;
const MOST_TENANTS = 1000;

/** Of every model of a tenant. */
interface Counts {
  models: Asked;
  /** When they were counted, and how long they are believed; milliseconds since 1970. */
  at: number;
  until: number;
}

interface Memory {
  counts: Counts | null;
  /** What groups took in lately, the last one last: a count that began before may not have seen it. */
  recent: { number: number; at: number; taken: Asked }[];
}

/** What a group is judged by. */
interface Known {
  /** A copy, or null where they have to be counted. */
  counts: Counts | null;
  /** Number of the last group that had been taken in by then. */
  lastGroup: number;
}

export interface AskedBefore {
  known(tenant: string, window_ms: number, at: number): Known;
  /** What was counted, or known, after `lastGroup`, and what one group took in on top of it; once that is committed. */
  keep(tenant: string, window_ms: number, found: { counts: Counts; lastGroup: number; taken: Asked }): void;
}

/** So much more is asked of a model. */
export function addTo(asked: Asked, model: string, { requests, records }: Before): void {
  const before = asked.get(model) ?? { requests: 0, records: 0 };
  asked.set(model, { requests: before.requests + requests, records: before.records + records });
}

/** As they were counted at `at`. */
export function countedNow(models: Asked, at: number): Counts {
  const all = [...models.values()].reduce((sum, { requests }) => sum + requests, 0);
  return { models, at, until: all < MANY ? at : at + Math.min(MOST_BELIEVED_MS, all * BELIEVED_MS) };
}

/**
 * For groups that are taken in beside each other as well. Whatever is committed while somebody counts is added to the count, seen by it or
 * not: for as long as it is believed a request may count twice, and none is left out.
 */
export function askedBefore(): AskedBefore {
  const held = new Map<string, Memory>();
  let groups = 0;
  function memoryOf(tenant: string, window_ms: number): Memory {
    const name = `${window_ms} ${tenant}`;
    const memory = held.get(name) ?? { counts: null, recent: [] };
    if (!held.has(name) && held.size >= MOST_TENANTS) held.delete(held.keys().next().value!);
    held.set(name, memory);
    return memory;
  }
  return {
    known(tenant, window_ms, at) {
      const { counts } = memoryOf(tenant, window_ms);
      const lastGroup = groups;
      if (counts === null) return { counts, lastGroup };
      if (counts.until > at) return { counts: { ...counts, models: new Map(counts.models) }, lastGroup };
      if (counts.until > counts.at) counts.until = at + COUNTING_MS;
      return { counts: null, lastGroup };
    },
    keep(tenant, window_ms, { counts, lastGroup, taken }) {
      const memory = memoryOf(tenant, window_ms);
      const later = memory.counts !== null && memory.counts.at >= counts.at;
      const missed = later ? [] : memory.recent.filter(({ number }) => number > lastGroup);
      const latest = later ? memory.counts! : counts;
      const models = new Map(latest.models);
      for (const asked of [...missed.map((one) => one.taken), taken])
        for (const [model, before] of asked) addTo(models, model, before);
      memory.counts = { ...latest, models };
      const now = performance.now();
      memory.recent = memory.recent.filter(({ at }) => at > now - LONGEST_COUNT_MS);
      memory.recent.push({ number: ++groups, at: now, taken });
    },
  };
}
