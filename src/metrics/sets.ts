// Which metrics and attacks say something about a model, by its task.
import type { Task } from '../domain/architecture.ts';
import type { MetricSet } from '../domain/metric.ts';
import { accuracy } from './classification/accuracy.ts';
import { entropy } from './classification/entropy.ts';
import { MEMBERSHIP_ATTACKS, MEMORY_METRICS, NATURALNESS_METRICS } from './index.ts';
import { loss } from './membership/loss.ts';
import { probability } from './memory/probability.ts';

/**
 * Of an answer of one label, Min-K is the loss, extraction strength the accuracy, and nothing is generated. Min-K%++ is left out: of
 * one label it takes the sure for strangers.
 */
export const METRIC_SETS: Readonly<Record<Task, MetricSet>> = Object.freeze({
  'causal-lm': {
    ...{ memory: MEMORY_METRICS, attacks: MEMBERSHIP_ATTACKS, naturalness: NATURALNESS_METRICS },
    memoryMayBeSilent: false,
  },
  classification: {
    ...{ memory: [accuracy, probability], attacks: [entropy, loss], naturalness: [] },
    memoryMayBeSilent: true,
  },
});
