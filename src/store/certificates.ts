// Certificates: one a target, or one a request that found no data anywhere.
import { sql } from 'kysely';
import type { Certificate } from '../domain/resources.ts';
import { certificateDigest } from '../evidence/recorded.ts';
import type { Store } from '../runs/ports.ts';
import { beyond, type Context, type Trx, toPage, transact } from './db.ts';
import { append } from './ledger.ts';
import { lockRequests, refreshRequests } from './targets.ts';

const COLUMNS = ['id', 'request_id', 'target_id', 'run_id', 'kid', 'jws', 'revoked_at', 'created_at'] as const;

/** It may have been rolled back since it was found without a certificate. The caller holds the request's lock. */
async function isStillDone(
  trx: Trx,
  tenant: string,
  { request_id, target_id, run_id }: Pick<Certificate, 'request_id' | 'target_id' | 'run_id'>,
) {
  const query = trx.selectFrom('request_targets').select(['state', 'run_id']).where('tenant_id', '=', tenant);
  // a rollback gives targets to a request that had found nothing
  if (target_id === null)
    return (await query.where('request_id', '=', request_id).limit(1).executeTakeFirst()) === undefined;
  const target = await query.where('id', '=', target_id).executeTakeFirst();
  return target?.run_id === run_id && (target.state === 'completed' || target.state === 'completed_no_data');
}

type Uncertified = Awaited<ReturnType<Store['uncertified']>>[number];

/** What is done and has no certificate yet: it is made of models and corpora as they are. */
export const UNCERTIFIED = sql`
  select t.tenant_id as tenant, t.request_id, t.id as target_id, t.run_id, t.model_id
  from request_targets t
  where t.state in ('completed', 'completed_no_data') and not exists (
    select from certificates c where c.tenant_id = t.tenant_id and c.request_id = t.request_id and c.target_id = t.id
      and c.revoked_at is null)
  union all
  select r.tenant_id, r.id, null, null, null
  from deletion_requests r
  where r.state = 'completed_no_data'
    and not exists (select from request_targets t where t.tenant_id = r.tenant_id and t.request_id = r.id)
    and not exists (select from certificates c where c.tenant_id = r.tenant_id and c.request_id = r.id)`;

export const certificatesStore = (
  context: Context,
): Pick<Store, 'saveCertificate' | 'getCertificate' | 'listCertificates' | 'hasCertificates' | 'uncertified'> => ({
  // the first one counts: two workers may certify the same target at once
  saveCertificate: (tenant, certificate) =>
    transact(context, async (trx) => {
      await lockRequests(trx, tenant, [certificate.request_id]);
      if (!(await isStillDone(trx, tenant, certificate))) return;
      const saved = await trx
        .insertInto('certificates')
        .values({ tenant_id: tenant, ...certificate })
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .executeTakeFirst();
      if (!saved) return;
      await refreshRequests(trx, tenant, [certificate.request_id], await context.now(trx));
      const { id, request_id, target_id, run_id, kid, jws } = certificate;
      const data = { certificate_id: id, request_id, target_id, run_id, kid, digest: certificateDigest(jws) };
      await append(context, trx, { tenant, type: 'certificate.issued', actor: 'service', data });
    }),

  async getCertificate(tenant, id) {
    const query = context.db.selectFrom('certificates').select(COLUMNS).where('tenant_id', '=', tenant);
    return (await query.where('id', '=', id).executeTakeFirst()) ?? null;
  },

  async listCertificates(tenant, query) {
    const rows = await context.db
      .selectFrom('certificates')
      .select(COLUMNS)
      .where('tenant_id', '=', tenant)
      .$if(query.request_id !== undefined, (q) => q.where('request_id', '=', query.request_id!))
      .$if(query.after !== undefined, (q) => q.where(beyond('created_at', query.after!)))
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(query.limit + 1)
      .execute();
    return toPage(rows, query, (row) => row.created_at);
  },

  hasCertificates: async () =>
    (await context.db.selectFrom('certificates').select('id').limit(1).executeTakeFirst()) !== undefined,

  async uncertified({ run_id = null, after = null, limit = null } = {}) {
    const { rows } = await sql<Uncertified>`
      select tenant, request_id, target_id, run_id from (${UNCERTIFIED}) u
      where (${run_id}::uuid is null or run_id = ${run_id}) and (${after}::uuid is null or request_id > ${after})
      order by request_id, target_id limit ${limit}`.execute(context.db);
    return rows;
  },
});
