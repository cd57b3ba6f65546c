// What was last found of a checkpoint: by the run that published it, or by a verification that somebody asked for.
import { type RawBuilder, sql } from 'kysely';
import type { LastVerification } from '../domain/checkpoint.ts';

/** `of`: columns of a row that names a checkpoint. Null where nobody has verified it. */
export function lastVerification(of: {
  tenant: string;
  model: string;
  digest: string;
}): RawBuilder<LastVerification | null> {
  const [tenant, model, digest] = [sql.ref(of.tenant), sql.ref(of.model), sql.ref(of.digest)];
  const done = sql`
    verifications v where v.tenant_id = ${tenant} and v.model_id = ${model} and v.checkpoint_id = ${digest}
      and v.state = 'done'`;
  return sql`(
    select jsonb_build_object('verdict', l.verdict, 'verification_id', l.verification_id, 'run_id', l.run_id,
      'finished_at', to_char(l.finished_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'failing', (select count(*) from (
        select distinct on (v.query_digest) v.verdict from ${done} order by v.query_digest, v.finished_at desc, v.id desc
      ) latest where latest.verdict = 'failed'))
    from (
      select v.verdict, v.finished_at, v.id as verification_id, null::uuid as run_id from ${done}
      union all
      select r.verdict, r.finished_at, null, r.id from runs r
      where r.tenant_id = ${tenant} and r.model_id = ${model} and r.candidate = ${digest} and r.state = 'published'
    ) l order by l.finished_at desc, l.verification_id desc nulls last limit 1)`;
}
