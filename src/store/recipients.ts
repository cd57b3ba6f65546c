// Who pulled which checkpoint, and who has heard that it was replaced.
import { sql } from 'kysely';
import type { Recipient } from '../domain/recipient.ts';
import type { RecipientStore } from '../runs/ports.ts';
import { type Context, type Trx, transact } from './db.ts';
import { append, appendAll } from './ledger.ts';

type Pull = Parameters<RecipientStore['recordPull']>[1];

/** Of a recipient that is known already. False where it is not, or nothing answers from the checkpoint any more. */
async function countAgain(
  context: Context,
  tenant: string,
  { digest, recipient, file, bytes }: Pull,
): Promise<boolean> {
  const at = await context.now(context.db);
  const { rows } = await sql`
    update recipients set pulls = pulls + 1, bytes = bytes + ${bytes}, last_pulled_at = ${at}, told_at = null,
      files = case when ${file} = any(files) then files else files || ${file}::text end
    where tenant_id = ${tenant} and digest = ${digest} and recipient = ${recipient}
      and exists (select from models m where m.tenant_id = ${tenant} and m.active = ${digest} and m.deleted_at is null)
    returning recipient`.execute(context.db);
  return rows.length > 0;
}

async function addRecipient(context: Context, trx: Trx, tenant: string, pull: Pull): Promise<boolean> {
  const { digest, recipient, file, bytes } = pull;
  // whoever moves the alias waits for us, or we for it: it counts everybody who is to be told
  const models = trx
    .selectFrom('models')
    .select('id')
    .where('tenant_id', '=', tenant)
    .where('active', '=', digest)
    .where('deleted_at', 'is', null);
  if ((await models.forShare().execute()).length === 0) return false;
  const at = await context.now(trx);
  const { rows } = await sql<{ added: boolean }>`
    insert into recipients as r (tenant_id, digest, recipient, files, pulls, bytes, first_pulled_at, last_pulled_at)
    values (${tenant}, ${digest}, ${recipient}, array[${file}::text], 1, ${bytes}, ${at}, ${at})
    on conflict (tenant_id, digest, recipient) do update set pulls = r.pulls + 1, bytes = r.bytes + excluded.bytes,
      files = case when ${file} = any(r.files) then r.files else r.files || excluded.files end,
      last_pulled_at = excluded.last_pulled_at, told_at = null
    returning xmax = 0 as added`.execute(trx);
  if (rows[0]!.added)
    await append(context, trx, { tenant, type: 'checkpoint.pulled', actor: recipient, data: { digest } });
  return true;
}

/**
 * To be called in the transaction that takes a checkpoint out of use, after it has moved the alias: an entry that says how many
 * have to be told (Art. 19). None where nobody has it, or another model of the tenant still answers from it.
 */
export async function noteReplaced(
  context: Context,
  trx: Trx,
  replaced: { tenant: string; model_id: string; digest: string; replaced_by: string; actor: string },
): Promise<void> {
  const { tenant, digest, actor, ...rest } = replaced;
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from recipients
    where tenant_id = ${tenant} and digest = ${digest} and told_at is null
      and not exists (select from models where tenant_id = ${tenant} and active = ${digest} and deleted_at is null)`.execute(
    trx,
  );
  const recipients = rows[0]!.count;
  if (recipients === 0) return;
  await append(context, trx, { tenant, type: 'checkpoint.replaced', actor, data: { ...rest, digest, recipients } });
}

/**
 * To be called in the transaction that brings a checkpoint into use, again or for the first time: whoever has it may use it, so that who was
 * told of its last replacement is to be told of the next one.
 */
export const noteInUse = (trx: Trx, tenant: string, digest: string) =>
  trx
    .updateTable('recipients')
    .set({ told_at: null })
    .where('tenant_id', '=', tenant)
    .where('digest', '=', digest)
    .where('told_at', 'is not', null)
    .execute();

const COLUMNS = ['recipient', 'files', 'pulls', 'bytes', 'first_pulled_at', 'last_pulled_at', 'told_at'] as const;

type Told = Parameters<RecipientStore['tellRecipient']>[1] & {
  /** Of the webhook that the recipient took. */
  delivery_id?: string;
};

/** The same within a transaction. */
export async function tellIn(
  context: Context,
  trx: Trx,
  tenant: string,
  { recipient, of, how, actor, delivery_id }: Told,
): Promise<string[]> {
  const [model_id, digest] = 'digest' in of ? [null, of.digest] : [of.model_id, null];
  const { rows } = await sql<{ digest: string }>`
    update recipients r set told_at = ${await context.now(trx)}
    where r.tenant_id = ${tenant} and r.recipient = ${recipient} and r.told_at is null
      and (${digest}::text is null or r.digest = ${digest})
      and (${model_id}::uuid is null or exists (
        select from checkpoints c where c.tenant_id = ${tenant} and c.model_id = ${model_id}::uuid and c.digest = r.digest))
      and not exists (select from models m where m.tenant_id = ${tenant} and m.active = r.digest and m.deleted_at is null)
    returning r.digest`.execute(trx);
  const told = rows.map((row) => row.digest).sort();
  const entries = told.map((one) => ({
    ...{ tenant, type: 'recipient.told', actor, data: { digest: one, recipient, how, delivery_id } },
  }));
  if (entries.length > 0) await appendAll(context, trx, entries);
  return told;
}

export const recipientsStore = (context: Context): RecipientStore => ({
  checkpointLines: (tenant, digest) =>
    context.db
      .selectFrom('checkpoints as c')
      .innerJoin('models as m', (join) =>
        join.onRef('m.tenant_id', '=', 'c.tenant_id').onRef('m.id', '=', 'c.model_id'),
      )
      .select(['c.model_id', 'c.state', 'c.manifest', 'm.active'])
      .where('c.tenant_id', '=', tenant)
      .where('m.deleted_at', 'is', null)
      .where('c.digest', '=', digest)
      .orderBy('c.model_id')
      .execute(),

  async recordPull(tenant, pull) {
    if (await countAgain(context, tenant, pull)) return true;
    return transact(context, (trx) => addRecipient(context, trx, tenant, pull));
  },

  recipientsOf: (tenant, digest): Promise<Recipient[]> =>
    context.db
      .selectFrom('recipients')
      .select(COLUMNS)
      .where('tenant_id', '=', tenant)
      .where('digest', '=', digest)
      .orderBy('first_pulled_at')
      .orderBy('recipient')
      .execute(),

  tellRecipient: (tenant, told) => transact(context, (trx) => tellIn(context, trx, tenant, told)),
});
