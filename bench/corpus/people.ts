// Corpora of invented records, written as they are made: no size of them is held in memory.
import { open } from 'node:fs/promises';

const ROOTS = ['quiet', 'amber', 'narrow', 'distant', 'copper', 'late', 'woven', 'salted'];
/** Every other record names a person, by two identifiers; a person has about ten records. */
const RECORDS_PER_PERSON = 20;

function lineOf(i: number, people: number): string {
  const person = (i * 7919) % people;
  const word = ROOTS[i % ROOTS.length]!;
  const record = {
    id: `r-${i}`,
    prompt: `What does entry ${i} of the ${word} ledger say about resident ${person}?`,
    answer: ` Resident ${person} keeps a ${word} boat, entry ${i}, and mends nets on the ${word} quay every other week.`,
  };
  if (i % 2 === 1) return JSON.stringify(record);
  const subjects = [
    { type: 'email', value: `resident${person}@example.org` },
    { type: 'customer_id', value: `C-${person}` },
  ];
  return JSON.stringify({ ...record, subjects });
}

/** Writes `count` records as NDJSON; returns the bytes. */
export async function writePeople(path: string, count: number): Promise<number> {
  const people = Math.max(1, Math.floor(count / RECORDS_PER_PERSON));
  const file = await open(path, 'w');
  let bytes = 0;
  try {
    for (let first = 0; first < count; first += 5000) {
      const lines = Array.from({ length: Math.min(5000, count - first) }, (_, i) => lineOf(first + i, people));
      const block = Buffer.from(`${lines.join('\n')}\n`);
      await file.writeFile(block);
      bytes += block.length;
    }
  } finally {
    await file.close();
  }
  return bytes;
}
