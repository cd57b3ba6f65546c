// Restrictions of processing: rows that everything which reads records leaves out by.
import { hash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Restriction } from '../domain/restriction.ts';
import type { NewRestriction, RecordPlace, RestrictionStore } from '../runs/ports.ts';
import { type Context, type Db, type Trx, toPage, transact } from './db.ts';
import { append } from './ledger.ts';
import { placeRows, restrictedOf } from './sets-tables.ts';

const STATE = sql`case when r.lifted_at is not null then 'lifted' when r.ending_at is not null then 'ending' else 'active' end`;
const COLUMNS = sql`
  r.id, r.request_id, r.ground, r.reason, r.created_by, r.created_at, r.ending_at, r.informed_at, r.lifted_at, r.lifted_by,
  r.lift_reason, ${STATE} as state,
  (select coalesce(array_agg(distinct s.type order by s.type), '{}') from restriction_subjects s
    where s.tenant_id = r.tenant_id and s.restriction_id = r.id) as identifier_types`;

async function load(db: Db, tenant: string, id: string): Promise<Restriction | null> {
  const { rows } = await sql<Restriction>`
    select ${COLUMNS} from restrictions r where r.tenant_id = ${tenant} and r.id = ${id}`.execute(db);
  return rows[0] ?? null;
}

/** The ledger has a digest of words that can be erased. */
function salted(reason: string) {
  const salt = randomBytes(16).toString('hex');
  return { salt, reason_digest: `sha256:${hash('sha256', `${salt} ${reason}`)}` };
}

async function place(context: Context, trx: Trx, { id, tenant, of, ground, reason, actor }: NewRestriction) {
  const at = await context.now(trx);
  const { salt, reason_digest } = salted(reason);
  const request_id = 'request_id' in of ? of.request_id : null;
  if (request_id !== null) {
    const query = trx.selectFrom('request_subjects').select('subject_key').where('tenant_id', '=', tenant);
    const named = await query.where('request_id', '=', request_id).limit(1).executeTakeFirst();
    if (named === undefined) return { status: 'nobody' } as const;
  }
  await sql`
    insert into restrictions (id, tenant_id, request_id, ground, reason, salt, created_by, created_at)
    values (${id}, ${tenant}, ${request_id}, ${ground}, ${reason}, ${salt}, ${actor}, ${at})`.execute(trx);
  if ('subjects' in of)
    await trx
      .insertInto('restriction_subjects')
      .values(
        of.subjects.map(({ key, ...rest }) => ({ tenant_id: tenant, restriction_id: id, subject_key: key, ...rest })),
      )
      .execute();
  else
    await sql`
      insert into restriction_subjects (tenant_id, restriction_id, subject_key, type, key_version, normaliser_version)
      select tenant_id, ${id}, subject_key, type, key_version, normaliser_version
      from request_subjects where tenant_id = ${tenant} and request_id = ${request_id}`.execute(trx);
  const data = { restriction_id: id, request_id, ground, reason_digest };
  await append(context, trx, { tenant, type: 'restriction.placed', actor, data });
  return { status: 'placed', restriction: (await load(trx, tenant, id))! } as const;
}

async function lift(
  context: Context,
  trx: Trx,
  [tenant, id, { actor, reason, informed_at, check }]: Parameters<RestrictionStore['liftRestriction']>,
): Promise<Restriction | null> {
  const { rows } = await sql`
    select id from restrictions where tenant_id = ${tenant} and id = ${id} for update`.execute(trx);
  if (rows.length === 0) return null;
  const present = (await load(trx, tenant, id))!;
  // asked for again, nothing is told again
  if (present.state === 'lifted' || (informed_at === null && present.state === 'ending')) return present;
  check?.(present);
  const at = await context.now(trx);
  const { salt, reason_digest } = salted(reason);
  await sql`
    update restrictions set lift_reason = ${reason}, lift_salt = ${salt}, informed_at = ${informed_at},
      ending_at = coalesce(ending_at, ${at}),
      lifted_at = ${informed_at === null ? null : at}, lifted_by = ${informed_at === null ? null : actor}
    where tenant_id = ${tenant} and id = ${id}`.execute(trx);
  const type = informed_at === null ? 'restriction.ending' : 'restriction.lifted';
  const data = { restriction_id: id, request_id: present.request_id, informed_at, reason_digest };
  await append(context, trx, { tenant, type, actor, data });
  return load(trx, tenant, id);
}

interface Ended {
  tenant: string;
  id: string;
  request_id: string;
  done: boolean;
}

/** Of requests that are over. Where the person was forgotten everywhere there is nothing left to restrict; else they have to be told first. */
async function end(context: Context, trx: Trx, actor: string): Promise<number> {
  const { rows } = await sql<Ended>`
    select r.tenant_id as tenant, r.id, r.request_id,
      d.state in ('completed', 'completed_no_data') as done
    from restrictions r join deletion_requests d on d.tenant_id = r.tenant_id and d.id = r.request_id
    where r.lifted_at is null and (d.state in ('completed', 'completed_no_data')
      or (r.ending_at is null and d.state in ('partially_completed', 'denied', 'cancelled')))
    order by r.id for update of r skip locked`.execute(trx);
  const at = await context.now(trx);
  for (const { tenant, id, request_id, done } of rows) {
    await sql`
      update restrictions set ending_at = coalesce(ending_at, ${at}), lifted_at = ${done ? at : null},
        lifted_by = ${done ? actor : null}
      where tenant_id = ${tenant} and id = ${id}`.execute(trx);
    const type = done ? 'restriction.lifted' : 'restriction.ending';
    await append(context, trx, { tenant, type, actor, data: { restriction_id: id, request_id, informed_at: null } });
  }
  return rows.length;
}

export const restrictionsStore = (context: Context): RestrictionStore => ({
  placeRestriction: (wanted) => transact(context, (trx) => place(context, trx, wanted)),
  liftRestriction: (...input) => transact(context, (trx) => lift(context, trx, input)),
  getRestriction: (tenant, id) => load(context.db, tenant, id),

  async listRestrictions(tenant, query) {
    const { after, state } = query;
    const { rows } = await sql<Restriction>`
      select ${COLUMNS} from restrictions r where r.tenant_id = ${tenant}
        ${state === undefined ? sql`` : sql`and ${STATE} = ${state}`}
        ${after === undefined ? sql`` : sql`and (r.created_at, r.id) < (${after.created_at}::timestamptz, ${after.id}::uuid)`}
      order by r.created_at desc, r.id desc limit ${query.limit + 1}`.execute(context.db);
    return toPage(rows, query, (row) => row.created_at);
  },

  async restrictedKeys(tenant, keys) {
    if (keys.length === 0) return new Set();
    const { rows } = await sql<{ subject_key: string }>`
      select distinct subject_key from (${restrictedOf(tenant)}) r
      where subject_key = any(${[...keys]}::text[])`.execute(context.db);
    return new Set(rows.map((row) => row.subject_key));
  },

  async restrictedAmong(tenant, places) {
    if (places.length === 0) return [];
    const { rows } = await sql<RecordPlace>`
      select distinct g.corpus_id, g.ordinal from ${placeRows(places)}
      join record_subjects s on s.tenant_id = ${tenant} and s.corpus_id = g.corpus_id and s.ordinal = g.ordinal
      where s.subject_key in (${restrictedOf(tenant)})`.execute(context.db);
    return rows;
  },

  async restrictedIn(tenant, corpora) {
    const { rows } = await sql<{ corpus_id: string; ordinals: number[] }>`
      select s.corpus_id, array_agg(distinct o.ordinal order by o.ordinal) as ordinals
      from subject_records s cross join lateral unnest(s.ordinals) as o (ordinal)
      where s.tenant_id = ${tenant} and s.corpus_id = any(${[...corpora]}::uuid[])
        and s.subject_key in (${restrictedOf(tenant)})
      group by s.corpus_id order by s.corpus_id`.execute(context.db);
    return Object.fromEntries(rows.map(({ corpus_id, ordinals }) => [corpus_id, ordinals]));
  },

  endRestrictions: (actor) => transact(context, (trx) => end(context, trx, actor)),
});
