// Earlier runs of a model, as the store has measured them: what a run of it is thought to take.
import pg from 'pg';
import type { TestService } from './service.ts';

export async function sqlOf({ deps }: Pick<TestService, 'deps'>, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: deps.config.databaseUrl! });
  await client.connect();
  await client.query(text).finally(() => client.end());
}

/** So many, of an hour each. */
export const measuredRuns = (service: Pick<TestService, 'deps'>, modelId: string, runs: number): Promise<void> =>
  sqlOf(
    service,
    `with made as (
      insert into runs (id, tenant_id, model_id, state, plan, parent, counts, progress, restarts, fence, version,
        created_at, started_at, finished_at, updated_at)
      select gen_random_uuid(), m.tenant_id, m.id, 'needs_review', '[]', m.active, '{"people": 1, "requests": 1}', '{}', 0, 1, 1,
        now(), now(), now(), now() from models m, generate_series(1, ${runs}) where m.id = '${modelId}' returning id, tenant_id)
    insert into run_attempts (tenant_id, run_id, position, attempt)
    select tenant_id, id, 0, '{"seconds": {"unlearning": 3000, "verifying": 600}}' from made`,
  );
