// Bounds of API keys, without the schemas: help of the command line is answered without loading those.

/** What a tenant may be called. */
export const TENANT = /^[a-z0-9][a-z0-9-]{0,62}$/;
/** What a key may be called, as every name here. */
export const KEY_NAME = /^[a-z0-9][a-z0-9._-]{0,99}$/;

/** How long a key is valid. */
export const KEY_DAYS = { most: 3650, usual: 365 };
/** How long it is valid beside the one that replaces it. */
export const OVERLAP_HOURS = { most: 720, usual: 24 };

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
