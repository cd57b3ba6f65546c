// Requests that found nothing because of a publication which is taken back: they are open again.
import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Trx } from './db.ts';
import { isGone, takesExact, trainingsWithout } from './left-out.ts';
import { placesOfRequest } from './request-places.ts';
import { lockRequests, refreshRequests } from './targets.ts';

interface Wish {
  tenant: string;
  model_id: string;
  run_id: string;
  /** When the run was published. */
  since: string;
  reason: string;
  at: string;
}
interface Relied {
  request_id: string;
  /** Null: the request did not find this model. */
  target_id: string | null;
  records: number;
}

/**
 * Ended since, `completed_no_data`, about records that the run had removed, or, of requests that take exact removal alone, that it was the
 * first to leave out of a training; or taken in since for every model that knows the person, and this one did not: no target was made for
 * it. Call it while the run is published, before its records are taken out of `erased_records`.
 */
async function relied(trx: Trx, { tenant, model_id, run_id, since }: Wish): Promise<Relied[]> {
  const { rows } = await sql<Relied>`
    select r.id as request_id, t.id as target_id, count(distinct (s.corpus_id, s.ordinal))::int as records
    from deletion_requests r
    left join request_targets t on t.tenant_id = r.tenant_id and t.request_id = r.id and t.model_id = ${model_id}
    cross join lateral ${placesOfRequest('r', 'id')} s
    join erased_records e on e.tenant_id = r.tenant_id and e.model_id = ${model_id} and e.corpus_id = s.corpus_id
      and e.ordinal = s.ordinal and (e.run_id = ${run_id} or (${sql.raw(takesExact('r.method'))}
        and ${sql.raw(isGone('e', 'r.method'))} and not exists (${sql.raw(trainingsWithout('e'))} and x.id <> ${run_id})))
    where r.tenant_id = ${tenant} and coalesce(t.updated_at, r.received_at) >= ${since}
      and (t.state = 'completed_no_data' or (t.id is null and (r.state = 'completed_no_data'
        or (r.every_model and r.state not in ('denied', 'cancelled')))))
    group by r.id, t.id order by r.id`.execute(trx);
  return rows;
}

/** Opens them for review; returns the requests. */
export async function reopenRelied(trx: Trx, wish: Wish): Promise<string[]> {
  const { tenant, model_id, reason, at } = wish;
  const found = await relied(trx, wish);
  const requests = [...new Set(found.map((one) => one.request_id))];
  if (requests.length === 0) return [];
  await lockRequests(trx, tenant, requests);
  for (const { request_id, target_id, records } of found) {
    const now = { state: 'needs_review' as const, reason, records, updated_at: at };
    if (target_id === null)
      await trx
        .insertInto('request_targets')
        .values({
          ...{ id: uuid(), tenant_id: tenant, request_id, model_id, run_id: null, approved_steps: null },
          ...{ split_of: null, split_part: null, approved_checkpoint: null, ...now },
        })
        .execute();
    else
      await trx
        .updateTable('request_targets')
        .set(now)
        .where('tenant_id', '=', tenant)
        .where('id', '=', target_id)
        .execute();
  }
  await refreshRequests(trx, tenant, requests, at);
  return requests;
}
