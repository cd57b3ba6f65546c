// Rows for COPY in its binary format, in buffers that are used again: while one is sent the other is filled. Nothing is escaped or read
// from digits, on either side. https://www.postgresql.org/docs/current/sql-copy.html
import { GrowingBytes } from '../corpora/growing.ts';

const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const END = Buffer.from([0xff, 0xff]);
const UUID_BYTES = 16;
/** Of uuid, among the types that every Postgres has. */
const UUID_TYPE = 2950;
/** Of a list of one dimension before its values: dimensions, nulls, type, values, first place. */
const LIST_HEADER_BYTES = 20;

export class CopyRows {
  #filled = new GrowingBytes();
  #sent = new GrowingBytes();
  /** Where the list that is open says its length. */
  #list = 0;

  /** A row of so many fields. */
  row(fields: number): void {
    const rows = this.#filled;
    if (rows.length === 0) rows.copy(HEADER);
    rows.reserve(2);
    rows.length = rows.bytes.writeInt16BE(fields, rows.length);
  }

  int(value: number): void {
    this.#int32(4);
    this.#int32(value);
  }

  text(value: string): void {
    this.#int32(0);
    const start = this.#filled.length;
    this.#filled.text(value);
    this.#filled.bytes.writeInt32BE(this.#filled.length - start, start - 4);
  }

  /** A uuid, or the next of a list. */
  uuid(bytes: Uint8Array, from: number): void {
    const rows = this.#filled;
    rows.reserve(4 + UUID_BYTES);
    const into = rows.bytes;
    let at = rows.length;
    into[at++] = 0;
    into[at++] = 0;
    into[at++] = 0;
    into[at++] = UUID_BYTES;
    for (let i = 0; i < UUID_BYTES; i++) into[at++] = bytes[from + i]!;
    rows.length = at;
  }

  /** Begins a list of uuids. */
  beginList(): void {
    this.#list = this.#filled.length;
    for (const word of [0, 1, 0, UUID_TYPE, 0, 1]) this.#int32(word);
  }

  endList(): void {
    const { bytes, length } = this.#filled;
    const size = length - this.#list - 4;
    bytes.writeInt32BE(size, this.#list);
    bytes.writeInt32BE((size - LIST_HEADER_BYTES) / (4 + UUID_BYTES), this.#list + 16);
  }

  /** The rows since the last time, whole; nothing where there are none. They stand until the next call but one. */
  take(): Buffer {
    if (this.#filled.length > 0) this.#filled.copy(END);
    const taken = this.#filled.view();
    [this.#filled, this.#sent] = [this.#sent, this.#filled];
    this.#filled.length = 0;
    return taken;
  }

  #int32(value: number): void {
    const rows = this.#filled;
    rows.reserve(4);
    rows.length = rows.bytes.writeInt32BE(value, rows.length);
  }
}
