// Lookup over the registry.
import type { MembershipAttack, Metric, NaturalnessMetric, RecordMetric, UtilityMetric } from '../domain/metric.ts';
import * as registry from './registry.ts';

/** Every metric and attack, by name in alphabetical order: the order of findings in a report. */
export const METRICS: readonly Metric[] = Object.values<Metric>(registry).sort((a, b) => (a.name < b.name ? -1 : 1));

export const MEMORY_METRICS: readonly RecordMetric[] = METRICS.filter((metric) => metric.kind === 'memory');

export const MEMBERSHIP_ATTACKS: readonly MembershipAttack[] = METRICS.filter((metric) => metric.kind === 'membership');

export const NATURALNESS_METRICS: readonly NaturalnessMetric[] = METRICS.filter(
  (metric) => metric.kind === 'naturalness',
);

export const UTILITY_METRICS: readonly UtilityMetric[] = METRICS.filter((metric) => metric.kind === 'utility');

/** The metric of that name, or undefined. */
export const metricByName = (name: string): Metric | undefined => METRICS.find((metric) => metric.name === name);
