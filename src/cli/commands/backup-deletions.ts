// `expunge backup deletions`: the list of what was deleted, brought up to now.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from '../command.ts';
import { serviceSigner } from '../service-signer.ts';
import { explainSchema, openStore } from '../store.ts';

export const backupDeletions: Command = {
  name: 'backup deletions',
  positionals: [],
  options: {
    out: {
      type: 'string',
      value: 'FILE',
      summary: 'The list; one that is there is continued. Default: DELETIONS_FILE',
    },
  },
  summary: 'Bring the list of deletions up to now, which a restore asks for: a signed line for each step of the ledger',
  async run(args, { out }) {
    const [{ readConfig }, { createDeletionsFile, signDeletions }, { noteDeletions }] = await Promise.all([
      ...([import('../../config.ts'), import('../../backup/deletions-file.ts')] as const),
      import('../../runs/note-deletions.ts'),
    ]);
    const config = readConfig();
    const path = args.text('out') ?? config.deletionsFile;
    const { store, close } = await openStore(config);
    try {
      const signer = await serviceSigner(config, store);
      const deletions = createDeletionsFile(path);
      let entries = 0;
      const note = async () => {
        entries = await noteDeletions({ store, deletions, signDeletions: signDeletions(signer) });
      };
      // a sweep writes to the same list
      while (!(await store.withSweepLock(note))) await sleep(200);
      const last = await deletions.last();
      out.write(`${path}: ${entries} entries of the ledger added, up to ${last?.size ?? 0}\n`);
      return 0;
    } catch (error) {
      throw explainSchema(error);
    } finally {
      await close();
    }
  },
};
