// Ends what is kept of the forgotten: the key first, so that the ledger never says `shredded` of something that still opens.
import type { ProbePlace } from '../domain/kept-probes.ts';
import type { RunDeps } from './deps.ts';

type ShredDeps = Pick<RunDeps, 'store' | 'probes' | 'worker' | 'log'>;

/** False where the key was gone already. Killed in between, the next sweep removes the file. */
export async function shred(
  { store, probes, worker, log }: ShredDeps,
  place: ProbePlace & { tenant: string },
  why: 'expired' | 'lost',
): Promise<boolean> {
  const done = await store.shredProbes(place, worker, why);
  await probes.remove(place);
  const { request_id, model_id } = place;
  if (done) log.info({ request_id, model_id, why }, 'What was kept of somebody forgotten was shredded');
  return done;
}

/** Shreds whatever ran out, and removes files that nothing can open. */
export async function shredExpired(deps: ShredDeps): Promise<void> {
  for (const place of await deps.store.expiredProbes()) await shred(deps, place, 'expired');
  await deps.probes.sweep((files) => deps.store.neededProbes(files));
}
