// Which metrics and attacks say something about a model, by its task.
import type { Task } from '../domain/architecture.ts';
import type { Metric, MetricSet } from '../domain/metric.ts';
import { MEMBERSHIP_ATTACKS, MEMORY_METRICS, NATURALNESS_METRICS, UTILITY_METRICS } from './index.ts';

/** Kinds of model that a metric is measured of. */
export const tasksOf = ({ tasks = ['causal-lm'] }: Metric): readonly Task[] => tasks;

const setOf = (task: Task, memoryMayBeSilent: boolean): MetricSet => ({
  memory: MEMORY_METRICS.filter((metric) => tasksOf(metric).includes(task)),
  attacks: MEMBERSHIP_ATTACKS.filter((attack) => tasksOf(attack).includes(task)),
  naturalness: NATURALNESS_METRICS.filter((metric) => tasksOf(metric).includes(task)),
  utility: UTILITY_METRICS.filter((metric) => tasksOf(metric).includes(task)),
  memoryMayBeSilent,
});

/**
 * Of an answer of one label, Min-K is the loss, extraction strength the accuracy, and nothing is generated. Min-K%++ is left out: of
 * one label it takes the sure for strangers.
 */
export const METRIC_SETS: Readonly<Record<Task, MetricSet>> = Object.freeze({
  'causal-lm': setOf('causal-lm', false),
  classification: setOf('classification', true),
});
