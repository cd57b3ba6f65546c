// Monitoring counts the requests that have not ended, which are few beside those that have.
import { type Kysely, sql } from 'kysely';

const OPEN = [
  ...['received', 'awaiting_verification', 'awaiting_approval', 'on_hold', 'queued'],
  ...['unlearning', 'verifying', 'awaiting_promotion'],
];

export async function up(db: Kysely<unknown>): Promise<void> {
  const states = sql.join(OPEN.map((state) => sql.lit(state)));
  await sql`
    create index deletion_requests_open on deletion_requests (due_at) include (state, received_at)
    where state in (${states})`.execute(db);
}
