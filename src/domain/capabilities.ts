// Which workers may take which runs. Pure.

export interface Capabilities {
  /** What computes, for example `onnxruntime/cuda`. */
  backend: string;
  /** Bytes of a compute process; null: nobody says. */
  memory_bytes: number | null;
  /** Weights of the largest model that it takes; null: any. */
  max_parameters: number | null;
}

export interface Needs {
  parameters: number;
  /** Null: any. */
  backend: string | null;
  /** Null: nobody says, and the plan makes methods fit. */
  memory_bytes: number | null;
}

/** A need that nobody states is met, and a worker that states no bound has none. A backend is named whole, or by its beginning (`onnxruntime`). */
export const fits = ({ backend, memory_bytes, max_parameters }: Capabilities, needs: Needs): boolean =>
  (needs.backend === null || backend === needs.backend || backend.startsWith(`${needs.backend}/`)) &&
  (needs.memory_bytes === null || memory_bytes === null || memory_bytes >= needs.memory_bytes) &&
  (max_parameters === null || needs.parameters <= max_parameters);
