// `expunge backup restore`: into an empty place, and without what was deleted since.
import type { Config } from '../../config.ts';
import type { Backup, Deletion, LedgerHead } from '../../domain/backup.ts';
import type { AppliedDeletions } from '../../runs/erase/apply-deletions.ts';
import { readKeySet } from '../certificate-file.ts';
import { type Arguments, type Command, UsageError } from '../command.ts';
import { ACTOR } from '../keys.ts';

interface Given {
  deletions: readonly Deletion[];
  upTo: LedgerHead | null;
}

async function deletionsOf(args: Arguments, backup: Backup, jwks: { keys: Record<string, unknown>[] }): Promise<Given> {
  const path = args.text('deletions');
  if (path === undefined) return { deletions: [], upTo: null };
  const { readDeletions } = await import('../../backup/deletions-file.ts');
  return readDeletions(path, jwks, backup.ledger);
}

/** Postgres of the data folder, unless DATABASE_URL names one; `stop` ends what was started. */
function databaseOf(config: Config) {
  let stop = async () => {};
  return {
    async start(): Promise<string> {
      if (config.databaseUrl !== null) return config.databaseUrl;
      const { startEmbeddedPostgres } = await import('../../store/embedded.ts');
      const postgres = await startEmbeddedPostgres(config.dataDir);
      stop = () => postgres.stop();
      return postgres.url;
    },
    stop: () => stop(),
  };
}

/** What became of the texts that the list has. */
function textLines({ erased, unknown, request_ids }: AppliedDeletions): string[] {
  const lines = [
    erased > 0 && `text destroyed again: ${erased} records`,
    unknown > 0 &&
      `left as they are: ${unknown} records whose text was destroyed and that are others now, or in no corpus here`,
    request_ids.length > 0 &&
      `requests made for records that a model knows again and that no open request is about: ${request_ids.join(', ')}`,
  ];
  return lines.filter((line) => line !== false);
}

export const backupRestore: Command = {
  name: 'backup restore',
  positionals: ['DIR'],
  options: {
    deletions: {
      type: 'string',
      value: 'FILE',
      summary: 'What was deleted since: DELETIONS_FILE of the old installation',
    },
    'accept-missing-deletions': { type: 'boolean', summary: 'Restore without it: people deleted since may come back' },
    keys: {
      type: 'string',
      value: 'DIR',
      summary: 'Folder of the keys, where they are not in the backup, or newer ones',
    },
    jwks: { type: 'string', value: 'FILE|URL', summary: 'Public keys to trust; default: those in the folder of keys' },
  },
  summary: 'Restore a backup into an empty DATA_DIR (and database), and delete again what was deleted since',
  async run(args, { out, err }) {
    const [{ readConfig }, { trustedKeys }, { verifyBackup }, { restoreBackup }, { ExpungeError }] = await Promise.all([
      ...([
        import('../../config.ts'),
        import('../../backup/trusted-keys.ts'),
        import('../../backup/verify.ts'),
      ] as const),
      ...([import('../../backup/restore.ts'), import('../../errors.ts')] as const),
    ]);
    if (args.text('deletions') !== undefined && args.flag('accept-missing-deletions'))
      throw new UsageError('--deletions and --accept-missing-deletions exclude each other');
    if (args.text('deletions') === undefined && !args.flag('accept-missing-deletions'))
      throw new ExpungeError('deletions-missing', 'Neither --deletions nor --accept-missing-deletions was given');
    const config = readConfig();
    const [dir = ''] = args.positionals;
    const keysFrom = args.text('keys') ?? null;
    const named = args.text('jwks');
    const trusted =
      named === undefined
        ? await trustedKeys(config, dir, [keysFrom, config.keys.dir])
        : { jwks: await readKeySet(named, ''), independent: true };
    const check = await verifyBackup(dir, trusted.jwks);
    if (!check.ok) throw new ExpungeError('backup-invalid', `The backup is not whole: ${check.reason}`);
    const { backup } = check;
    const given = await deletionsOf(args, backup, trusted.jwks);
    const database = databaseOf(config);
    try {
      const wish = { dir, backup, config, keysFrom, ...given, actor: ACTOR, database: database.start };
      const { files, applied, texts } = await restoreBackup(wish);
      out.write(`Backup ${backup.id} of ${backup.created_at} is restored: ${files} files\n`);
      const again = [...applied.requests.values()].flat().length;
      for (const [what, count] of Object.entries(applied.counts)) out.write(`  deleted again: ${what} ${count}\n`);
      for (const line of textLines(texts)) out.write(`  ${line}\n`);
      if (given.upTo === null) err.write('What was deleted since the backup was not deleted again.\n');
      else out.write(`  deletions up to entry ${given.upTo.size} of the ledger are applied\n`);
      if (again > 0)
        err.write(
          `${again} deletion requests wait again: what forgot their people is not in the backup. Until their runs end, the models answer as they did then.\n`,
        );
      return 0;
    } finally {
      await database.stop();
    }
  },
};
