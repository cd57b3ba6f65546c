// Rows of the index of a corpus, as they are sent: of the records a list of digests some thousand to a row, and of the people on them what
// Postgres sorts and groups.
import { DIGEST_WORDS, digestWords } from '../corpora/short-digest.ts';
import type { IndexBlock } from '../runs/ports.ts';
import { CopyRows } from './copy-rows.ts';

const IDS_IN_A_ROW = 4096;
const DIGEST_BYTES = 16;
/** Pairs of keys that are not sent again soon: 2 to this power, at 32 bytes each. */
const REMEMBERED_BITS = 16;
const PAIR_WORDS = 2 * DIGEST_WORDS;

export interface Place {
  tenant: string;
  corpusId: string;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Int32Array<ArrayBuffer>) =>
  new Uint8Array(buffer, byteOffset, byteLength);

export class IndexRows {
  readonly #tenant: string;
  readonly #corpusId: Uint8Array;
  readonly #ids = new CopyRows();
  readonly #subjects = new CopyRows();
  readonly #links = new CopyRows();
  readonly #keys = new CopyRows();
  readonly #linked = new Int32Array(PAIR_WORDS << REMEMBERED_BITS);
  /** Of the row of ids that is open: its first ordinal, and how many are in it. */
  #first = 0;
  #count = 0;
  /** Records so far. */
  added = 0;
  /** Records, and people on them, that wait to be sent. */
  waiting = 0;
  constructor({ tenant, corpusId }: Place) {
    this.#tenant = tenant;
    this.#corpusId = Buffer.from(corpusId.replaceAll('-', ''), 'hex');
  }

  add(block: IndexBlock): void {
    const records = block.ids.length / DIGEST_WORDS;
    this.#addIds(bytesOf(block.ids), block.first_ordinal);
    const subjects = bytesOf(block.subjects);
    for (let i = 0; i < block.places.length; i++) {
      this.#subjects.row(2);
      this.#subjects.uuid(subjects, i * DIGEST_BYTES);
      this.#subjects.int(block.first_ordinal + block.places[i]!);
    }
    this.#addLinks(block.links);
    for (const { key, type, key_version, normaliser_version } of block.keys) {
      this.#keys.row(5);
      this.#keys.uuid(bytesOf(digestWords(key)), 0);
      this.#keys.text(key);
      this.#keys.text(type);
      this.#keys.int(key_version);
      this.#keys.int(normaliser_version);
    }
    this.added += records;
    this.waiting += records + block.places.length;
  }

  /** What is to be sent, by its target; it stands until the next call but one. */
  take(): [string, Buffer][] {
    this.#endRow();
    this.waiting = 0;
    return [
      ['record_ids (tenant_id, corpus_id, first_ordinal, ids)', this.#ids.take()],
      ['fresh_subjects (id, ordinal)', this.#subjects.take()],
      ['fresh_links (one, other)', this.#links.take()],
      ['fresh_keys (id, subject_key, type, key_version, normaliser_version)', this.#keys.take()],
    ];
  }

  #addIds(ids: Uint8Array, firstOrdinal: number): void {
    for (let at = 0, ordinal = firstOrdinal; at < ids.length; at += DIGEST_BYTES, ordinal++) {
      if (this.#count === IDS_IN_A_ROW || ordinal !== this.#first + this.#count) this.#endRow();
      if (this.#count === 0) {
        this.#first = ordinal;
        this.#ids.row(4);
        this.#ids.text(this.#tenant);
        this.#ids.uuid(this.#corpusId, 0);
        this.#ids.int(ordinal);
        this.#ids.beginList();
      }
      this.#ids.uuid(ids, at);
      this.#count++;
    }
  }

  #endRow(): void {
    if (this.#count > 0) this.#ids.endList();
    this.#count = 0;
  }

  #addLinks(links: Int32Array<ArrayBuffer>): void {
    const linked = this.#linked;
    const bytes = bytesOf(links);
    for (let at = 0; at < links.length; at += PAIR_WORDS) {
      // digests are as good as random
      const slot = ((links[at]! ^ links[at + DIGEST_WORDS]!) >>> (32 - REMEMBERED_BITS)) * PAIR_WORDS;
      let same = 0;
      while (same < PAIR_WORDS && linked[slot + same] === links[at + same]) same++;
      if (same === PAIR_WORDS) continue;
      for (let i = 0; i < PAIR_WORDS; i++) linked[slot + i] = links[at + i]!;
      this.#links.row(2);
      this.#links.uuid(bytes, 4 * at);
      this.#links.uuid(bytes, 4 * at + DIGEST_BYTES);
    }
  }
}
