// `expunge subject-keys list`: the versions of a tenant's subject key, and how much is stored under each.
import { SETTLE_MS, versionsOnDisk } from '../../evidence/key-ring.ts';
import type { KeyVersion } from '../../runs/ports.ts';
import type { Command } from '../command.ts';
import { TENANT_OPTION, withKeys } from '../keys.ts';
import { table } from '../terminal.ts';

/** What the store and the folder know of each version, oldest first. */
export function describeVersions(stored: readonly KeyVersion[], onDisk: readonly number[], now: number): string[][] {
  const known = new Map(stored.map((one) => [one.version, one]));
  const live = onDisk.filter((version) => known.get(version)?.destroyed_at == null);
  const settled = live.filter(
    (version) => Date.parse(known.get(version)?.created_at ?? '1970-01-01') + SETTLE_MS <= now,
  );
  const current = Math.max(...(settled.length > 0 ? settled : live));
  return [...new Set([...known.keys(), ...onDisk])]
    .sort((a, b) => a - b)
    .map((version) => {
      const one = known.get(version);
      const state =
        one?.destroyed_at != null
          ? `destroyed ${one.destroyed_at.slice(0, 16).replace('T', ' ')}`
          : !onDisk.includes(version)
            ? 'missing'
            : version === current
              ? 'current'
              : version > current
                ? 'about to be current'
                : 'looked up';
      return [version, state, one?.record_keys ?? 0, one?.requests ?? 0, one?.open_requests ?? 0].map(String);
    });
}

export const subjectKeysList: Command = {
  name: 'subject-keys list',
  positionals: [],
  options: { tenant: TENANT_OPTION },
  summary: 'List the versions of the key that people are known by',
  async run(args, { out }) {
    const { readConfig } = await import('../../config.ts');
    const config = readConfig();
    return withKeys(args, async (store, tenant) => {
      const onDisk = (await versionsOnDisk(config)).filter((one) => one.tenant === tenant).map((one) => one.version);
      const rows = describeVersions(await store.listKeyVersions(tenant), onDisk, Date.now());
      const heading = ['version', 'state', 'people’s keys on records', 'requests', 'open'];
      out.write(table([heading, ...rows], ['right', 'left', 'right', 'right', 'right']));
    });
  },
};
