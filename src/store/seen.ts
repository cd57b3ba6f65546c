// What a checkpoint is known to have been trained on: the records of the models that it belongs to.
import { sql } from 'kysely';
import type { Store } from '../runs/ports.ts';
import type { Context } from './db.ts';
import { trainingsWithout } from './left-out.ts';
import { placesOfRequest } from './request-places.ts';

export const seenStore = ({ db }: Context): Pick<Store, 'recordsSeen'> => ({
  // What a training of the checkpoint's own line left out before a run made it, it has not seen; what a method of steps took from it
  // it has, and of one from outside nobody can say.
  async recordsSeen(tenant, requestId, checkpoint) {
    const { rows } = await sql<{ records: number }>`
      select count(distinct (s.corpus_id, s.ordinal))::integer as records
      from deletion_requests r
      cross join lateral ${placesOfRequest('r', 'id')} s
      join checkpoints c on c.tenant_id = r.tenant_id and c.digest = ${checkpoint}
      join model_corpora mc on mc.tenant_id = c.tenant_id and mc.model_id = c.model_id and mc.corpus_id = s.corpus_id
        and mc.role = 'train'
      where r.tenant_id = ${tenant} and r.id = ${requestId} and s.ordinal < mc.records and not exists (
          select from erased_records e
          where e.tenant_id = c.tenant_id and e.model_id = c.model_id and e.corpus_id = s.corpus_id
            and e.ordinal = s.ordinal and c.run_id is not null and exists (${sql.raw(trainingsWithout('e'))} and exists (
              select from checkpoints made
              where made.tenant_id = x.tenant_id and made.model_id = x.model_id and made.run_id = x.id
                and made.created_at <= c.created_at)))`.execute(db);
    return rows[0]!.records;
  },
});
