// The words of tus 1.0.0 (resumable uploads) as they stand in headers.
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { ExpungeError } from '../errors.ts';
import type { Piece } from '../runs/ports.ts';
import { invalidField } from './validation.ts';

const VERSION = '1.0.0';
const ALGORITHMS = ['sha1', 'sha256'] as const;
/** How a piece of a file is sent. */
export const PIECE_TYPE = 'application/offset+octet-stream';

const version = Type.Optional(Type.String({ description: `${VERSION}; left out it is taken to be that` }));
const bytes = (description: string) => Type.String({ pattern: '^\\d{1,15}$', description });

export const CreationHeaders = Type.Object({
  'tus-resumable': version,
  'upload-length': bytes('What the file has when it is complete'),
  'upload-metadata': Type.String({ maxLength: 1000, description: '`filename` and the file’s name in Base64' }),
});

export const PieceHeaders = Type.Object({
  'tus-resumable': version,
  'upload-offset': bytes('Where the piece begins: as much as has arrived'),
  'upload-checksum': Type.Optional(
    Type.String({ maxLength: 100, description: 'sha1 or sha256, a space, and the digest of the piece in Base64' }),
  ),
});

/** Every answer names the version; a request in another one is refused with those that are spoken. */
export function speakTus(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('tus-resumable', VERSION);
  const given = request.headers['tus-resumable'];
  if (given === undefined || given === VERSION || request.method === 'OPTIONS') return;
  reply.header('tus-version', VERSION);
  throw new ExpungeError('unsupported-tus-version', `Tus-Resumable must be ${VERSION}.`);
}

/** What a client asks before it begins. */
export function tellTus(reply: FastifyReply, maxBytes: number): void {
  reply.header('tus-version', VERSION).header('tus-extension', 'creation,termination,expiration,checksum');
  reply.header('tus-max-size', String(maxBytes)).header('tus-checksum-algorithm', ALGORITHMS.join(','));
}

/** `filename` of Upload-Metadata. */
export function fileNameOf(metadata: string): string {
  for (const pair of metadata.split(',')) {
    const [key, value, ...more] = pair.trim().split(' ');
    if (key === 'filename' && value && more.length === 0) return Buffer.from(value, 'base64').toString('utf8');
  }
  throw invalidField('#/upload-metadata', 'must hold `filename`, a space and the name of the file in Base64');
}

export function checksumOf(headers: Static<typeof PieceHeaders>): Piece['checksum'] {
  const given = headers['upload-checksum'];
  if (given === undefined) return null;
  const [name, digest, ...more] = given.trim().split(/ +/);
  const algorithm = ALGORITHMS.find((known) => known === name);
  if (algorithm && digest && more.length === 0) return { algorithm, digest: Buffer.from(digest, 'base64') };
  throw invalidField('#/upload-checksum', `must be ${ALGORITHMS.join(' or ')}, a space and a digest in Base64`);
}
