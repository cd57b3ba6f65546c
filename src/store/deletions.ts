// What entries of the ledger deleted, in a form that can be applied to an older state of this database.
import { sql } from 'kysely';
import type { Deleted, Deletion, DeletionBatch, LedgerHead } from '../domain/backup.ts';
import type { DeletionEntry } from '../domain/deletion-entry.ts';
import type { DeletionsStore, LedgerEntry } from '../runs/ports.ts';
import type { Context, Trx } from './db.ts';
import { readEntries } from './ledger.ts';

/** Entries that one batch, and so one line of the list, is made of. */
const ENTRIES = 2000;

/** The request as it is now, whole: where it is missing from a backup it is taken in again. */
async function requestsOf(trx: Trx, ids: readonly string[]): Promise<Deletion[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<Omit<Deleted<'request'>, 'what'>>`
    select r.tenant_id as tenant, to_jsonb(r) as request,
      (select coalesce(jsonb_agg(to_jsonb(q) - 'tenant_id' - 'request_id' order by q.subject_key), '[]')
        from request_subjects q where q.tenant_id = r.tenant_id and q.request_id = r.id) as subjects,
      (select coalesce(jsonb_agg(jsonb_build_object('corpus_id', p.corpus_id, 'ordinal', p.ordinal)
        order by p.corpus_id, p.ordinal), '[]')
        from request_records p where p.tenant_id = r.tenant_id and p.request_id = r.id) as records,
      (select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'model_id', t.model_id, 'state', t.state,
        'records', t.records) order by t.id), '[]')
        from request_targets t where t.tenant_id = r.tenant_id and t.request_id = r.id) as targets,
      (select to_jsonb(o) - 'tenant_id' - 'request_id'
        from opendsr_requests o where o.tenant_id = r.tenant_id and o.request_id = r.id) as opendsr,
      (select to_jsonb(min(s.added_at)) #>> '{}'
        from suppressions s where s.tenant_id = r.tenant_id and s.request_id = r.id) as suppressed_at
    from deletion_requests r where r.id = any(${[...ids]}::uuid[]) order by r.received_at, r.id`.execute(trx);
  return rows.map((row) => ({ what: 'request', ...row }));
}

/** Keys of what was shredded: an entry names request and run. */
async function shreddedKeys(trx: Trx, entries: readonly LedgerEntry[]): Promise<Deletion[]> {
  const runs = entries.filter(({ type }) => type === 'probes.shredded').map(({ data }) => String(data.run_id));
  if (runs.length === 0) return [];
  const query = trx.selectFrom('kept_probes').select(['tenant_id as tenant', 'key_id']).where('run_id', 'in', runs);
  const rows = await query.where('shredded_at', 'is not', null).execute();
  return rows.map((row) => ({ what: 'probes', ...row }));
}

/** Restrictions as they are now: one that was placed since must hold again, one that was lifted must not. */
async function restrictionsOf(trx: Trx, ids: readonly string[]): Promise<Deletion[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<Omit<Deleted<'restriction'>, 'what'>>`
    select r.tenant_id as tenant, to_jsonb(r) as restriction,
      (select coalesce(jsonb_agg(to_jsonb(s) order by s.subject_key), '[]') from restriction_subjects s
        where s.tenant_id = r.tenant_id and s.restriction_id = r.id) as subjects
    from restrictions r where r.id = any(${[...ids]}::uuid[]) order by r.created_at, r.id`.execute(trx);
  return rows.map((row) => ({ what: 'restriction', ...row }));
}

/** Records whose text is gone, of the requests that they were destroyed for. */
async function textsOf(trx: Trx, entries: readonly LedgerEntry[]): Promise<Deletion[]> {
  const requests = entries.filter(({ type }) => type === 'records.erased').map(({ data }) => String(data.request_id));
  if (requests.length === 0) return [];
  const { rows } = await sql<DeletionEntry>`
    select 1 as version, tenant_id as tenant, corpus_id, request_id as deletion_request_id,
      to_jsonb(max(erased_at)) #>> '{}' as erased_at,
      jsonb_agg(jsonb_build_object('ordinal', ordinal, 'digest', digest) order by ordinal) as records
    from destroyed_records where request_id = any(${requests}::uuid[]) and erased_at is not null
    group by tenant_id, corpus_id, request_id order by request_id, corpus_id`.execute(trx);
  return rows.map((entry) => ({ what: 'text', tenant: entry.tenant, entry }));
}

const BY_ENTRY: Record<string, (entry: LedgerEntry) => Deletion | []> = {
  'checkpoint.deleted': ({ tenant, data }) => ({ what: 'checkpoint', tenant, ...checkpointIn(data) }),
  'reference.deleted': ({ tenant, data }) =>
    data.files_kept === true ? [] : { what: 'checkpoint', tenant, ...checkpointIn(data) },
  'model.deleted': ({ tenant, data }) => ({ what: 'model', tenant, model_id: String(data.model_id) }),
  'corpus.deleted': ({ tenant, data }) => ({ what: 'corpus', tenant, corpus_id: String(data.corpus_id) }),
  'tenant.offboarded': ({ tenant }) => ({ what: 'tenant', tenant }),
  'subject_key.destroyed': ({ tenant, data }) => ({ what: 'subject_key', tenant, version: Number(data.version) }),
  'api-key.revoked': ({ tenant, data, at }) => ({ what: 'api_key', tenant, key_id: String(data.key_id), at }),
};
const checkpointIn = (data: LedgerEntry['data']) => ({
  model_id: String(data.model_id),
  digest: String(data.digest),
});

/** Requests that an entry names: whatever became of them since is read from their rows. */
function requestsIn({ type, data }: LedgerEntry): string[] {
  if (!/^(request|run)\./.test(type)) return [];
  const many = Array.isArray(data.request_ids) ? (data.request_ids as string[]) : [];
  return typeof data.request_id === 'string' ? [data.request_id, ...many] : many;
}

async function batchAfter(context: Context, trx: Trx, from: number): Promise<DeletionBatch | null> {
  const entries = await readEntries(trx, { after: from, limit: ENTRIES });
  const last = entries.at(-1);
  const [first] = await readEntries(trx, { limit: 1 });
  if (last === undefined || first === undefined) return null;
  const requests = [...new Set(entries.flatMap(requestsIn))];
  const named = entries.flatMap((entry) => BY_ENTRY[entry.type]?.(entry) ?? []);
  const placed = entries
    .filter(({ type }) => type.startsWith('restriction.'))
    .map(({ data }) => String(data.restriction_id));
  const deletions = [
    ...[...(await requestsOf(trx, requests)), ...named],
    ...(await textsOf(trx, entries)),
    ...[...(await restrictionsOf(trx, [...new Set(placed)])), ...(await shreddedKeys(trx, entries))],
  ];
  const ledger: LedgerHead = { first: first.hash, size: last.seq, head: last.hash };
  return { from, ledger, made_at: await context.now(trx), deletions };
}

export const deletionsStore = (context: Context): DeletionsStore => ({
  deletionsAfter: (from) =>
    context.db
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute((trx) => batchAfter(context, trx, from)),

  async ledgerContinues({ size, head }) {
    const [entry] = await readEntries(context.db, { after: size - 1, limit: 1 });
    return entry?.seq === size && entry.hash === head;
  },
});
