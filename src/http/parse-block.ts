// A block of an upload becomes what is stored of it: lines of the corpus file, and of the spool what the index is told.
import { isUtf8 } from 'node:buffer';
import type { SubjectFinder } from '../corpora/find-subjects.ts';
import { GrowingBytes, GrowingWords } from '../corpora/growing.ts';
import { IndexPacker } from '../corpora/index-packer.ts';
import { toLine } from '../corpora/records.ts';
import { LineScanner, SUBJECT_NUMBERS } from '../corpora/scan-line.ts';
import { digestWords } from '../corpora/short-digest.ts';
import type { LineBlock } from '../domain/batches.ts';
import type { SubjectKeys, VersionedPerson } from '../runs/ports.ts';
import { rememberKeys } from './key-cache.ts';
import { KeyTable } from './key-table.ts';
import { type Block, refuseLong, textOf } from './ndjson.ts';
import { readRecord } from './records.ts';
import type { SpoolBlock } from './spool.ts';

/** It stands until the next block is parsed. */
export interface ParsedBlock {
  lines: LineBlock;
  spooled: SpoolBlock;
  /** Records that were read as text and keys that were made, which leave garbage. */
  objects: number;
  /** Keys of everybody who stands in the block, where records may be left out, and how many were. */
  people: ReadonlySet<string>;
  left: number;
  /** Of these people, by the key that is stored, where they may be known by keys of earlier versions. */
  versions: ReadonlyMap<string, VersionedPerson>;
}
interface ParseOptions {
  tenant: string;
  lineBytes: number;
  keys: Pick<SubjectKeys, 'keyFor'>;
  /** Of a corpus with rules that find people. */
  finder?: SubjectFinder | undefined;
  /** Records of some people may be left out. */
  skips?: boolean;
  /** Where people may be known by keys of earlier versions: they are people of the block by all of them. */
  keysFor?: SubjectKeys['keysFor'] | undefined;
}

const NEWLINE = 0x0a;
const NOBODY: ReadonlySet<string> = new Set();
const QUOTED_END = Buffer.from('"}\n');
const [ID, PROMPT, ANSWER, TEXT] = ['{"id":"', '","prompt":"', '","answer":"', '","text":"'].map((text) =>
  Buffer.from(text),
) as [Buffer, Buffer, Buffer, Buffer];

/** Plain lines are taken as they stand; every other is read as text, and what is wrong with it is said then. */
export class BlockParser {
  readonly #options: ParseOptions;
  /** For what is read as text. */
  readonly #keys: Pick<SubjectKeys, 'keyFor'>;
  readonly #table: KeyTable;
  readonly #scanner = new LineScanner();
  readonly #packer = new IndexPacker();
  readonly #text = new GrowingBytes();
  readonly #lengths = new GrowingWords();
  readonly #lines = new GrowingWords();
  readonly #where = { typeFrom: 0, typeTo: 0, from: 0, to: 0, hashed: false };
  /** Of keys that the block names, those of every version. */
  readonly #versions = new Map<string, VersionedPerson>();
  #people = new Set<string>();
  #without: ReadonlySet<string> = NOBODY;
  #left = 0;
  /** The keys that the last block made are with its caller. */
  #told = true;
  constructor(options: ParseOptions) {
    this.#options = options;
    this.#table = new KeyTable(options.tenant, options.keys);
    const keyFor: SubjectKeys['keyFor'] = (tenant, identifier) => {
      const key = options.keys.keyFor(tenant, identifier);
      if (options.keysFor === undefined) this.#table.made.push(key);
      else if (!this.#versions.has(key.key)) {
        this.#table.made.push(key);
        const known = options.keysFor(tenant, identifier).map((one) => one.key);
        this.#versions.set(key.key, { stored: key, known: [...new Set([key.key, ...known])] });
      }
      return key;
    };
    this.#keys = options.keysFor === undefined ? rememberKeys({ keyFor }) : { keyFor };
  }

  /**
   * `without`: keys of people whose records are left out, when the same block is parsed again. Throws `malformed-line` or
   * `record-too-large`, naming the line.
   */
  parse({ bytes, firstLine }: Block, without: ReadonlySet<string> = NOBODY): ParsedBlock {
    // what a refused block left behind
    this.#packer.take(0, []);
    // of a block that is parsed again they were made the first time, and of one that was refused nobody was told of them
    if (without === NOBODY && this.#told) {
      this.#table.made = [];
      this.#versions.clear();
    }
    [this.#without, this.#people, this.#left, this.#told] = [without, new Set(), 0, false];
    for (const one of [this.#text, this.#lengths, this.#lines]) one.length = 0;
    const { lineBytes, finder, skips } = this.#options;
    // rules look for people in texts, and who is left out is known by key
    const scans = finder === undefined && skips !== true && isUtf8(bytes);
    let number = firstLine;
    let objects = 0;
    for (let start = 0; start < bytes.length; number++) {
      const found = bytes.indexOf(NEWLINE, start);
      const end = found === -1 ? bytes.length : found;
      refuseLong(number, end - start, lineBytes);
      const before = this.#text.length;
      if (!scans || !this.#plain(bytes, start, end, number)) {
        this.#asText(bytes.subarray(start, end), number);
        objects++;
      }
      if (this.#text.length > before) {
        this.#lengths.push(this.#text.length - before);
        this.#lines.push(number);
      }
      start = end + 1;
    }
    const { first_ordinal: _, ...index } = this.#packer.take(0, this.#table.made);
    this.#told = true;
    return {
      lines: { text: this.#text.view(), lengths: this.#lengths.view() },
      spooled: { lines: this.#lines.view(), index },
      objects: objects + index.keys.length,
      people: this.#people,
      left: this.#left,
      versions: this.#versions,
    };
  }

  /** Takes over a plain line; false for every other. */
  #plain(bytes: Buffer<ArrayBuffer>, start: number, end: number, number: number): boolean {
    const scanner = this.#scanner;
    if (!scanner.scan(bytes, start, end)) return false;
    this.#packer.add(digestWords(bytes.subarray(scanner.idFrom, scanner.idTo)));
    try {
      this.#name(bytes);
    } catch (error) {
      // says of which line and of which of its people
      this.#asText(bytes.subarray(start, end), number);
      throw error;
    }
    this.#write(bytes, start);
    return true;
  }

  #name(bytes: Buffer): void {
    const { count, subjects } = this.#scanner;
    for (let at = 0; at < count * SUBJECT_NUMBERS; at += SUBJECT_NUMBERS) {
      const where = this.#where;
      where.typeFrom = subjects[at]!;
      where.typeTo = subjects[at + 1]!;
      where.from = subjects[at + 2]!;
      where.to = subjects[at + 3]!;
      where.hashed = subjects[at + 4] === 1;
      this.#packer.name(this.#table.find(bytes, where), this.#typeOf(bytes, at));
    }
  }

  /** Where the first identifier of the same type stands. */
  #typeOf(bytes: Buffer, at: number): number {
    const { subjects } = this.#scanner;
    const [from, to] = [subjects[at]!, subjects[at + 1]!];
    for (let other = 0; other < at; other += SUBJECT_NUMBERS) {
      const [otherFrom, otherTo] = [subjects[other]!, subjects[other + 1]!];
      if (otherTo - otherFrom !== to - from) continue;
      let i = from;
      while (i < to && bytes[i] === bytes[otherFrom + i - from]) i++;
      if (i === to) return other;
    }
    return at;
  }

  /** The stored line. Most lines begin as it does, and are copied at one go. */
  #write(bytes: Buffer, start: number): void {
    const { idFrom, idTo, promptFrom, promptTo, textFrom, textTo, hasPrompt } = this.#scanner;
    const text = this.#text;
    // nothing that stands there otherwise is as short
    const begins = idFrom - start === ID.length && promptFrom - idTo === PROMPT.length;
    if (hasPrompt && begins && textFrom - promptTo === ANSWER.length) text.copy(bytes, start, textTo);
    else {
      text.copy(ID);
      text.copy(bytes, idFrom, idTo);
      if (hasPrompt) {
        text.copy(PROMPT);
        text.copy(bytes, promptFrom, promptTo);
      }
      text.copy(hasPrompt ? ANSWER : TEXT);
      text.copy(bytes, textFrom, textTo);
    }
    text.copy(QUOTED_END);
  }

  #asText(bytes: Buffer, number: number): void {
    const text = textOf(bytes, number);
    if (text === null) return;
    const { record, subjects } = readRecord({ number, text }, this.#options.tenant, this.#keys, this.#options.finder);
    const known = subjects.flatMap(({ key }) => this.#versions.get(key)?.known ?? [key]);
    if (this.#options.skips) for (const key of known) this.#people.add(key);
    if (known.some((key) => this.#without.has(key))) {
      this.#left++;
      return;
    }
    this.#packer.add(digestWords(record.id));
    const types = subjects.map(({ type }) => type);
    for (const { key, type } of subjects) this.#packer.name(digestWords(key), types.indexOf(type));
    this.#text.text(toLine(record));
  }
}
