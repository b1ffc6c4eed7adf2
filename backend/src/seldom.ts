import type { Logger } from 'pino';

const INTERVAL = 30_000;
/** Of texts that are remembered. */
const MOST = 50;

/** Says what goes on for hours when it begins, when it changes, and twice a minute. */
export class Seldom {
  private readonly said = new Map<string, number>();

  constructor(private readonly log: Logger) {}

  warn(problem: string, consequence: string): void {
    this.say('warn', `${consequence}: ${problem}`);
  }

  error(problem: string, consequence: string): void {
    this.say('error', `${consequence}: ${problem}`);
  }

  private say(level: 'warn' | 'error', text: string): void {
    const now = Date.now();
    if (now - (this.said.get(text) ?? 0) < INTERVAL) return;
    this.said.delete(text);
    this.said.set(text, now);
    for (const oldest of this.said.keys()) if (this.said.size > MOST) this.said.delete(oldest);
    this.log[level](text);
  }
}
