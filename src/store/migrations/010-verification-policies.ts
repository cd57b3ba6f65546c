// Which thresholds verifications follow, by model or, without one, for all models of a tenant. A version is never changed.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`create table verification_policies (
    tenant_id text not null,
    model_id uuid,
    version integer not null check (version > 0),
    policy jsonb not null,
    created_at timestamptz(3) not null,
    unique nulls not distinct (tenant_id, model_id, version),
    foreign key (tenant_id, model_id) references models (tenant_id, id)
  )`)
    .execute(db);
}
