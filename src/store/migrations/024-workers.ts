// Workers say that they are there, so that readiness and monitoring can tell when nobody works.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table workers (
      worker text primary key,
      tasks text not null check (tasks in ('all', 'runs', 'webhooks')),
      backend text not null,
      device text not null,
      gpus jsonb not null,
      seen_at timestamptz not null
    )`.execute(db);
}
