// What the entries of a ledger must not say after a soak. Pure.
import type { LedgerEntry } from '../../src/runs/ports.ts';

type Entry = Pick<LedgerEntry, 'type' | 'data'>;

/** How often an entry of that type names the request. */
function countBy(entries: readonly Entry[], type: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const entry of entries) {
    if (entry.type !== type) continue;
    const id = String(entry.data.request_id);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

const moreThanOnce = (what: string, counts: ReadonlyMap<string, number>): string[] =>
  [...counts].flatMap(([id, count]) => (count > 1 ? [`${what} ${count} times: ${id}`] : []));

/** Runs and the requests of each model, as published. */
function publications(entries: readonly Entry[]): string[] {
  const [runs, requests] = [new Map<string, number>(), new Map<string, number>()];
  const heads = new Map<string, string>();
  const broken: string[] = [];
  for (const { type, data } of entries) {
    if (type !== 'run.published') continue;
    const { run_id, model_id, parent, checkpoint, verdict } = data as Record<string, string>;
    runs.set(run_id!, (runs.get(run_id!) ?? 0) + 1);
    for (const id of data.request_ids as string[]) {
      const name = `${id} of model ${model_id}`;
      requests.set(name, (requests.get(name) ?? 0) + 1);
    }
    if (verdict !== 'passed') broken.push(`published with verdict ${verdict}: run ${run_id}`);
    const head = heads.get(model_id!);
    if (head !== undefined && head !== parent) broken.push(`published beside the line of its model: run ${run_id}`);
    heads.set(model_id!, checkpoint!);
  }
  return [...broken, ...moreThanOnce('published', runs), ...moreThanOnce('completed', requests)];
}

/** What happened more often than once, or beside the line of its model; nothing where all is well. */
export function doubles(entries: readonly Entry[]): string[] {
  const once = ['request.created', 'request.cancelled', 'request.denied', 'request.verified'];
  return [...once.flatMap((type) => moreThanOnce(type, countBy(entries, type))), ...publications(entries)];
}
