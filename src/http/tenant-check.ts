// Whether a caller's tenant was off-boarded. What the store says is believed for a moment, as it is of keys.
import { type Asking, BELIEVED_MS } from './key-check.ts';
import type { AppDeps } from './types.ts';

/** Tenants that are remembered; beyond that the store is asked more often. */
const MOST = 10_000;

/** Throws `tenant-offboarded`; the store's `service-unavailable`. */
export type TenantCheck = (tenant: string, how: Pick<Asking, 'fresh'>) => Promise<void>;

export function createTenantCheck({ store, clock }: Pick<AppDeps, 'store' | 'clock'>): TenantCheck {
  const now = (): number => clock?.().getTime() ?? Date.now();
  /** Until when a tenant is taken to be there. */
  const there = new Map<string, number>();
  return async (tenant, { fresh }) => {
    if (!fresh && (there.get(tenant) ?? 0) > now()) return;
    there.delete(tenant);
    await store.refuseOffboarded(tenant);
    if (there.size >= MOST) there.clear();
    there.set(tenant, now() + BELIEVED_MS);
  };
}
