// Architectures by the `model_type` of config.json.
import type { Architecture } from '../domain/architecture.ts';
import * as registry from './registry.ts';

export const architectures: Readonly<Record<string, Architecture>> = Object.freeze({
  // names come from files and command lines
  __proto__: null,
  ...Object.fromEntries((Object.values(registry) as unknown as Architecture[]).map((entry) => [entry.name, entry])),
} as unknown as Record<string, Architecture>);
