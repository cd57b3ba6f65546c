// Tenants, who exist by what they have, and the end of one.

export interface TenantSummary {
  tenant: string;
  models: number;
  corpora: number;
  /** That have not ended. */
  open_requests: number;
  /** Valid ones. */
  api_keys: number;
  certificates: number;
  offboarded_at: string | null;
}

export type OffboardOutcome =
  | { status: 'unknown' }
  /** Paths of some of what has not ended. */
  | { status: 'open'; by: string[] }
  | { status: 'done'; digests: string[]; counts: Record<string, number> };

export interface TenantStore {
  listTenants(): Promise<TenantSummary[]>;
  /** Throws `tenant-offboarded`. */
  refuseOffboarded(tenant: string): Promise<void>;
  /** What has not ended and would be cut off, as paths. */
  openOfTenant(tenant: string): Promise<string[]>;
  /**
   * Everything that the tenant has goes; what was decided stays: requests, runs, certificates, the ledger. `evidence`: digest of what was
   * handed out before. From then on nothing of the tenant begins any more: `tenant-offboarded`. Keys of people are files, and are not
   * destroyed here.
   */
  offboardTenant(tenant: string, actor: string, evidence: string): Promise<OffboardOutcome>;
}
