// Supervises a child, tells its process id, and waits to be killed.
import { fileURLToPath } from 'node:url';
import { supervise } from '../../src/cli/supervised.ts';

const script = fileURLToPath(new URL('./child-idle.ts', import.meta.url));
const child = supervise({ name: 'idle', script, env: process.env, logFile: process.argv[2]! }, () => undefined);
child.settle();
console.log(child.pid());
