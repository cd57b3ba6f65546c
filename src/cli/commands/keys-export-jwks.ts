// `expunge keys export-jwks`: the public keys, for auditors who check certificates offline.
import { writeFile } from 'node:fs/promises';
import type { Command } from '../command.ts';

export const keysExportJwks: Command = {
  name: 'keys export-jwks',
  positionals: [],
  options: { out: { type: 'string', value: 'FILE', summary: 'Write to a file instead of the standard output' } },
  summary: 'Print the public keys that certificates are checked with',
  async run(args, { out }) {
    const { readConfig } = await import('../../config.ts');
    const { createSigner } = await import('../../evidence/signer.ts');
    const signer = await createSigner(readConfig(), { make: false });
    const text = `${JSON.stringify(await signer.jwks(), null, 2)}\n`;
    const file = args.text('out');
    if (file === undefined) out.write(text);
    else await writeFile(file, text);
    return 0;
  },
};
