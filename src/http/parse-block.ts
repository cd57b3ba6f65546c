// A block of an upload becomes what is stored of it: lines of the corpus file and of the spool. Pure but for the keys.
import type { SubjectFinder } from '../corpora/find-subjects.ts';
import { blockOf } from '../corpora/writer.ts';
import type { LineBlock } from '../domain/batches.ts';
import type { TrainingRecord } from '../domain/record.ts';
import type { SubjectKeys } from '../runs/ports.ts';
import { type Block, linesOf } from './ndjson.ts';
import { readRecord } from './records.ts';
import { entryText } from './spool.ts';

interface ParsedBlock {
  lines: LineBlock;
  /** Entries of the spool. */
  entries: Uint8Array<ArrayBuffer>;
  /** Records left out. */
  left: number;
}
interface ParseOptions {
  tenant: string;
  lineBytes: number;
  /** Of a corpus with rules that find people. */
  finder?: SubjectFinder;
  /** Of people who must not be in it: whatever names one of them is left out. */
  without?: ReadonlySet<string>;
}

const ENCODER = new TextEncoder();

/** Throws `malformed-line` or `record-too-large`, naming the line. */
export function parseBlock(
  block: Block,
  { tenant, lineBytes, without, finder }: ParseOptions,
  keys: Pick<SubjectKeys, 'keyFor'>,
): ParsedBlock {
  const records: TrainingRecord[] = [];
  let entries = '';
  let left = 0;
  for (const line of linesOf(block, lineBytes)) {
    const { record, subjects } = readRecord(line, tenant, keys, finder);
    if (without !== undefined && subjects.some(({ key }) => without.has(key))) {
      left++;
      continue;
    }
    records.push(record);
    entries += entryText({ line: line.number, record_id: record.id, subjects });
  }
  return { lines: blockOf(records), entries: ENCODER.encode(entries), left };
}
