// What a run is for.

export const RUN_KINDS = ['deletion', 'consolidation'] as const;
export type RunKind = (typeof RUN_KINDS)[number];
