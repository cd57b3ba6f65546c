// Looks for given texts in the corpora that models were trained on: every record passes by once, whatever is looked for.
import { TextMatcher, type TextSketch } from '../corpora/near-text.ts';
import { ExpungeError } from '../errors.ts';
import type { RecordPlace } from '../runs/ports.ts';
import type { Principal } from './principal.ts';
import type { AppDeps } from './types.ts';
import { inTurn } from './upload.ts';
import { invalidField } from './validation.ts';

/** A text that stands in more records is a phrase, and no request for a person's data. */
const MOST_RECORDS = 1000;
/** Of all texts of a call together, different ones of each: what they are found by is held in memory. */
const MOST_SHINGLES = 1_000_000;

export interface Asking {
  texts: { sketch: TextSketch; similarity: number }[];
  /** Models whose train corpora are searched; null: all models. */
  model_ids: string[] | null;
}
export interface FoundText {
  exact: number;
  near: number;
  places: RecordPlace[];
}

interface Sought {
  asking: number;
  text: number;
  sketch: TextSketch;
  similarity: number;
}

/** By corpus, what is sought there. */
async function byCorpus(deps: AppDeps, { tenant }: Principal, asking: readonly Asking[]) {
  const corpora = new Map<string, { records: number; sought: Sought[] }>();
  const known = new Map<string, { corpus_id: string; records: number }[]>();
  for (const [i, { texts, model_ids }] of asking.entries()) {
    if (texts.length === 0) continue;
    const models = model_ids === null ? null : [...new Set(model_ids)].sort();
    const name = JSON.stringify(models);
    const own = known.get(name) ?? (await deps.store.trainCorpora(tenant, models));
    known.set(name, own);
    for (const { corpus_id, records } of own) {
      const at = corpora.get(corpus_id) ?? { records: 0, sought: [] };
      at.records = Math.max(at.records, records);
      for (const [text, one] of texts.entries()) at.sought.push({ asking: i, text, ...one });
      corpora.set(corpus_id, at);
    }
  }
  return corpora;
}

/** Throws `text-search-too-large`. */
function checkTexts(asking: readonly Asking[]): void {
  let shingles = 0;
  for (const { texts } of asking) for (const { sketch } of texts) shingles += sketch.shingles.length;
  if (shingles > MOST_SHINGLES)
    throw new ExpungeError(
      'text-search-too-large',
      `The texts of this call have ${shingles} words, and ${MOST_SHINGLES} are allowed: send fewer at a time.`,
    );
}

/** Throws `text-search-too-large` and `records-gone`. */
async function checkSize(deps: AppDeps, corpora: Iterable<string>): Promise<void> {
  const most = deps.config.limits.textSearchBytes;
  let bytes = 0;
  for (const id of corpora) {
    const size = await deps.corpora.bytes(id);
    if (size === null)
      throw new ExpungeError(
        'records-gone',
        `The text of the corpus ${id} is not there, so no text can be found in it.`,
      );
    bytes += size;
  }
  if (bytes > most)
    throw new ExpungeError('text-search-too-large', `${bytes} bytes would have to be read, and ${most} are allowed.`);
}

async function scan(deps: AppDeps, corpusId: string, records: number, sought: Sought[], found: FoundText[][]) {
  const matcher = new TextMatcher(sought);
  for await (const { ordinal, ...record } of deps.corpora.readLines(corpusId)) {
    if (ordinal >= records) break;
    for (const [i, likeness] of matcher.match(record)) {
      const at = found[sought[i]!.asking]![sought[i]!.text]!;
      at[likeness]++;
      if (at.places.length <= MOST_RECORDS) at.places.push({ corpus_id: corpusId, ordinal });
    }
  }
}

/**
 * For each asking, what was found of each of its texts, or why it is refused. One search at a time: each reads whole corpora.
 * Throws `service-unavailable`.
 */
export async function findTexts(
  deps: AppDeps,
  who: Principal,
  asking: readonly Asking[],
): Promise<(FoundText[] | ExpungeError)[]> {
  const found = asking.map(({ texts }) => texts.map((): FoundText => ({ exact: 0, near: 0, places: [] })));
  if (found.every((texts) => texts.length === 0)) return found;
  try {
    await inTurn('texts', async () => {
      checkTexts(asking);
      const corpora = await byCorpus(deps, who, asking);
      await checkSize(deps, corpora.keys());
      for (const [id, { records, sought }] of corpora) await scan(deps, id, records, sought, found);
    });
  } catch (error) {
    if (!(error instanceof ExpungeError) || error.code === 'service-unavailable') throw error;
    return asking.map(({ texts }, i) => (texts.length === 0 ? found[i]! : error));
  }
  return found.map((texts) => {
    const common = texts.findIndex(({ places }) => places.length > MOST_RECORDS);
    if (common === -1) return texts;
    return invalidField(
      `#/texts/${common}`,
      `stands in over ${MOST_RECORDS} records; name those that are meant with record_ids`,
    );
  });
}
