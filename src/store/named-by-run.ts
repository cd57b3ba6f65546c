// The train records of a run's model that its requests are about.
import { type RawBuilder, sql } from 'kysely';
import type { Claim } from '../runs/ports.ts';
import { placesOfRequest } from './request-places.ts';

/** A table of (corpus_id, ordinal), each once; whether they were erased before is left to the caller. */
export const namedByRun = ({
  tenant,
  model,
  run,
}: Pick<Claim, 'tenant' | 'model' | 'run'>): RawBuilder<{ corpus_id: string; ordinal: number }> => sql`(
    select distinct s.corpus_id, s.ordinal
    from run_targets t
    cross join lateral ${placesOfRequest('t')} s
    join model_corpora mc on mc.tenant_id = t.tenant_id and mc.corpus_id = s.corpus_id
      and mc.model_id = ${model.id} and mc.role = 'train' and s.ordinal < mc.records
    where t.tenant_id = ${tenant} and t.run_id = ${run.id})`;
