// `expunge signing-keys list`: what signs, and what has signed.
import type { Command } from '../command.ts';
import { table } from '../terminal.ts';

export const signingKeysList: Command = {
  name: 'signing-keys list',
  positionals: [],
  options: {},
  summary: 'Show the keys that certificates and checkpoints of the ledger were signed with',
  async run(_args, { out }) {
    const { readConfig } = await import('../../config.ts');
    const { readSigningKeys } = await import('../../evidence/signing-keys.ts');
    const keys = await readSigningKeys(readConfig());
    const rows = keys.map(({ kid, retired_at, path }, i) => [
      kid,
      i === 0 ? 'signs' : `retired${retired_at === null ? '' : ` ${retired_at}`}`,
      path,
    ]);
    out.write(table([['key', 'state', 'file'], ...rows]));
    return 0;
  },
};
