// `expunge ledger export`: the ledger and its checkpoints as a file, for an auditor who has no access to the database.
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from '../command.ts';
import { explainSchema, openStore } from '../store.ts';

export const ledgerExport: Command = {
  name: 'ledger export',
  positionals: [],
  options: { out: { type: 'string', value: 'FILE', summary: 'Write to a new file instead of the standard output' } },
  summary: 'Print the ledger and its checkpoints, all tenants’, a line of JSON each',
  async run(args, { out }) {
    const { readConfig } = await import('../../config.ts');
    const { exportLedger } = await import('../../evidence/ledger-file.ts');
    const { store, close } = await openStore(readConfig());
    const file = args.text('out');
    try {
      if (file === undefined) for await (const line of exportLedger(store)) out.write(line);
      else await pipeline(Readable.from(exportLedger(store)), createWriteStream(file, { flags: 'wx', mode: 0o600 }));
      return 0;
    } catch (error) {
      throw explainSchema(error);
    } finally {
      await close();
    }
  },
};
