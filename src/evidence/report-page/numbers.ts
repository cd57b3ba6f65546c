// Numbers and times as a reader wants them.

/** Three significant digits; a dash for nothing. */
export function shown(value: number | null): string {
  if (value === null) return '–';
  const rounded = Number(value.toPrecision(3));
  return Math.abs(rounded) >= 1e5 || (rounded !== 0 && Math.abs(rounded) < 1e-3)
    ? rounded.toExponential()
    : String(rounded);
}

/** `2 h 5 min`, `1 min 22 s`, `4.1 s`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${shown(seconds)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

export const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;

/** To the second, in UTC. */
export const moment = (time: string | null): string =>
  time === null ? '–' : `${time.slice(0, 19).replace('T', ' ')} UTC`;
