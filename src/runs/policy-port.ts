// Policies of verification as the store keeps them: versions that are never changed.
import type { PolicyVersion } from '../domain/policies.ts';
import type { VerificationPolicy } from '../domain/verification.ts';

/** A model id, or null for what the tenant has for all its models. */
export interface PolicyReader {
  /** The latest version; null where none was chosen. */
  policyOf(tenant: string, modelId: string | null): Promise<PolicyVersion | null>;
  /** Newest first. */
  listPolicies(tenant: string, modelId: string | null): Promise<PolicyVersion[]>;
}

export interface PolicyStore extends PolicyReader {
  /**
   * Adds a version, with a ledger entry; the latest as it is where it has the same content. `check` throws where the caller expects another
   * choice than is there; nobody chooses while it reads.
   */
  choosePolicy(
    tenant: string,
    modelId: string | null,
    policy: VerificationPolicy,
    actor: string,
    check?: (present: PolicyReader) => Promise<void>,
  ): Promise<PolicyVersion>;
}
