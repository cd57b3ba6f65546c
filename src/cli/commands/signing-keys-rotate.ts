// `expunge signing-keys rotate`: a new key signs from now on; what the old one signed stays valid.
import type { Command } from '../command.ts';

export const signingKeysRotate: Command = {
  name: 'signing-keys rotate',
  positionals: [],
  options: {},
  summary: 'Make a new signing key and destroy the private half of the old one; nothing has to be restarted',
  async run(_args, { out }) {
    const { readConfig } = await import('../../config.ts');
    const { rotateSigningKey } = await import('../../evidence/signing-keys.ts');
    const { from, to } = await rotateSigningKey(readConfig(), new Date());
    out.write(`${to.kid} signs from now on (${to.path}); back it up.\n`);
    out.write(`${from.kid} stays published, so that what it signed can be checked.\n`);
    return 0;
  },
};
