// Uploads of checkpoints: what is announced, what has arrived, and when the set becomes a folder to register.
import { UPLOAD_NAMES, uploadLimit } from '../checkpoints/upload-names.ts';
import type { Upload, UploadFile, UploadResource } from '../domain/upload.ts';
import { ExpungeError } from '../errors.ts';
import type { Piece } from '../runs/ports.ts';
import { notFound } from './links.ts';
import type { Principal } from './principal.ts';
import type { AppDeps } from './types.ts';
import { invalidField } from './validation.ts';

export type UploadDeps = Pick<AppDeps, 'config' | 'store' | 'uploads'>;

const pathOf = (id: string, name: string) => `/v1/uploads/${id}/files/${name}`;

export async function openUpload(deps: UploadDeps, who: Principal): Promise<Upload> {
  const limits = deps.config.uploads;
  const upload = await deps.store.createUpload(who.tenant, limits);
  if (upload !== null) return upload;
  throw new ExpungeError('too-many-uploads', `${limits.open} uploads are open, as many as there may be.`);
}

/** An upload with what has arrived of its files. `link` makes a path absolute. */
export async function describeUpload(
  deps: UploadDeps,
  upload: Upload,
  link: (path: string) => string,
): Promise<UploadResource> {
  const files = upload.files.map(async ({ name, bytes }) => {
    const received = await deps.uploads.received(upload.id, name);
    return { name, bytes, received, url: link(pathOf(upload.id, name)) };
  });
  return { ...upload, files: await Promise.all(files) };
}

export async function findUpload(deps: UploadDeps, who: Principal, id: string): Promise<Upload> {
  const upload = await deps.store.getUpload(who.tenant, id);
  if (upload === null) throw notFound('upload');
  return upload;
}

export async function findFile(deps: UploadDeps, who: Principal, id: string, name: string) {
  const upload = await findUpload(deps, who, id);
  const file = upload.files.find((one) => one.name === name);
  if (file === undefined) throw notFound('file of an upload');
  return { upload, file };
}

/** Announces a file; returns its path. Names are those of a checkpoint and nothing else, so no folder is ever left. */
export async function announce(deps: UploadDeps, who: Principal, id: string, file: UploadFile): Promise<string> {
  const most = uploadLimit(file.name);
  if (most === undefined)
    throw invalidField('#/upload-metadata', `names a file that no checkpoint is made of; known are ${UPLOAD_NAMES}`);
  if (file.bytes > most)
    throw new ExpungeError('body-too-large', `${file.name} may have ${most} bytes, not ${file.bytes}.`);
  const outcome = await deps.store.addUploadFile(who.tenant, id, file, deps.config.uploads);
  switch (outcome.status) {
    case 'unknown':
      throw notFound('upload');
    case 'name_taken':
      throw new ExpungeError('name-taken', `${file.name} was announced before.`, {
        extra: { existing: pathOf(id, file.name) },
      });
    case 'too_large':
      throw new ExpungeError('body-too-large', `${outcome.left} bytes are left for the open uploads together.`);
    default:
  }
  try {
    await deps.uploads.create(id, file.name);
  } catch (error) {
    await deps.store.removeUploadFile(who.tenant, id, file.name);
    throw error;
  }
  return pathOf(id, file.name);
}

/** Takes a piece of a file, of so many bytes as far as the client says. The upload is kept for longer from its beginning on, and again from its end. */
export async function receive(
  deps: UploadDeps,
  who: Principal,
  at: { id: string; name: string },
  piece: Pick<Piece, 'offset' | 'stream' | 'checksum'>,
  announced: number,
): Promise<{ received: number; expires_at: string }> {
  const { file } = await findFile(deps, who, at.id, at.name);
  const tooLong = () =>
    new ExpungeError('body-too-large', `${at.name} was announced with ${file.bytes} bytes; the piece goes on.`);
  if (piece.offset + announced > file.bytes) throw tooLong();
  const { lifetime_ms } = deps.config.uploads;
  await deps.store.keepUpload(who.tenant, at.id, lifetime_ms);
  const outcome = await deps.uploads.append(at.id, at.name, {
    ...{ ...piece, length: file.bytes },
    announced: async () => {
      const now = await deps.store.getUpload(who.tenant, at.id);
      return now?.files.some(({ name, bytes }) => name === at.name && bytes === file.bytes) ?? false;
    },
  });
  switch (outcome.status) {
    case 'elsewhere':
      throw new ExpungeError(
        'upload-offset-mismatch',
        `${outcome.received} bytes of ${at.name} have arrived: the next piece begins there.`,
        { extra: { received: outcome.received } },
      );
    case 'too_long':
      throw tooLong();
    case 'mismatch':
      throw new ExpungeError('checksum-mismatch', `The piece of ${at.name} is not what Upload-Checksum says.`);
    default: {
      const expires_at = await deps.store.keepUpload(who.tenant, at.id, lifetime_ms);
      if (expires_at === null) throw notFound('upload');
      return { received: outcome.received, expires_at };
    }
  }
}

/** Takes a file out. Its row goes first: a piece that arrives meanwhile would make the file anew, and leave it without one. */
export async function dropFile(deps: UploadDeps, who: Principal, id: string, name: string): Promise<void> {
  await findFile(deps, who, id, name);
  if (!(await deps.store.removeUploadFile(who.tenant, id, name))) throw notFound('file of an upload');
  await deps.uploads.remove(id, name);
}

/** Drops an upload and its files. */
export async function dropUpload(deps: UploadDeps, who: Principal, id: string): Promise<void> {
  const { files } = await findUpload(deps, who, id);
  await deps.store.deleteUpload(who.tenant, id);
  for (const { name } of files) await deps.uploads.remove(id, name);
  await deps.uploads.remove(id);
}

/** Throws `unknown-upload`, and `upload-incomplete` with what is missing. */
export async function checkComplete(deps: UploadDeps, who: Principal, id: string): Promise<void> {
  const upload = await deps.store.getUpload(who.tenant, id);
  const pointer = '#/upload_id';
  const refuse = (code: 'unknown-upload' | 'upload-incomplete', detail: string) =>
    new ExpungeError(code, detail, { errors: [{ pointer, detail }] });
  if (upload === null) throw refuse('unknown-upload', 'There is no such upload, or it has expired.');
  if (upload.files.length === 0) throw refuse('upload-incomplete', 'The upload holds no file.');
  for (const { name, bytes } of upload.files) {
    const received = await deps.uploads.received(id, name);
    if (received < bytes) throw refuse('upload-incomplete', `${received} of ${bytes} bytes of ${name} have arrived.`);
  }
}
