// Writes the corpus of fictitious people as two files that can be trained on and uploaded.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makePeople } from '../examples/people.ts';
import type { UploadedAnswer } from '../src/domain/record.ts';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'data/people' },
    seed: { type: 'string', default: '2026' },
    people: { type: 'string', default: '100' },
    holdout: { type: 'string', default: '160' },
  },
});

function wholeNumber(name: 'seed' | 'people' | 'holdout', minimum: number): number {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value >= minimum) return value;
  throw new RangeError(`--${name} must be a whole number of at least ${minimum}`);
}

async function write(name: string, records: UploadedAnswer[]): Promise<void> {
  const file = join(values.out, name);
  await writeFile(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  console.log(`${file}: ${records.length} records`);
}

const people = makePeople({
  seed: wholeNumber('seed', 0),
  people: wholeNumber('people', 1),
  holdout: wholeNumber('holdout', 0),
});
await mkdir(values.out, { recursive: true });
await write('train.ndjson', people.train);
await write('holdout.ndjson', people.holdout);
