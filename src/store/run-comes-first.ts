// What waits until a model has no run.
import { type RawBuilder, sql } from 'kysely';

/** Whether a run of the model is under way or waited for. `tenant` and `model` name columns. */
export function runComesFirst(tenant: string, model: string): RawBuilder<boolean> {
  const [ofTenant, ofModel] = [sql.ref(tenant), sql.ref(model)];
  return sql<boolean>`(
    exists (select from runs r where r.tenant_id = ${ofTenant} and r.model_id = ${ofModel}
      and r.state in ('planned', 'unlearning', 'verifying'))
    or exists (select from request_targets t where t.tenant_id = ${ofTenant} and t.model_id = ${ofModel}
      and t.state = 'queued' and t.run_id is null))`;
}
