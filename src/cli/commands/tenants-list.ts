// `expunge tenants list`: who there is, and how much of it.
import type { Command } from '../command.ts';
import { explainSchema, openStore } from '../store.ts';
import { table } from '../terminal.ts';

export const tenantsList: Command = {
  name: 'tenants list',
  positionals: [],
  options: {},
  summary: 'List the tenants, and what each has',
  async run(_args, { out }) {
    const { readConfig } = await import('../../config.ts');
    const { store, close } = await openStore(readConfig());
    try {
      const heading = ['tenant', 'models', 'corpora', 'open requests', 'API keys', 'certificates', 'off-boarded'];
      const rows = (await store.listTenants()).map((one) => [
        ...[one.tenant, one.models, one.corpora, one.open_requests, one.api_keys, one.certificates].map(String),
        one.offboarded_at?.slice(0, 10) ?? '',
      ]);
      out.write(table([heading, ...rows], ['left', 'right', 'right', 'right', 'right', 'right', 'left']));
      return 0;
    } catch (error) {
      throw explainSchema(error);
    } finally {
      await close();
    }
  },
};
