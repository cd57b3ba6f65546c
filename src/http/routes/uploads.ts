// /v1/uploads: checkpoints sent in pieces, as tus 1.0.0 has it; POST /v1/models registers what is complete.
import type { Readable } from 'node:stream';
import Type from 'typebox';
import { Id } from '../../domain/common.ts';
import type { Upload } from '../../domain/upload.ts';
import {
  announce,
  describeUpload,
  dropFile,
  dropUpload,
  findFile,
  findUpload,
  openUpload,
  receive,
} from '../checkpoint-upload.ts';
import { absolute } from '../links.ts';
import { principal } from '../principal.ts';
import { described, IdParams, problems, ref } from '../schemas.ts';
import { CreationHeaders, checksumOf, fileNameOf, PIECE_TYPE, PieceHeaders, speakTus, tellTus } from '../tus.ts';
import type { App, AppDeps, Routes } from '../types.ts';

const tags = ['uploads'];
const FileParams = Type.Object({ id: Id, name: Type.String({ maxLength: 200 }) });
const done = (description: string) => Type.Null({ description });
const httpDate = (at: string) => new Date(at).toUTCString();

/** Pieces arrive as a stream, so this scope takes no other body. */
function fileRoutes(app: App, deps: AppDeps): void {
  const maxBytes = deps.config.uploads.bytes;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(PIECE_TYPE, (_request, payload, parsed) => parsed(null, payload));
  app.addHook('onRequest', async (request, reply) => speakTus(request, reply));
  app.options(
    '/v1/uploads/:id/files',
    {
      config: { scope: 'models:write' },
      schema: {
        tags,
        operationId: 'getUploadProtocol',
        summary: 'What of tus is spoken here',
        params: IdParams,
        response: { 204: done('In Tus-Version, Tus-Extension, Tus-Max-Size'), ...problems },
      },
    },
    async (_request, reply) => {
      tellTus(reply, maxBytes);
      return reply.code(204).send(null);
    },
  );
  app.post(
    '/v1/uploads/:id/files',
    {
      config: { scope: 'models:write' },
      schema: {
        tags,
        operationId: 'createUploadFile',
        summary: 'Announce a file of an upload (tus: creation)',
        params: IdParams,
        headers: CreationHeaders,
        response: { 201: done('Location is where its pieces are sent to'), ...problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const who = principal(request);
      const file = {
        name: fileNameOf(request.headers['upload-metadata']),
        bytes: Number(request.headers['upload-length']),
      };
      const path = await announce(deps, who, id, file);
      const { expires_at } = await findUpload(deps, who, id);
      reply.header('location', absolute(request, path)).header('upload-expires', httpDate(expires_at));
      // no body, where `null` would be one of four bytes
      return reply.code(201).send(undefined as never);
    },
  );
  app.head(
    '/v1/uploads/:id/files/:name',
    {
      config: { scope: 'models:write' },
      schema: {
        tags,
        operationId: 'getUploadFile',
        summary: 'How much of a file has arrived (tus)',
        description: 'In Upload-Offset. Ends whoever still sends to the file: the one who asks goes on from there.',
        params: FileParams,
        response: { 200: done('Upload-Offset of Upload-Length bytes have arrived'), ...problems },
      },
    },
    async (request, reply) => {
      const { id, name } = request.params;
      const { upload, file } = await findFile(deps, principal(request), id, name);
      const received = await deps.uploads.resume(id, name);
      reply.header('upload-offset', String(received)).header('upload-length', String(file.bytes));
      reply.header('upload-expires', httpDate(upload.expires_at)).header('cache-control', 'no-store');
      return reply.code(200).send(undefined as never);
    },
  );
  pieceRoutes(app, deps, maxBytes);
}

function pieceRoutes(app: App, deps: AppDeps, bodyLimit: number): void {
  app.patch(
    '/v1/uploads/:id/files/:name',
    {
      bodyLimit,
      config: { scope: 'models:write' },
      schema: {
        tags,
        operationId: 'sendUploadPiece',
        summary: 'Send a piece of a file (tus)',
        description: 'What arrived before a connection broke is kept: ask how much, and go on from there.',
        consumes: [PIECE_TYPE],
        params: FileParams,
        headers: PieceHeaders,
        body: Type.Unsafe<unknown>({ description: 'Bytes of the file from Upload-Offset on' }),
        response: { 204: done('Upload-Offset bytes have arrived'), ...problems },
      },
    },
    async (request, reply) => {
      const { id, name } = request.params;
      const piece = {
        offset: Number(request.headers['upload-offset']),
        stream: (request.body ?? request.raw) as Readable,
        checksum: checksumOf(request.headers),
      };
      const announced = Number(request.headers['content-length'] ?? 0);
      const { received, expires_at } = await receive(deps, principal(request), { id, name }, piece, announced);
      reply.header('upload-offset', String(received)).header('upload-expires', httpDate(expires_at));
      return reply.code(204).send(null);
    },
  );
  app.delete(
    '/v1/uploads/:id/files/:name',
    {
      config: { scope: 'models:write' },
      schema: {
        tags,
        operationId: 'deleteUploadFile',
        summary: 'Take a file out of an upload (tus: termination)',
        params: FileParams,
        response: { 204: done('It is gone, and may be announced again'), ...problems },
      },
    },
    async (request, reply) => {
      const { id, name } = request.params;
      await dropFile(deps, principal(request), id, name);
      return reply.code(204).send(null);
    },
  );
}

export const uploadRoutes: Routes = (app, deps) => {
  const show = (request: Parameters<typeof absolute>[0], upload: Upload) =>
    describeUpload(deps, upload, (path) => absolute(request, path));
  app.post(
    '/v1/uploads',
    {
      config: { scope: 'models:write' },
      schema: {
        tags,
        operationId: 'createUpload',
        summary: 'Begin to upload a checkpoint',
        description: 'Announce its files under it, send them, and register it with `upload_id`.',
        response: { 201: described('The upload, without a file yet', ref('Upload')), ...problems },
      },
    },
    async (request, reply) => {
      const upload = await openUpload(deps, principal(request));
      reply.header('location', absolute(request, `/v1/uploads/${upload.id}`));
      return reply.code(201).send(await show(request, upload));
    },
  );
  app.get(
    '/v1/uploads',
    {
      config: { scope: 'models:write' },
      schema: {
        tags,
        operationId: 'listUploads',
        summary: 'List the uploads that are open',
        response: {
          200: described('Oldest first', Type.Object({ items: Type.Array(ref('Upload')) })),
          ...problems,
        },
      },
    },
    async (request) => {
      const uploads = await deps.store.listUploads(principal(request).tenant);
      return { items: await Promise.all(uploads.map((upload) => show(request, upload))) };
    },
  );
  app.get(
    '/v1/uploads/:id',
    {
      config: { scope: 'models:write' },
      schema: {
        tags,
        operationId: 'getUpload',
        summary: 'Get an upload',
        params: IdParams,
        response: { 200: described('The upload with what has arrived', ref('Upload')), ...problems },
      },
    },
    async (request) => show(request, await findUpload(deps, principal(request), request.params.id)),
  );
  app.delete(
    '/v1/uploads/:id',
    {
      config: { scope: 'models:write' },
      schema: {
        tags,
        operationId: 'deleteUpload',
        summary: 'Drop an upload',
        params: IdParams,
        response: { 204: done('It is gone, with its files'), ...problems },
      },
    },
    async (request, reply) => {
      await dropUpload(deps, principal(request), request.params.id);
      return reply.code(204).send(null);
    },
  );
  app.register(async (scope) => fileRoutes(scope, deps));
};
