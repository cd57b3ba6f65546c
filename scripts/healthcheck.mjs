// Container health check. `api`: the process answers and reaches its stores. `worker`: the process is there and is
// neither stopped nor a zombie; it has no port, and it ends by itself when it cannot work.
import { readdirSync, readFileSync } from 'node:fs';

const TIMEOUT_MS = 4000;

async function api() {
  const url = `http://127.0.0.1:${process.env.PORT || 8080}/health/ready`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  return answer.ok;
}

function worker() {
  return readdirSync('/proc').some((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes('workers/worker.ts')) return false;
      return !/^State:\s+[TZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
      // It ended between the two reads.
      return false;
    }
  });
}

const check = { api, worker }[process.argv[2] ?? 'api'];
const healthy = await Promise.resolve()
  .then(check)
  .catch(() => false);
process.exitCode = healthy ? 0 : 1;
