// What uploads of checkpoints need from the outside: rows in the store, files on the local disk.
import type { Readable } from 'node:stream';
import type { Upload, UploadFile } from '../domain/upload.ts';

/** Of one tenant. */
export interface UploadLimits {
  /** How long nothing may arrive before an upload is dropped. */
  lifetime_ms: number;
  /** Open at the same time. */
  open: number;
  /** Of all open ones together, as announced. */
  bytes: number;
}

/** An upload that has expired is gone, whether or not it was swept. */
export interface UploadStore {
  /** Null when the tenant has as many open as it may. */
  createUpload(tenant: string, limits: UploadLimits): Promise<Upload | null>;
  getUpload(tenant: string, id: string): Promise<Upload | null>;
  listUploads(tenant: string): Promise<Upload[]>;
  addUploadFile(
    tenant: string,
    id: string,
    file: UploadFile,
    limits: UploadLimits,
  ): Promise<{ status: 'added' | 'unknown' | 'name_taken' } | { status: 'too_large'; left: number }>;
  removeUploadFile(tenant: string, id: string, name: string): Promise<boolean>;
  /** Puts its end off; returns when that is, null when it has come. */
  keepUpload(tenant: string, id: string, lifetime_ms: number): Promise<string | null>;
  deleteUpload(tenant: string, id: string): Promise<boolean>;
  deleteExpiredUploads(): Promise<number>;
  /** Whether there is a row, of whatever tenant: its files are to stay then. */
  uploadIsOpen(id: string): Promise<boolean>;
}

/** Bytes of a file, from `offset` on. */
export interface Piece {
  offset: number;
  /** What the file has when it is complete. */
  length: number;
  stream: Readable;
  checksum: { algorithm: 'sha1' | 'sha256'; digest: Buffer } | null;
  /** Whether its file is announced still: asked when nobody else writes to it. */
  announced(): Promise<boolean>;
}
export type PieceOutcome =
  | { status: 'received'; received: number }
  /** The file does not end at `offset`. */
  | { status: 'elsewhere'; received: number }
  /** More than was announced; nothing of the piece was kept. */
  | { status: 'too_long' }
  /** Not what the checksum says; nothing of the piece was kept. */
  | { status: 'mismatch' };

/** Checkpoints on their way in: local, whatever the store is. What has arrived survives a restart. */
export interface UploadFiles {
  /** An empty file, also where one was left behind: who is announced is for the store to say. */
  create(id: string, name: string): Promise<void>;
  /** How much has arrived. */
  received(id: string, name: string): Promise<number>;
  /** The same, after whoever still writes to the file was ended: what a client asks who comes back. */
  resume(id: string, name: string): Promise<number>;
  /** Writes a piece and flushes it. Rejects when the stream breaks; what had arrived by then is kept. Throws `not-found` where it is not announced any more. */
  append(id: string, name: string, piece: Piece): Promise<PieceOutcome>;
  /** Takes a file away, or all of the upload. Idempotent. */
  remove(id: string, name?: string): Promise<void>;
  /** Files of uploads that are not open any more. */
  sweep(isOpen: (id: string) => Promise<boolean>): Promise<number>;
}
