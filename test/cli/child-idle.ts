// A process that waits for SIGTERM; `crash` ends it at once instead, `deaf` ignores SIGTERM.
const mode = process.env.MODE;
console.log(`started ${process.pid}`);
if (mode === 'crash') {
  console.error('the disk is full of feathers');
  process.exit(3);
}
process.on('SIGTERM', () => {
  if (mode !== 'deaf') process.exit(0);
});
setInterval(() => undefined, 1000);
