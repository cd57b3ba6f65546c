// Which policy a verification followed, and whose choice that was.
import Type, { type Static } from 'typebox';
import { Digest, Nullable, StringEnum } from './common.ts';

export const PRESET_NAMES = ['strict', 'standard', 'exploratory'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

const POLICY_SCOPES = ['model', 'tenant', 'service', 'verification'] as const;

/** Which choice a verification followed. */
export const PolicyChoice = Type.Object({
  scope: StringEnum(
    POLICY_SCOPES,
    'Whose choice: the model’s, the tenant’s, or, without either, the service’s; or that of one verification alone',
  ),
  version: Type.Integer({ minimum: 0, description: 'Of that model’s or tenant’s policy, from 1; 0: of neither' }),
  preset: Nullable(StringEnum(PRESET_NAMES, 'The preset that has these thresholds; null: none has')),
  digest: Type.Unsafe<string>({ ...Digest, description: 'SHA-256 over the RFC 8785 form of the policy' }),
});
export type PolicyChoice = Static<typeof PolicyChoice>;
