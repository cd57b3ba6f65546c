// An API key as everybody may see it. Its secret is shown once, and never stored.
import Type, { type Static } from 'typebox';
import { Id, Name, Nullable, StringEnum, Timestamp } from './common.ts';
import { SCOPE_NAMES } from './scopes.ts';

export const KEY_STATES = ['active', 'expired', 'revoked'] as const;

export const ScopeList = Type.Array(StringEnum(SCOPE_NAMES), { minItems: 1, uniqueItems: true });

export const ApiKey = Type.Object({
  id: Id,
  name: { ...Name, description: 'For people to tell keys apart; must not name a person' },
  actor: Type.String({
    description: 'Who a caller with this key is, in the ledger; a key that replaces another keeps it',
  }),
  scopes: ScopeList,
  state: StringEnum(KEY_STATES),
  created_by: Type.String({ description: 'An actor, or `command`' }),
  created_at: Timestamp,
  expires_at: Timestamp,
  revoked_at: Nullable(Timestamp),
  last_used_at: Nullable({ ...Timestamp, description: 'To the minute' }),
  replaced_by: Nullable({ ...Id, description: 'The key that a rotation made' }),
});
export type ApiKey = Static<typeof ApiKey>;

/** An answer that holds the key itself: this once. */
export const NewApiKey = Type.Object({
  ...ApiKey.properties,
  key: Type.String({ description: 'The key itself, for `Authorization: Bearer`. Shown this once' }),
});
