// Policies by content: the same thresholds have the same digest, wherever they were chosen.
import { type PolicyVersion, PRESETS } from '../domain/policies.ts';
import { PRESET_NAMES, type PresetName } from '../domain/policy-choice.ts';
import type { VerificationPolicy } from '../domain/verification.ts';
import { canonicalDigest } from './digests.ts';
import type { PolicyReader } from './policy-port.ts';

/** `sha256:` and the SHA-256 of the policy's RFC 8785 form. */
export const policyDigest = (policy: VerificationPolicy): string => canonicalDigest(policy);

/** The preset that has these very thresholds; null where none has. */
export function presetOf(policy: VerificationPolicy): PresetName | null {
  const digest = policyDigest(policy);
  return PRESET_NAMES.find((name) => policyDigest(PRESETS[name].policy) === digest) ?? null;
}

const servicePolicy = (policy: VerificationPolicy): PolicyVersion => ({
  ...{ scope: 'service', version: 0, preset: presetOf(policy), digest: policyDigest(policy) },
  ...{ model_id: null, policy, created_at: null },
});

/** What applies to a verification that begins now: what the model has, else what its tenant has, else `fallback`. */
export async function policyInForce(
  store: Pick<PolicyReader, 'policyOf'>,
  tenant: string,
  modelId: string | null,
  fallback: VerificationPolicy,
): Promise<PolicyVersion> {
  const ofModel = modelId === null ? null : await store.policyOf(tenant, modelId);
  return ofModel ?? (await store.policyOf(tenant, null)) ?? servicePolicy(fallback);
}
