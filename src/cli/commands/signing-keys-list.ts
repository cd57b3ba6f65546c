// `expunge signing-keys list`: what signs, and what has signed.
import type { Command } from '../command.ts';
import { table } from '../terminal.ts';

export const signingKeysList: Command = {
  name: 'signing-keys list',
  positionals: [],
  options: {
    ledger: {
      type: 'string',
      value: 'ORIGIN',
      summary: 'Print verifier keys for checkpoints of that name, as other tools take them',
    },
  },
  summary: 'Show the keys that certificates and checkpoints of the ledger were signed with',
  async run(args, { out }) {
    const { readConfig } = await import('../../config.ts');
    const { readSigningKeys } = await import('../../evidence/signing-keys.ts');
    const keys = await readSigningKeys(readConfig(), { make: false });
    const origin = args.text('ledger');
    if (origin !== undefined) {
      const { verifierKey } = await import('../../evidence/note.ts');
      for (const { x } of keys) out.write(`${verifierKey(origin, x)}\n`);
      return 0;
    }
    const rows = keys.map(({ kid, retired_at, path }, i) => [
      kid,
      i === 0 ? 'signs' : `retired${retired_at === null ? '' : ` ${retired_at}`}`,
      path,
    ]);
    out.write(table([['key', 'state', 'file'], ...rows]));
    return 0;
  },
};
