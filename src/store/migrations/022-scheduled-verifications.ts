// Verifications that the schedule of a policy asks for: of the checkpoint in use, about everybody forgotten of whom something is kept.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `alter table verifications drop constraint verifications_asks_check`,
  `alter table verifications add constraint verifications_asks_check check (asks in ('subject', 'records', 'earlier'))`,
  `alter table verifications alter column against_checkpoint_id drop not null`,
  `alter table verifications add check ((asks = 'earlier') = (against_checkpoint_id is null))`,
  `alter table verifications add column came_back jsonb`,
  `alter table verifications add check ((asks = 'earlier' and state = 'done') = (came_back is not null))`,
  // whoever queues: one at a time for a model
  `create unique index verifications_earlier_open on verifications (tenant_id, model_id)
    where asks = 'earlier' and state in ('queued', 'running')`,
  `create index verifications_earlier on verifications (tenant_id, model_id, checkpoint_id, finished_at)
    where asks = 'earlier'`,
];
