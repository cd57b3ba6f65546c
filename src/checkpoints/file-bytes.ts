// Reading and writing parts of an open file in full, in calls and pieces of bounded size.
import type { FileHandle } from 'node:fs/promises';
import { invalid } from './invalid.ts';

/** Read and write calls are bounded: one call moves at most 2 GiB on Linux. */
const CALL_BYTES = 1 << 26;
/** What is held of a tensor at a time where not all of it is needed. A multiple of every element's size. */
export const PIECE_BYTES = 1 << 20;

/** Fills `into` from a position of the file. `name` is the file's, for the error. */
export async function readFully(file: FileHandle, into: Uint8Array, position: number, name: string): Promise<void> {
  for (let done = 0; done < into.byteLength; ) {
    const length = Math.min(CALL_BYTES, into.byteLength - done);
    const { bytesRead } = await file.read(into, done, length, position + done);
    if (bytesRead === 0) throw invalid(name, 'became shorter while it was read', 'Copy the file again, whole.');
    done += bytesRead;
  }
}

export async function writeFully(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(CALL_BYTES, bytes.byteLength - done));
    done += bytesWritten;
  }
}

/** A part of a file piece by piece. All pieces lie in `buffer`: each is valid until the next one is asked for. */
export async function* readPieces(
  file: FileHandle,
  part: { offset: number; bytes: number },
  name: string,
  buffer: Uint8Array = new Uint8Array(Math.min(PIECE_BYTES, part.bytes)),
): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < part.bytes; ) {
    const piece = buffer.subarray(0, Math.min(buffer.byteLength, part.bytes - done));
    await readFully(file, piece, part.offset + done, name);
    yield piece;
    done += piece.byteLength;
  }
}
