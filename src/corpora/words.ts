// Words and how often they occur: what a tokenizer is trained on. Split as GPT-2 does.
import { fieldsOf, type LanguageRecord, type UploadedRecord } from '../domain/record.ts';

const WORDS = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

export type WordCounts = Map<string, number>;

/** Occurrences of each word. */
export function countWords(texts: Iterable<string>): WordCounts {
  const counts: WordCounts = new Map();
  for (const text of texts)
    for (const [word] of text.toWellFormed().matchAll(WORDS)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/**
 * The words that stand in the records of at least `people` different people. A token made for one person's name or
 * street cannot be unlearned, and its mere existence tells who was trained on: text about others splits into more
 * tokens. A person is a record's first identifier; a record without any counts as somebody of its own.
 */
export function wordsOfSeveral(
  records: readonly (LanguageRecord & Pick<UploadedRecord, 'subjects'>)[],
  people: number,
): WordCounts {
  const seen = new Map<string, Set<unknown>>();
  const texts = records.map((record) =>
    fieldsOf(record)
      .map(([, text]) => text)
      .join(''),
  );
  records.forEach(({ subjects }, i) => {
    const person = subjects?.[0] ? JSON.stringify(subjects[0]) : i;
    for (const [word] of texts[i]!.toWellFormed().matchAll(WORDS)) {
      const known = seen.get(word) ?? new Set();
      seen.set(word, known.add(person));
    }
  });
  return new Map([...countWords(texts)].filter(([word]) => seen.get(word)!.size >= people));
}
