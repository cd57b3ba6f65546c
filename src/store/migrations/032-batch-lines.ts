// Which lines of a batch with an Idempotency-Key were taken in: a call that broke off half way goes on where it did.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table batch_lines (
      tenant_id text not null,
      -- keyed digest of key and call
      call text not null,
      line integer not null,
      request_id uuid not null,
      state text not null,
      expires_at timestamptz(3) not null,
      primary key (tenant_id, call, line)
    )`.execute(db);
  await sql`create index batch_lines_expiry on batch_lines (expires_at)`.execute(db);
}
