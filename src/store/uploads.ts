// Uploads that are not finished: who may add to them, until when, and how much is to come.
import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Upload, UploadFile } from '../domain/upload.ts';
import type { Store, UploadLimits } from '../runs/ports.ts';
import { type Context, type Db, lockName, type Trx, transact } from './db.ts';

const files = sql<UploadFile[]>`coalesce((
  select jsonb_agg(jsonb_build_object('name', f.name, 'bytes', f.bytes) order by f.name)
  from upload_files f where f.tenant_id = uploads.tenant_id and f.upload_id = uploads.id), '[]')`.as('files');

/** Those that have not expired, oldest first. */
const open = (db: Db, tenant: string, now: string) =>
  db
    .selectFrom('uploads')
    .select(['id', 'created_at', 'expires_at', files])
    .where('tenant_id', '=', tenant)
    .where('expires_at', '>', now)
    .orderBy('created_at')
    .orderBy('id');

const later = (at: string, ms: number) => new Date(Date.parse(at) + ms).toISOString();

/** One at a time for a tenant, so that two together do not pass a limit that each of them keeps. */
const lockTenant = (trx: Trx, tenant: string) => lockName(trx, `uploads/${tenant}`);

async function create(context: Context, trx: Trx, tenant: string, limits: UploadLimits): Promise<Upload | null> {
  await lockTenant(trx, tenant);
  const at = await context.now(trx);
  if ((await open(trx, tenant, at).execute()).length >= limits.open) return null;
  const upload = { id: uuid(), created_at: at, expires_at: later(at, limits.lifetime_ms) };
  await trx
    .insertInto('uploads')
    .values({ tenant_id: tenant, ...upload })
    .execute();
  return { ...upload, files: [] };
}

type Added = Awaited<ReturnType<Store['addUploadFile']>>;

async function addFile(
  context: Context,
  trx: Trx,
  [tenant, id]: [string, string],
  file: UploadFile,
  limits: UploadLimits,
): Promise<Added> {
  await lockTenant(trx, tenant);
  const at = await context.now(trx);
  const uploads = await open(trx, tenant, at).execute();
  const upload = uploads.find((one) => one.id === id);
  if (!upload) return { status: 'unknown' };
  if (upload.files.some((known) => known.name === file.name)) return { status: 'name_taken' };
  const declared = uploads.flatMap((one) => one.files).reduce((sum, { bytes }) => sum + bytes, 0);
  if (declared + file.bytes > limits.bytes) return { status: 'too_large', left: Math.max(0, limits.bytes - declared) };
  await trx
    .insertInto('upload_files')
    .values({ tenant_id: tenant, upload_id: id, ...file })
    .execute();
  return { status: 'added' };
}

type Uploads =
  | 'createUpload'
  | 'getUpload'
  | 'listUploads'
  | 'addUploadFile'
  | 'removeUploadFile'
  | 'keepUpload'
  | 'deleteUpload'
  | 'deleteExpiredUploads'
  | 'uploadIsOpen';

export const uploadsStore = (context: Context): Pick<Store, Uploads> => ({
  createUpload: (tenant, limits) => transact(context, (trx) => create(context, trx, tenant, limits)),

  async getUpload(tenant, id) {
    const query = open(context.db, tenant, await context.now(context.db)).where('id', '=', id);
    return (await query.executeTakeFirst()) ?? null;
  },

  async listUploads(tenant) {
    return open(context.db, tenant, await context.now(context.db)).execute();
  },

  addUploadFile: (tenant, id, file, limits) =>
    transact(context, (trx) => addFile(context, trx, [tenant, id], file, limits)),

  async removeUploadFile(tenant, id, name) {
    const query = context.db.deleteFrom('upload_files').where('tenant_id', '=', tenant).where('upload_id', '=', id);
    return (await query.where('name', '=', name).executeTakeFirst()).numDeletedRows > 0n;
  },

  async keepUpload(tenant, id, lifetime_ms) {
    const at = await context.now(context.db);
    const query = context.db.updateTable('uploads').set({ expires_at: later(at, lifetime_ms) });
    const own = query.where('tenant_id', '=', tenant).where('id', '=', id).where('expires_at', '>', at);
    return (await own.returning('expires_at').executeTakeFirst())?.expires_at ?? null;
  },

  async deleteUpload(tenant, id) {
    const query = context.db.deleteFrom('uploads').where('tenant_id', '=', tenant).where('id', '=', id);
    return (await query.executeTakeFirst()).numDeletedRows > 0n;
  },

  async deleteExpiredUploads() {
    const query = context.db.deleteFrom('uploads').where('expires_at', '<=', await context.now(context.db));
    return Number((await query.executeTakeFirst()).numDeletedRows);
  },

  async uploadIsOpen(id) {
    const query = context.db.selectFrom('uploads').select('id').where('id', '=', id);
    return (await query.executeTakeFirst()) !== undefined;
  },
});
