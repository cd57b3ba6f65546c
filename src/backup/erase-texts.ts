// Texts of records that were destroyed since a backup was made, destroyed again in the corpora that it put back.

import { createFactorFiles } from '../checkpoints/factors.ts';
import type { Config } from '../config.ts';
import { createCorpusFiles } from '../corpora/files.ts';
import type { Deletion } from '../domain/backup.ts';
import { createSubjectKeys } from '../evidence/keys.ts';
import { type AppliedDeletions, applyDeletions } from '../runs/erase/apply-deletions.ts';
import { createStore } from '../store/store.ts';

/** Once the files are in their places. What a restored model knows again goes with its request, which waits for it. */
export async function eraseTexts(
  url: string,
  config: Pick<Config, 'corpusDir' | 'influenceDir' | 'keys'>,
  deletions: readonly Deletion[],
  actor: string,
): Promise<AppliedDeletions> {
  const entries = deletions.flatMap((one) => (one.what === 'text' ? [one.entry] : []));
  if (entries.length === 0) return { erased: 0, request_ids: [], unknown: 0 };
  const store = createStore({ url });
  try {
    return await applyDeletions(
      {
        ...{ store, worker: actor, clock: () => new Date(), corpora: createCorpusFiles(config.corpusDir) },
        factors: createFactorFiles(config.influenceDir),
        subjectKeys: await createSubjectKeys(config, await store.subjectKeyVersions()),
      },
      entries,
    );
  } finally {
    await store.close();
  }
}
