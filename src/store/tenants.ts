// Tenants as the tables know them, and what is taken out of these at the end of one.
import { sql } from 'kysely';
import type { OffboardOutcome, TenantStore, TenantSummary } from '../runs/ports.ts';
import { UNCERTIFIED } from './certificates.ts';
import { type Context, type Db, type Trx, transact } from './db.ts';
import { eraseCorpus, eraseModel } from './erase.ts';
import { append } from './ledger.ts';
import { tenantOffboarded } from './offboarded.ts';
import { isOpen, openStates } from './open-requests.ts';

const MOST_NAMED = 10;

async function listTenants(db: Db): Promise<TenantSummary[]> {
  const { rows } = await sql<TenantSummary>`
    select t.tenant_id as tenant,
      (select count(*)::int from models m where m.tenant_id = t.tenant_id and m.deleted_at is null) as models,
      (select count(*)::int from corpora c where c.tenant_id = t.tenant_id and c.deleted_at is null) as corpora,
      (select count(*)::int from deletion_requests r where r.tenant_id = t.tenant_id and r.state in (${openStates})) as open_requests,
      (select count(*)::int from api_keys k where k.tenant_id = t.tenant_id and k.revoked_at is null
        and k.expires_at > clock_timestamp()) as api_keys,
      (select count(*)::int from certificates c where c.tenant_id = t.tenant_id) as certificates,
      (select max(l.at) from ledger l where l.tenant_id = t.tenant_id and l.type = 'tenant.offboarded') as offboarded_at
    from (select tenant_id from ledger union select tenant_id from api_keys union select tenant_id from models
      union select tenant_id from corpora) t
    order by t.tenant_id`.execute(db);
  return rows;
}

async function openOf(db: Db, tenant: string): Promise<string[]> {
  const { rows } = await sql<{ path: string }>`
    select path from (
      select '/v1/deletion-requests/' || id as path from deletion_requests
        where tenant_id = ${tenant} and ${isOpen}
      union all select '/v1/runs/' || id from runs where tenant_id = ${tenant} and finished_at is null
      union all select '/v1/verifications/' || id from verifications where tenant_id = ${tenant} and finished_at is null
      union all select '/v1/deletion-requests/' || request_id from (${UNCERTIFIED}) u where tenant = ${tenant}
    ) needs order by path limit ${MOST_NAMED}`.execute(db);
  return rows.map((row) => row.path);
}

/** Tables whose rows are about people, or are the tenant's secrets and wishes; in the order of their references. */
const EMPTIED = [
  ...[
    'suppressions',
    'idempotency_keys',
    'batch_lines',
    'uploads',
    'webhook_secrets',
    'webhook_events',
    'verification_policies',
  ],
  ...['recipients', 'restriction_subjects', 'restrictions'],
];

/** What came in while the rest went: a call that was let in before had its entry in the ledger first. Ends the transaction. */
class CameMeanwhile extends Error {
  readonly by: string[];
  constructor(by: string[]) {
    super('came meanwhile');
    this.by = by;
  }
}
const TRIES = 3;

/** Paths of what the tenant still has and must not. */
async function leftOf(trx: Trx, tenant: string): Promise<string[]> {
  const { rows } = await sql<{ path: string }>`
    select path from (
      select '/v1/models/' || id as path from models where tenant_id = ${tenant} and deleted_at is null
      union all select '/v1/corpora/' || id from corpora where tenant_id = ${tenant} and deleted_at is null
      union all select '/v1/api-keys/' || id from api_keys where tenant_id = ${tenant} and revoked_at is null
      union all select '/v1/restrictions/' || id from restrictions where tenant_id = ${tenant}
      union all select '/v1/deletion-requests/' || request_id from suppressions where tenant_id = ${tenant}
      union all select '/v1/webhook-endpoints/' || id from webhook_endpoints
        where tenant_id = ${tenant} and deleted_at is null
    ) kept order by path limit ${MOST_NAMED}`.execute(trx);
  return [...rows.map(({ path }) => path), ...(await openOf(trx, tenant))];
}

export async function eraseRest(trx: Trx, tenant: string, at: string): Promise<void> {
  for (const table of EMPTIED) await sql`delete from ${sql.table(table)} where tenant_id = ${tenant}`.execute(trx);
  await sql`
    update webhook_endpoints set deleted_at = ${at}, url = '', description = null
    where tenant_id = ${tenant} and deleted_at is null`.execute(trx);
  // words that people wrote; the ledger has salted digests of them
  await sql`update request_events set reason = '' where tenant_id = ${tenant} and reason is not null`.execute(trx);
  for (const table of ['models', 'corpora'])
    await sql`update ${sql.table(table)} set deletion_reason = null where tenant_id = ${tenant}`.execute(trx);
}

async function offboard(context: Context, trx: Trx, tenant: string, actor: string, evidence: string) {
  const models = trx.selectFrom('models').select('id').where('tenant_id', '=', tenant).where('deleted_at', 'is', null);
  const corpora = trx.selectFrom('corpora').select('id').where('tenant_id', '=', tenant);
  const held = await models.orderBy('id').forUpdate().execute();
  const texts = await corpora.where('deleted_at', 'is', null).orderBy('id').forUpdate().execute();
  const by = await openOf(trx, tenant);
  if (by.length > 0) return { status: 'open', by } as const;
  const at = await context.now(trx);
  const kept = trx.selectFrom('checkpoints').select('digest').distinct().where('tenant_id', '=', tenant);
  const digests = (await kept.where('state', '<>', 'deleted').execute()).map(({ digest }) => digest);
  for (const { id } of held) await eraseModel(trx, { tenant, id }, at);
  for (const { id } of texts) await eraseCorpus(trx, { tenant, id }, at);
  await eraseRest(trx, tenant, at);
  const keys = await sql`
    update api_keys set revoked_at = ${at} where tenant_id = ${tenant} and revoked_at is null`.execute(trx);
  const counts = { models: held.length, corpora: texts.length, api_keys: Number(keys.numAffectedRows ?? 0n) };
  await append(context, trx, { tenant, type: 'tenant.offboarded', actor, data: { ...counts, evidence } });
  // the ledger is locked now: whatever began before is seen, and whatever would begin later sees the entry
  const left = await leftOf(trx, tenant);
  if (left.length > 0) throw new CameMeanwhile(left);
  return { status: 'done', digests, counts } as const;
}

export const tenantsStore = (context: Context): TenantStore => ({
  listTenants: () => listTenants(context.db),
  openOfTenant: (tenant) => openOf(context.db, tenant),
  async refuseOffboarded(tenant) {
    const { rows } = await sql`
      select from ledger where type = 'tenant.offboarded' and tenant_id = ${tenant} limit 1`.execute(context.db);
    if (rows.length > 0) throw tenantOffboarded(tenant);
  },
  async offboardTenant(tenant, actor, evidence): Promise<OffboardOutcome> {
    const known = (await listTenants(context.db)).some((one) => one.tenant === tenant);
    if (!known) return { status: 'unknown' };
    for (let tries = 1; ; tries++) {
      try {
        return await transact(context, (trx) => offboard(context, trx, tenant, actor, evidence));
      } catch (error) {
        if (!(error instanceof CameMeanwhile)) throw error;
        if (tries === TRIES) return { status: 'open', by: error.by };
      }
    }
  },
});
