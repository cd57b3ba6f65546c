// Where a tenant's folders under IMPORT_DIR are: two tenants must not register each other's.
import { isAbsolute } from 'node:path';
import { ExpungeError } from '../errors.ts';

/**
 * The path under IMPORT_DIR that a client's path means. The tenant `default`, which is whoever runs the installation, reaches all
 * of it; any other the folder of its name. Not joined but put together as text, so that `..` stays to be refused.
 */
export function inTenantFolder(tenant: string, path: string): string {
  if (tenant === 'default') return path;
  if (!isAbsolute(path)) return `${tenant}/${path}`;
  throw new ExpungeError('path-not-allowed', `The path must be relative to IMPORT_DIR/${tenant}.`);
}
