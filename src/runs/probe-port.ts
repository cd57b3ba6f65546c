// Questions to a model as the store keeps them.

export interface Probe {
  id: string;
  tenant: string;
  model_id: string;
  state: 'waiting' | 'answered' | 'failed';
  /** Sealed: prompts and answers are never stored in the clear. */
  sealed_prompts: string;
  max_new_tokens: number;
  sealed_answers: string | null;
  error: string | null;
  expires_at: string;
}

export interface ProbeStore {
  createProbe(probe: Omit<Probe, 'state' | 'sealed_answers' | 'error'>): Promise<void>;
  getProbe(tenant: string, id: string): Promise<Probe | null>;
  takeProbe(id: string): Promise<Probe | null>;
  answerProbe(id: string, outcome: { sealed_answers: string } | { error: string }): Promise<void>;
  deleteProbe(tenant: string, id: string): Promise<void>;
  deleteExpiredProbes(): Promise<number>;
}
