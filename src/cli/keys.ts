// What the commands about API keys share. They work on the store, so that the first key needs no other.
import type { ApiKey } from '../domain/api-key.ts';
import { DAY_MS, HOUR_MS, KEY_DAYS, OVERLAP_HOURS, TENANT } from '../domain/key-terms.ts';
import { ExpungeError } from '../errors.ts';
import type { Store } from '../runs/ports.ts';
import { type Arguments, type CommandOption, type Terminal, UsageError, wholeNumber } from './command.ts';
import { explainSchema, openStore } from './store.ts';
import { palette } from './terminal.ts';

export const TENANT_OPTION: CommandOption = {
  ...{ type: 'string', value: 'TENANT' },
  summary: 'Whose keys they are; default: default',
};
export const DAYS_OPTION: CommandOption = {
  ...{ type: 'string', value: 'N' },
  summary: `How many days the key is valid; default ${KEY_DAYS.usual}, at most ${KEY_DAYS.most}`,
};

/** Written to the ledger beside what a command did. */
export const ACTOR = 'command';

/** Throws UsageError. */
function upTo(args: Arguments, name: string, { most, usual }: { most: number; usual: number }, least: number): number {
  const value = wholeNumber(args, name, usual, least);
  if (value > most) throw new UsageError(`--${name} is at most ${most}`);
  return value;
}
export const lifetimeOf = (args: Arguments): number => upTo(args, 'days', KEY_DAYS, 1) * DAY_MS;
export const overlapOf = (args: Arguments): number => upTo(args, 'overlap-hours', OVERLAP_HOURS, 0) * HOUR_MS;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The key that a command names. Throws UsageError. */
export function idOf(args: Arguments): string {
  const [id = ''] = args.positionals;
  if (UUID.test(id)) return id;
  throw new UsageError(`${JSON.stringify(id)} is no key’s id`, '`expunge keys list` shows the ids.');
}
export const noSuchKey = (id: string) => new ExpungeError('not-found', `The tenant has no API key ${id}`);

/** A new key's id, its text and what is stored of it. */
export async function newKey(): Promise<{ text: string; stored: { id: string; secret_hash: string } }> {
  const [{ makeKey }, { v7 }] = await Promise.all([import('../evidence/api-key.ts'), import('uuid')]);
  const id = v7();
  const { text, secret_hash } = makeKey(id);
  return { text, stored: { id, secret_hash } };
}

/** The key alone goes to the standard output, so that a script can take it from there. */
export function show({ out, err }: Terminal, text: string, key: ApiKey): void {
  const paint = palette(err);
  err.write(
    `API key ${paint.bold(key.id)} (${key.name}), valid until ${key.expires_at.slice(0, 10)}: ${key.scopes.join(' ')}\n`,
  );
  err.write(`${paint.yellow('It is shown this once')}; send it as Authorization: Bearer.\n`);
  out.write(`${text}\n`);
}

/** Runs `work` on the store of the tenant that is named. Throws UsageError, `start-refused`. */
export async function withKeys(
  args: Arguments,
  work: (store: Store, tenant: string) => Promise<void>,
): Promise<number> {
  const tenant = args.text('tenant') ?? 'default';
  if (!TENANT.test(tenant)) throw new UsageError('--tenant takes small letters, digits and -, at most 63');
  const { readConfig } = await import('../config.ts');
  const { store, close } = await openStore(readConfig());
  try {
    await work(store, tenant);
    return 0;
  } catch (error) {
    throw explainSchema(error);
  } finally {
    await close();
  }
}
