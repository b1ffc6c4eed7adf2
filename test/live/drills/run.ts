import { runbookOf } from '../../../charts/observability/rules/rule';
import { type Told, told } from '../../../cluster/alertmanager';
import { eventually } from '../../../cluster/eventually';
import type { Namespace } from '../../../cluster/namespace';
import type { Lane } from './all';
import type { Drill } from './drill';

/** For the rounds of the longest lane together: twice as long as they took. */
const DEADLINE_SECONDS = 1500;

/** What became of an alert of a drill. */
export interface Outcome {
  readonly alert: string;
  /** Seconds from the break until Alertmanager had it. */
  readonly fired: number;
  /** Seconds from the repair until Alertmanager had it no more. */
  readonly resolved: number;
  readonly summary: string;
  /** Whether it only followed from another one, and was told to nobody. */
  readonly inhibited: boolean;
}

/** One drill under way. */
class Running {
  private readonly broken: number;
  private repaired?: number;
  private readonly fired = new Map<string, { seconds: number; alert: Told }>();
  private readonly resolved = new Map<string, number>();

  constructor(
    private readonly bss: Namespace,
    private readonly drill: Drill,
  ) {
    drill.breaks(bss);
    this.broken = Date.now();
  }

  private get names(): string[] {
    return [...this.drill.alerts, ...(this.drill.follows ?? [])];
  }

  look(all: readonly Told[]): void {
    for (const name of this.names) {
      const alert = all.find(({ labels }) => labels['alertname'] === name);
      if (alert && !this.fired.has(name)) this.fired.set(name, { seconds: secondsSince(this.broken), alert });
      if (!alert && this.repaired && !this.resolved.has(name)) this.resolved.set(name, secondsSince(this.repaired));
    }
    if (this.repaired || this.fired.size < this.names.length) return;
    this.drill.repairs(this.bss);
    this.repaired = Date.now();
  }

  get missing(): string[] {
    return this.names
      .filter((name) => !this.resolved.has(name))
      .map((name) => `${name} to ${this.repaired ? 'resolve' : 'fire'}`);
  }

  outcomes(): Outcome[] {
    this.drill.cleans?.(this.bss);
    return this.names.map((name) => {
      const { seconds, alert } = this.fired.get(name)!;
      const { labels, annotations, status } = alert;
      // What somebody reads at night: a figure in it, and where to read on.
      expect([name, annotations['summary'], Object.values(annotations)]).toEqual([
        ...[
          name,
          expect.stringMatching(/^[^{}<>]*\d[^{}<>]*$/),
          expect.arrayContaining([expect.stringContaining(runbookOf(name))]),
        ],
      ]);
      expect(labels['severity']).toMatch(/^(critical|warning)$/);
      expect([name, status.inhibitedBy.length > 0]).toEqual([name, !this.drill.alerts.includes(name)]);
      return {
        ...{ alert: name, fired: seconds, resolved: this.resolved.get(name)! },
        ...{ summary: annotations['summary']!, inhibited: status.inhibitedBy.length > 0 },
      };
    });
  }
}

const secondsSince = (moment: number) => Math.round((Date.now() - moment) / 1000);

/** A lane under way. */
class RunningLane {
  private running: Running[] = [];
  readonly outcomes: Outcome[] = [];
  private next = 0;

  constructor(
    private readonly bss: Namespace,
    private readonly rounds: Lane,
  ) {}

  /** @returns whether it has come to its end */
  look(all: readonly Told[]): boolean {
    for (const one of this.running) one.look(all);
    if (this.missing.length > 0) return false;
    this.outcomes.push(...this.running.flatMap((one) => one.outcomes()));
    const round = this.rounds[this.next++];
    this.running = (round ?? []).map((drill) => new Running(this.bss, drill));
    return !round;
  }

  get missing(): string[] {
    return this.running.flatMap(({ missing }) => missing);
  }
}

/** Breaks everything, lanes beside each other, and repairs it as soon as Alertmanager knows. @returns what was told, and when */
export function run(bss: Namespace, lanes: readonly Lane[]): Outcome[] {
  const all = lanes.map((lane) => new RunningLane(bss, lane));
  let ended: boolean[] = all.map(() => false);
  try {
    eventually(
      'all drills to end',
      () => {
        const now = told(bss);
        if (!now) return false;
        ended = all.map((lane, index) => ended[index] || lane.look(now));
        return ended.every(Boolean);
      },
      DEADLINE_SECONDS,
    );
  } catch (error) {
    throw new Error(`${(error as Error).message}; missing: ${all.flatMap(({ missing }) => missing).join(', ')}`);
  }
  return all.flatMap(({ outcomes }) => outcomes);
}
