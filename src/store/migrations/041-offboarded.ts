// Whether a tenant was off-boarded is asked at the door and by whatever begins something; the ledger of a tenant is long.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index ledger_offboarded on ledger (tenant_id) where type = 'tenant.offboarded'`.execute(db);
}
