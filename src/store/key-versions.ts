// Which subject keys the stored people were keyed with, and what became of these keys. The keys themselves are files.
import { sql } from 'kysely';
import { OPEN_STATES } from '../domain/states.ts';
import type { KeyVersion, SubjectKeyStore, UsedKeyVersion } from '../runs/ports.ts';
import { type Context, transact } from './db.ts';
import { append } from './ledger.ts';

async function listKeyVersions({ db }: Context, tenant: string): Promise<KeyVersion[]> {
  const { rows } = await sql<KeyVersion>`
    select version, max(created_at) as created_at, max(destroyed_at) as destroyed_at, sum(record_keys)::int as record_keys,
      sum(requests)::int as requests, sum(open_requests)::int as open_requests
    from (
      select version, created_at, destroyed_at, 0 as record_keys, 0 as requests, 0 as open_requests
      from subject_key_versions where tenant_id = ${tenant}
      union all
      select key_version, null, null, count(distinct subject_key), 0, 0
      from subject_records where tenant_id = ${tenant} group by key_version
      union all
      select q.key_version, null, null, 0, count(distinct r.id),
        count(distinct r.id) filter (where r.state = any(${[...OPEN_STATES]}::text[]))
      from request_subjects q join deletion_requests r on r.tenant_id = q.tenant_id and r.id = q.request_id
      where q.tenant_id = ${tenant} group by q.key_version
      union all
      select distinct key_version, null::timestamptz, null::timestamptz, 0, 0, 0 from restriction_subjects where tenant_id = ${tenant}
    ) known group by version order by version`.execute(db);
  return rows;
}

export const keyVersionsStore = (context: Context): SubjectKeyStore => ({
  async subjectKeyVersions() {
    const { rows } = await sql<UsedKeyVersion>`
      select u.tenant_id as tenant, u.version, bool_or(v.destroyed_at is not null) as destroyed
      from (
        select tenant_id, key_version as version from subject_records
        union select tenant_id, key_version from request_subjects
        union select tenant_id, key_version from restriction_subjects
        union select tenant_id, version from subject_key_versions where destroyed_at is not null
      ) u
      left join subject_key_versions v on v.tenant_id = u.tenant_id and v.version = u.version
      group by u.tenant_id, u.version order by u.tenant_id, u.version`.execute(context.db);
    return rows;
  },

  destroyedKeyVersions: () =>
    context.db
      .selectFrom('subject_key_versions')
      .select(['tenant_id as tenant', 'version'])
      .where('destroyed_at', 'is not', null)
      .execute(),

  listKeyVersions: (tenant) => listKeyVersions(context, tenant),

  addKeyVersion: (tenant, version, actor) =>
    transact(context, async (trx) => {
      const created_at = await context.now(trx);
      await trx
        .insertInto('subject_key_versions')
        .values({ tenant_id: tenant, version, created_at, destroyed_at: null })
        .execute();
      await append(context, trx, { tenant, type: 'subject_key.rotated', actor, data: { version } });
    }),

  destroyKeyVersion: (tenant, version, actor) =>
    transact(context, async (trx) => {
      const destroyed_at = await context.now(trx);
      const row = await trx
        .insertInto('subject_key_versions')
        .values({ tenant_id: tenant, version, created_at: null, destroyed_at })
        .onConflict((conflict) =>
          conflict
            .columns(['tenant_id', 'version'])
            .doUpdateSet({ destroyed_at })
            .where('subject_key_versions.destroyed_at', 'is', null),
        )
        .returning('version')
        .executeTakeFirst();
      if (!row) return false;
      await append(context, trx, { tenant, type: 'subject_key.destroyed', actor, data: { version } });
      return true;
    }),

  async unlinkableCorpora(tenant, corpora) {
    const query = context.db.selectFrom('subject_key_versions').select('version').where('tenant_id', '=', tenant);
    const destroyed = (await query.where('destroyed_at', 'is not', null).execute()).map(({ version }) => version);
    if (destroyed.length === 0) return 0;
    const { rows } = await sql<{ corpora: number }>`
      select count(*)::int as corpora from unnest(${[...corpora]}::uuid[]) as c (id)
      where exists (
        select from subject_records s
        where s.tenant_id = ${tenant} and s.corpus_id = c.id and s.key_version = any(${destroyed}::int[]))`.execute(
      context.db,
    );
    return rows[0]!.corpora;
  },

  async mixesKeyVersions(tenant, corpora) {
    const rotated = context.db.selectFrom('subject_key_versions').select('version').where('tenant_id', '=', tenant);
    // without a rotation there is one version, and no record has to be looked at
    if ((await rotated.limit(1).executeTakeFirst()) === undefined) return false;
    const { rows } = await sql<{ versions: number }>`
      select count(distinct key_version)::int as versions from subject_records
      where tenant_id = ${tenant} and corpus_id = any(${[...corpora]}::uuid[])`.execute(context.db);
    return rows[0]!.versions > 1;
  },
});
