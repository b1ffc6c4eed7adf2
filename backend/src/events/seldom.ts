import type { Logger } from 'pino';

const INTERVAL = 30_000;

/** Says what goes on for hours when it begins, when it changes, and twice a minute. */
export class Seldom {
  private said = '';
  private at = 0;

  constructor(private readonly log: Logger) {}

  warn(problem: string, consequence: string): void {
    this.say('warn', problem, consequence);
  }

  error(problem: string, consequence: string): void {
    this.say('error', problem, consequence);
  }

  private say(level: 'warn' | 'error', problem: string, consequence: string): void {
    const text = `${consequence}: ${problem}`;
    if (text === this.said && Date.now() - this.at < INTERVAL) return;
    this.said = text;
    this.at = Date.now();
    this.log[level](text);
  }
}
