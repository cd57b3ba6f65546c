// The API in a process of its own, so that its peak of memory is its own: arguments are the data folder and the database.
import { buildApp } from '../../src/app.ts';
import { peakMemoryBytes } from '../../src/compute/peak-memory.ts';
import { readConfig } from '../../src/config.ts';
import { readRecords } from '../../src/corpora/records.ts';
import { openDeps } from '../../src/deps.ts';
import { timed } from '../shared/measure.ts';
import { serveTurns } from '../shared/side.ts';
import { buildSets } from './sets.ts';

const [dataDir, databaseUrl, corpusId] = process.argv.slice(2);

let stop = async () => {};
await serveTurns(async () => {
  const config = readConfig({
    ...{ DATA_DIR: dataDir!, DATABASE_URL: databaseUrl!, LOG_LEVEL: 'silent', PORT: '0' },
    MAX_UPLOAD_BYTES: String(2 ** 40),
  });
  const { deps, close } = await openDeps(config);
  const app = await buildApp(deps);
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  stop = async () => {
    await app.close();
    await close();
  };
  return {
    address: () => timed(async () => address),
    /** Peak resident bytes so far. */
    peak: () => timed(async () => peakMemoryBytes()),
    /** Reads records by their ordinals. */
    read: (...ordinals) =>
      timed(async () => {
        let read = 0;
        for await (const _ of readRecords(deps.corpora.path(corpusId!), new Set(ordinals))) read++;
        return read;
      }),
    /** Builds the sets of a run on the corpus. */
    sets: () => timed(() => buildSets(deps, corpusId!)),
  };
});
await stop();
