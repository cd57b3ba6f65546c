// `expunge backup verify`: reads every byte.
import { readKeySet } from '../certificate-file.ts';
import type { Command } from '../command.ts';
import { bytes } from '../terminal.ts';

export const backupVerify: Command = {
  name: 'backup verify',
  positionals: ['DIR'],
  options: {
    jwks: { type: 'string', value: 'FILE|URL', summary: 'Public keys to trust; default: those in KEY_DIR' },
  },
  summary: 'Check a backup: its signature, and every byte of it',
  async run(args, { out, err }) {
    const [{ readConfig }, { trustedKeys }, { verifyBackup }] = await Promise.all([
      ...([
        import('../../config.ts'),
        import('../../backup/trusted-keys.ts'),
        import('../../backup/verify.ts'),
      ] as const),
    ]);
    const config = readConfig();
    const [dir = ''] = args.positionals;
    const named = args.text('jwks');
    const keys =
      named === undefined
        ? await trustedKeys(config, dir, [config.keys.dir])
        : { jwks: await readKeySet(named, ''), independent: true };
    const check = await verifyBackup(dir, keys.jwks);
    if (!check.ok) {
      err.write(`expunge: The backup is not whole: ${check.reason}\n`);
      return 1;
    }
    const { backup, kid } = check;
    out.write(`ok: backup ${backup.id} of ${backup.created_at}, ${backup.files.length} files, ${bytes(check.bytes)}\n`);
    out.write(`    ledger ${backup.ledger.size} entries; signed by ${kid}\n`);
    if (!keys.independent)
      err.write(
        'That key is in the backup itself: it is whole, and who made it is not shown. --jwks names keys to trust.\n',
      );
    return 0;
  },
};
