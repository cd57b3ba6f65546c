// One file of a checkpoint on its way out: whether it may go, which bytes, and who got them.
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { checkDigest } from '../checkpoints/checked-stream.ts';
import { canonical, digestOf, MANIFEST } from '../checkpoints/manifest.ts';
import type { CheckpointManifest } from '../domain/checkpoint.ts';
import { ExpungeError } from '../errors.ts';
import type { CheckpointLine } from '../runs/ports.ts';
import { checkIfMatch, notFound, unchanged } from './links.ts';
import type { Principal } from './principal.ts';
import { type ByteRange, rangeApplies, readRange } from './range.ts';
import type { AppDeps } from './types.ts';

type File = CheckpointManifest['files'][number];

/** All files of a checkpoint, the manifest that its digest covers among them. */
export const filesOf = (digest: string, manifest: CheckpointManifest): File[] => [
  { name: MANIFEST, bytes: Buffer.byteLength(canonical(manifest)), sha256: digest.slice('sha256:'.length) },
  ...manifest.files,
];

const retired = (lines: readonly CheckpointLine[]) => {
  const { model_id, active } = lines[0]!;
  return new ExpungeError(
    'checkpoint-retired',
    'No model answers from this checkpoint any more: it knows people who are to be forgotten.',
    {
      extra: { existing: `/v1/models/${model_id}/aliases/active`, active },
    },
  );
};

/** The checkpoint's manifest, where a model answers from it; else tells the recipient, and throws, why not. */
async function manifestOf(
  { store }: AppDeps,
  { tenant, actor }: Principal,
  digest: string,
): Promise<CheckpointManifest> {
  const lines = await store.checkpointLines(tenant, digest);
  if (lines.length === 0) throw notFound('checkpoint');
  const served = lines.find(({ active }) => active === digest);
  if (served === undefined) {
    if (lines.some(({ state }) => state === 'candidate'))
      throw new ExpungeError('checkpoint-not-published', 'This checkpoint is a candidate.');
    await store.tellRecipient(tenant, { recipient: actor, of: { digest }, how: 'refusal', actor });
    throw retired(lines);
  }
  if (digestOf(served.manifest) !== digest)
    throw new ExpungeError('internal', `The manifest of checkpoint ${digest} was changed in the database.`);
  return served.manifest;
}

/** Opens the file; what is on disk has the size that the manifest says. */
async function openFile(deps: AppDeps, digest: string, { name, bytes }: File): Promise<FileHandle> {
  const handle = await open(join(await deps.checkpoints.materialise(digest), name), 'r');
  const { size } = await handle.stat();
  if (size === bytes) return handle;
  await handle.close();
  throw new ExpungeError('internal', `${name} of checkpoint ${digest} has ${size} bytes, not ${bytes}.`);
}

function readerOf(handle: FileHandle, range: ByteRange | 'whole', file: File): Readable {
  if (range !== 'whole') return handle.createReadStream(range);
  const checked = checkDigest(file.sha256, file.name);
  const source = handle.createReadStream();
  source.on('error', (error) => checked.destroy(error));
  checked.on('close', () => source.destroy());
  return source.pipe(checked);
}

function chooseRange(request: FastifyRequest, reply: FastifyReply, { bytes, sha256 }: File): ByteRange | 'whole' {
  const { range: header, 'if-range': ifRange } = request.headers as Record<string, string | undefined>;
  // RFC 9110, 14.2: only for GET
  const counts = request.method === 'GET' && rangeApplies(ifRange, `"${sha256}"`);
  const range = counts ? readRange(header, bytes) : 'whole';
  if (range !== 'unsatisfiable') return range;
  reply.header('content-range', `bytes */${bytes}`);
  throw new ExpungeError('range-not-satisfiable', `The file has ${bytes} bytes.`);
}

/** Answers with the file, a part of it, or 304. Who gets bytes is written down before the first of them goes out. */
export async function sendFile(deps: AppDeps, who: Principal, request: FastifyRequest, reply: FastifyReply) {
  const { id: digest, path } = request.params as { id: string; path: string };
  const manifest = await manifestOf(deps, who, digest);
  const file = filesOf(digest, manifest).find(({ name }) => name === path);
  if (file === undefined) throw new ExpungeError('not-found', 'The checkpoint has no file of this name.');
  checkIfMatch(request, file.sha256);
  reply.header('accept-ranges', 'bytes');
  reply.header('repr-digest', `sha-256=:${Buffer.from(file.sha256, 'hex').toString('base64')}:`);
  if (unchanged(request, reply, file.sha256)) return reply.code(304).send(null);
  const range = chooseRange(request, reply, file);
  const length = range === 'whole' ? file.bytes : range.end - range.start + 1;
  reply.type('application/octet-stream').header('content-length', length);
  if (request.method === 'HEAD') return reply.send(Readable.from([]));
  const handle = await openFile(deps, digest, file);
  const pull = { digest, recipient: who.actor, file: file.name, bytes: length };
  const recorded = await deps.store.recordPull(who.tenant, pull).catch(async (error: unknown) => {
    await handle.close();
    throw error;
  });
  if (!recorded) {
    await handle.close();
    for (const name of ['content-length', 'etag', 'repr-digest', 'accept-ranges']) reply.removeHeader(name);
    throw retired(await deps.store.checkpointLines(who.tenant, digest));
  }
  if (range !== 'whole') reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${file.bytes}`);
  return reply.send(readerOf(handle, range, file));
}
