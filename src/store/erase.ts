// What goes with a model or a corpus. The rows of what was decided stay (runs, requests, certificates, the ledger); files are left to the
// sweep, which removes what nothing names any more.
import { sql } from 'kysely';
import type { Trx } from './db.ts';
import { aboutCorpora, lookNow } from './erasure-looks.ts';

interface Named {
  tenant: string;
  id: string;
}

/** Every checkpoint is due for deletion, and nothing that holds content of the model or of its people is kept. */
export async function eraseModel(trx: Trx, { tenant, id }: Named, at: string): Promise<void> {
  await sql`
    update checkpoints set state = 'retained', delete_after = ${at}
    where tenant_id = ${tenant} and model_id = ${id} and state <> 'deleted'`.execute(trx);
  await sql`
    delete from vault_keys v using kept_probes k
    where k.tenant_id = ${tenant} and k.model_id = ${id} and v.tenant_id = k.tenant_id and v.id = k.key_id`.execute(
    trx,
  );
  await sql`
    update kept_probes set shredded_at = ${at}
    where tenant_id = ${tenant} and model_id = ${id} and shredded_at is null`.execute(trx);
  const own = sql`select corpus_id from model_corpora where tenant_id = ${tenant} and model_id = ${id}`;
  await lookNow(trx, tenant, at, aboutCorpora(own));
  // in the order of their references
  for (const table of [
    ...(['probes', 'influence_analyses', 'verification_policies', 'retrained_references'] as const),
    ...(['erased_records', 'model_corpora'] as const),
  ])
    await trx.deleteFrom(table).where('tenant_id', '=', tenant).where('model_id', '=', id).execute();
  await sql`update models set deleted_at = ${at}, updated_at = ${at} where tenant_id = ${tenant} and id = ${id}`.execute(
    trx,
  );
}

/** Nobody is found in it any more. Its text is a file, and goes after this is committed. */
export async function eraseCorpus(trx: Trx, { tenant, id }: Named, at: string): Promise<void> {
  await lookNow(trx, tenant, at, aboutCorpora(sql`select ${id}::uuid`));
  await sql`
    delete from vault_keys v using erasure_prints p
    where p.tenant_id = ${tenant} and p.corpus_id = ${id} and v.tenant_id = p.tenant_id and v.id = p.key_id`.execute(
    trx,
  );
  for (const table of [
    ...(['record_ids', 'subject_records', 'subject_links', 'request_records'] as const),
    ...(['destroyed_records', 'erasure_prints'] as const),
  ])
    await trx.deleteFrom(table).where('tenant_id', '=', tenant).where('corpus_id', '=', id).execute();
  // rules may hold names
  await sql`
    update corpora set deleted_at = ${at}, subject_rules = null
    where tenant_id = ${tenant} and id = ${id}`.execute(trx);
}
