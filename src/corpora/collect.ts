// Garbage of long streams. What has grown old V8 drops only when it collects the whole heap: texts of up to ten letters that stood in
// JSON, and their table off the heap; what happened to live when the young were collected, and all that hangs on it. A stream of small
// things gives no reason for that until hundreds of megabytes lie around, so it asks for it.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const EVERY = 1 << 16;

/** To be told how many things have passed; collects after every so many, which takes some 40 ms. */
export function passing(every = EVERY): (things: number) => void {
  let passed = 0;
  return (things) => {
    passed += things;
    if (passed < every) return;
    passed = 0;
    collect();
  };
}
