// `expunge keys create`: an API key, the first one too. Who may run this reaches the database anyway.
import { KEY_NAME } from '../../domain/key-terms.ts';
import { ROLES, SCOPES, type Scope } from '../../domain/scopes.ts';
import { type Arguments, type Command, required, UsageError } from '../command.ts';
import { ACTOR, DAYS_OPTION, lifetimeOf, newKey, show, TENANT_OPTION, withKeys } from '../keys.ts';

/** What a list with commas names, each of them in the table. Throws UsageError. */
function named<Name extends string>(args: Arguments, option: string, known: Record<Name, unknown>): Name[] {
  const names = args.text(option)?.split(',') ?? [];
  return names.map((text) => {
    const name = text.trim();
    if (Object.hasOwn(known, name)) return name as Name;
    throw new UsageError(`--${option}: there is no ${name}`, `There are: ${Object.keys(known).join(', ')}.`);
  });
}

/** Those of the roles, and those that are named. Throws UsageError. */
export function scopesOf(args: Arguments): Scope[] {
  const chosen = named(args, 'role', ROLES).flatMap((role): readonly Scope[] => ROLES[role]);
  const all = [...new Set([...chosen, ...named(args, 'scopes', SCOPES)])];
  if (all.length > 0) return all;
  throw new UsageError(
    '--role is missing',
    `Roles are: ${Object.keys(ROLES).join(', ')}; --scopes names single scopes.`,
  );
}

export const keysCreate: Command = {
  name: 'keys create',
  positionals: [],
  options: {
    name: { type: 'string', value: 'NAME', summary: 'What the key is called: lower-case, and not after a person' },
    role: { type: 'string', value: 'ROLES', summary: `What it may do, with commas: ${Object.keys(ROLES).join(', ')}` },
    scopes: { type: 'string', value: 'SCOPES', summary: 'Single scopes, with commas; instead of a role or beside it' },
    tenant: TENANT_OPTION,
    days: DAYS_OPTION,
  },
  summary: 'Make an API key and print it, this once',
  async run(args, terminal) {
    const [name, scopes, lifetime_ms] = [required(args, 'name'), scopesOf(args), lifetimeOf(args)];
    if (!KEY_NAME.test(name)) throw new UsageError('--name takes small letters, digits, . _ and -, at most 100');
    return withKeys(args, async (store, tenant) => {
      const { items } = await store.listApiKeys(tenant, { limit: 1 });
      if (items.length === 0) terminal.err.write(`This is the first key of the tenant ${tenant}.\n`);
      const { text, stored } = await newKey();
      const key = await store.createApiKey(tenant, { ...stored, name, scopes, lifetime_ms }, ACTOR);
      show(terminal, text, key);
    });
  },
};
