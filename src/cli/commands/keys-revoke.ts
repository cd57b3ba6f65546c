// `expunge keys revoke`: an API key ends now.
import type { Command } from '../command.ts';
import { ACTOR, idOf, noSuchKey, TENANT_OPTION, withKeys } from '../keys.ts';

export const keysRevoke: Command = {
  name: 'keys revoke',
  positionals: ['ID'],
  options: { tenant: TENANT_OPTION },
  summary: 'Revoke an API key',
  async run(args, { out }) {
    const id = idOf(args);
    return withKeys(args, async (store, tenant) => {
      const key = await store.revokeApiKey(tenant, id, ACTOR);
      if (key === null) throw noSuchKey(id);
      out.write(`The key ${key.id} (${key.name}) is revoked.\n`);
    });
  },
};
