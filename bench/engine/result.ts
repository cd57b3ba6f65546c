// What is measured.
import type { OperatorTime } from './profile.ts';
import type { Pace } from './turns.ts';

/** Ours over theirs; of paces the median of the rounds' ratios. */
export interface Ratios {
  step: number;
  step_cpu: number;
  forward: number;
  memory: number;
}
export interface SideResult {
  model: string;
  parameters: number;
  threads: number;
  side: string;
  step: Pace;
  forward: Pace;
  first_step_seconds: number;
  /** Recording the step, and making a session of it; null for a side that does neither. */
  tracing_seconds: number | null;
  compile_seconds: number | null;
  /** What the process held at most with weights loaded, before the first step; and after all training. */
  loaded_bytes: number;
  peak_bytes: number;
  /** Largest relative difference of a loss to ours; null for us. */
  loss_difference: number | null;
  ratios: Ratios | null;
  /** Operations a second of a product (tokens, width) x (width, 4 width), the fastest seen. */
  product_rate: number;
  /** What the step's products take at that rate. */
  floor_seconds: number;
}
export interface Contest {
  results: SideResult[];
  /** Where our step's time goes. */
  profile: OperatorTime[];
  /** How each PyTorch got its threads. */
  pinnings: string[];
  /** Sides that could not take part, and why. */
  absent: string[];
}
