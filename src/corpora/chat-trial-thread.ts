// The thread of a trial: answers with the first fault, or null.
import { parentPort, workerData } from 'node:worker_threads';
import type { Trial, TrialFault } from './chat-trial.ts';
import { loadTokenizer } from './tokenizer.ts';

async function firstFault({ folder, conversations }: Trial): Promise<TrialFault | null> {
  const { chat } = await loadTokenizer(folder);
  for (const [at, messages] of conversations.entries())
    try {
      chat?.turns(messages);
    } catch (error) {
      return { at, reason: error instanceof Error ? error.message : 'the chat template breaks off' };
    }
  return null;
}

parentPort?.postMessage(await firstFault(workerData as Trial));
