// Everybody forgotten before: what a verification is given of them, and what it is told of those whom nobody can look at any more.
import type { EarlierJob } from '../domain/compute.ts';
import { type KeptProbes, LOOKED_AT_AGAIN, type ProbePlace } from '../domain/kept-probes.ts';
import type { RunDeps } from './deps.ts';
import { shred } from './shred.ts';

type Deps = Pick<RunDeps, 'store' | 'probes' | 'worker' | 'log' | 'clock'>;
interface Opened {
  place: ProbePlace;
  probes: KeptProbes;
}

/** What a job is told, and by which requests each of its people came. */
export interface EarlierPeople {
  job: EarlierJob;
  /** By the number of the person. */
  requests: string[][];
}

/** Records of one person under one number, whichever requests they came by. */
function byPerson(opened: readonly Opened[]): (KeptProbes & { requests: string[] })[] {
  const people = Map.groupBy(opened, ({ place: { run_id, request_id }, probes: { person } }) =>
    person < 0 ? request_id : `${run_id}/${person}`,
  );
  return [...people.values()].map((own, person) => ({
    person,
    records: own.flatMap(({ probes }) => probes.records),
    requests: own.map(({ place }) => place.request_id),
  }));
}

/**
 * Opens what is kept of a sample of the model's earlier requests, those of the run `but` left out, and hands it over in `folder`; null where there were none. Probes that
 * do not open are shredded, and count as such from now on.
 */
export async function earlierPeople(
  deps: Deps,
  of: { tenant: string; model_id: string; but: string | null },
  folder: string,
  seed: number,
): Promise<EarlierPeople | null> {
  const { sample, ...counts } = await deps.store.earlierRequests(of, { most: LOOKED_AT_AGAIN, seed });
  if (counts.requests === 0) return null;
  const opened: Opened[] = [];
  const lost: ProbePlace[] = [];
  for (const { wrapped_key, ...place } of sample) {
    const probes = await deps.probes.open(place, wrapped_key);
    if (probes === null) lost.push(place);
    else opened.push({ place, probes });
  }
  for (const place of lost) {
    deps.log.warn(
      { request_id: place.request_id, run_id: place.run_id },
      'What was kept of somebody forgotten is lost',
    );
    await shred(deps, { tenant: of.tenant, ...place }, 'lost');
  }
  const people = byPerson(opened);
  const handed = people.map(({ person, records }) => ({ person, records }));
  const job = {
    ...counts,
    unobservable_requests: counts.unobservable_requests + lost.length,
    unobservable_since: counts.unobservable_since ?? (lost.length > 0 ? deps.clock().toISOString() : null),
    reverified_requests: opened.length,
    probes: people.length === 0 ? null : await deps.probes.handOver(folder, handed),
  };
  return { job, requests: people.map(({ requests }) => requests) };
}
