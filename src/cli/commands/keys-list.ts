// `expunge keys list`: which API keys a tenant has.
import { ROLES, type Scope } from '../../domain/scopes.ts';
import type { PageQuery } from '../../runs/ports.ts';
import type { Command } from '../command.ts';
import { TENANT_OPTION, withKeys } from '../keys.ts';
import { table } from '../terminal.ts';

/** The role that has just these, or the scopes one by one. */
function allows(scopes: readonly Scope[]): string {
  const same = (role: readonly Scope[]) => role.length === scopes.length && role.every((one) => scopes.includes(one));
  const [name] = Object.entries(ROLES).find(([, role]) => same(role)) ?? [];
  return name === undefined ? scopes.join(' ') : `role ${name}`;
}

const HEAD = ['id', 'name', 'state', 'expires', 'last used', 'may do'];

export const keysList: Command = {
  name: 'keys list',
  positionals: [],
  options: { tenant: TENANT_OPTION },
  summary: 'List API keys, newest first',
  async run(args, { out }) {
    return withKeys(args, async (store, tenant) => {
      const rows: string[][] = [];
      for (let query: PageQuery | null = { limit: 100 }; query !== null; ) {
        const { items, next } = await store.listApiKeys(tenant, query);
        for (const { id, name, state, expires_at, last_used_at, scopes } of items)
          rows.push([id, name, state, expires_at.slice(0, 10), last_used_at?.slice(0, 16) ?? 'never', allows(scopes)]);
        query = next === null ? null : { limit: 100, after: next };
      }
      out.write(rows.length > 0 ? table([HEAD, ...rows]) : `The tenant ${tenant} has no API key.\n`);
    });
  },
};
