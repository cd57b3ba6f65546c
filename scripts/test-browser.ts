// Runs the tests that need a browser: the one that CHROMIUM names, or Debian's.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const starts = (command: string) => spawnSync(command, ['--version']).status === 0;
const pathOf = (command: string) => spawnSync('which', [command], { encoding: 'utf8' }).stdout.trim();

const given = process.env.CHROMIUM;
const found = given ?? NAMES.map(pathOf).find((path) => path !== '' && starts(path));
if (!found) {
  console.log('Skipped: set CHROMIUM, or install chromium, to run the tests in a browser.');
  console.log('0 passed, 0 failed, 1 skipped');
} else {
  const asked = process.argv.slice(2);
  const files = asked.length > 0 ? asked : ['.browser.test.ts'];
  const tests = spawn(process.execPath, ['scripts/test.ts', '--browser', ...files], {
    stdio: 'inherit',
    env: { ...process.env, CHROMIUM: found },
  });
  const [code] = (await once(tests, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
}
