// Holds the corpora of a registration against the recipe of the model: which of them it was trained on, and on how much of each.
import type { Recipe } from '../domain/recipe.ts';
import type { CorpusRole } from '../domain/record.ts';
import type { Corpus } from '../domain/resources.ts';
import { ExpungeError } from '../errors.ts';
import type { CorpusFiles } from '../runs/ports.ts';

export interface NamedCorpus {
  corpus: Corpus;
  role: CorpusRole;
  /** How many of its records count, from the first, as the client says; left out: as the recipe says, or all. */
  asked?: number | undefined;
}
/** A corpus with how many of its records, from the first, the model was made with. */
export interface TakenCorpus extends NamedCorpus {
  records: number;
}
type Told = Recipe['corpora'][number];

/** Digest of the first so many records, by their number, of a corpus that the recipe does not tell of as it is now. */
async function beginningsOf(files: CorpusFiles, recipe: Recipe, { corpus }: NamedCorpus): Promise<Map<number, string>> {
  if (recipe.corpora.some(({ digest }) => digest === corpus.digest)) return new Map();
  const counts = recipe.corpora.map(({ records }) => records).filter((records) => records < corpus.records);
  return files.digestsOfFirst(corpus.id, [...new Set(counts)]);
}

function refuse(name: string, why: string, pointer = '#/corpora'): never {
  const errors = [{ pointer, detail: why }];
  throw new ExpungeError('corpus-mismatch', `The corpus ${name} ${why}.`, { errors });
}

/** Of a corpus that the recipe does not tell of as it is now, what it tells of; of one that it does not tell of, what is asked for. */
export function recordsOf({ corpus, asked }: NamedCorpus, told?: Told): number {
  if (told === undefined) return asked ?? corpus.records;
  return told.digest === corpus.digest ? corpus.records : told.records;
}

/**
 * The train corpora must be those that the model was trained on, no more and no fewer; a holdout must not be among
 * them, and must be the recipe's own where the recipe names any. A corpus that grew since is known by its beginning, and what came later
 * is no part of the model. Throws `corpus-mismatch`.
 */
export async function takenOf(files: CorpusFiles, recipe: Recipe, named: NamedCorpus[]): Promise<TakenCorpus[]> {
  const ofRole = (role: CorpusRole): Told[] => recipe.corpora.filter((told) => told.role === role);
  const given = new Set<string>();
  const taken: TakenCorpus[] = [];
  for (const [index, one] of named.entries()) {
    const { corpus, role } = one;
    const pointer = `#/corpora/${index}`;
    const beginnings = await beginningsOf(files, recipe, one);
    const isIt = ({ digest, records }: Told) => digest === corpus.digest || digest === beginnings.get(records);
    const told = ofRole(role).find(isIt);
    if (role === 'train' && !told)
      refuse(corpus.name, 'is not among the recipe’s train corpora: its digest differs', pointer);
    if (role === 'holdout' && ofRole('train').some(isIt))
      refuse(corpus.name, 'was trained on according to the recipe, so it cannot be a holdout', pointer);
    if (role === 'holdout' && !told && ofRole('holdout').length > 0)
      refuse(corpus.name, 'is not among the recipe’s holdout corpora: its digest differs', pointer);
    if (role === 'train') given.add(told!.digest);
    const records = recordsOf(one, told);
    if (told && one.asked !== undefined && one.asked !== records)
      refuse(corpus.name, `counts with ${records} records according to the recipe, and not with ${one.asked}`, pointer);
    taken.push({ ...one, records });
  }
  const missing = ofRole('train').find(({ digest }) => !given.has(digest));
  if (missing) refuse(missing.name, 'of the recipe is missing: every train corpus must be named');
  return taken;
}

/** A warning for each corpus that grew. */
export const grownWarnings = (taken: readonly TakenCorpus[]): string[] =>
  taken
    .filter(({ corpus, records }) => records < corpus.records)
    .map(
      ({ corpus, records }) =>
        `The corpus ${corpus.name} has grown since the model was trained: the first ${records} of its ${corpus.records} records count, and later ones are no part of the model.`,
    );
