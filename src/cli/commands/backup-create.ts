// `expunge backup create`: everything that is needed to go on elsewhere, while the service runs.
import { basename } from 'node:path';
import type { Command } from '../command.ts';
import { ACTOR } from '../keys.ts';
import { serviceSigner } from '../service-signer.ts';
import { explainSchema, openStore } from '../store.ts';
import { bytes } from '../terminal.ts';

export const backupCreate: Command = {
  name: 'backup create',
  positionals: ['DIR'],
  options: {
    'with-keys': {
      type: 'boolean',
      summary: 'Put the keys in as well; whoever has the backup can then read all of it',
    },
  },
  summary: 'Back up database, ledger, checkpoints and corpora into a new folder; the service may run meanwhile',
  async run(args, { out, err }) {
    const [{ readConfig }, { createBackup }, { version }, { v7 }] = await Promise.all([
      ...([import('../../config.ts'), import('../../backup/create.ts')] as const),
      ...([import('../../version.ts'), import('uuid')] as const),
    ]);
    const config = readConfig();
    const [dir = ''] = args.positionals;
    const { store, url, close } = await openStore(config);
    try {
      const signer = await serviceSigner(config, store);
      const id = v7();
      // before the database is read, so that the backup knows of itself
      await store.appendLedger('default', 'backup.created', ACTOR, { backup_id: id });
      const backup = await createBackup({
        ...{ url, config, dir, id, version, now: new Date() },
        signer,
        withKeys: args.flag('with-keys'),
      });
      const size = backup.files.reduce((sum, file) => sum + file.bytes, 0);
      out.write(`Backup ${id} is in ${basename(dir)}: ${backup.files.length} files, ${bytes(size)}\n`);
      out.write(`  ledger ${backup.ledger.size} entries, head ${backup.ledger.head}\n`);
      if (!backup.keys.included)
        err.write(
          `The keys are not in it. Without these it cannot be restored; keep them elsewhere:\n${backup.keys.needed.map((name) => `  ${name}\n`).join('')}`,
        );
      return 0;
    } catch (error) {
      throw explainSchema(error);
    } finally {
      await close();
    }
  },
};
