// The tenant that a command is about.
import { type Arguments, type CommandOption, UsageError } from './command.ts';

export const TENANT_OPTION: Record<string, CommandOption> = {
  tenant: { type: 'string', value: 'NAME', summary: 'Tenant; default: default' },
};

/** Throws UsageError for what cannot be one. */
export function tenantOf(args: Arguments): string {
  const tenant = args.text('tenant') ?? 'default';
  if (/^[a-z0-9][a-z0-9._-]{0,99}$/.test(tenant)) return tenant;
  throw new UsageError('--tenant must be a lower-case name');
}
