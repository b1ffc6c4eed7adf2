import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventType } from '../src/events/catalogue.ts';

/** A request that was answered, and the event that it made. */
export interface Answered {
  readonly event: string;
  readonly milliseconds: number;
  /** As `performance.now` counts. */
  readonly at: number;
}

/** How an event is called that tells of this. */
export const eventName = (type: string, subject: string) => `${type} ${subject}`;

/** Customers who order and pay, five requests each. */
export class Load {
  private readonly agent = new Agent({ keepAlive: true });
  private answered: Answered[] = [];

  constructor(private readonly port: number) {}

  /** So many customers at a time, each as fast as it is answered. */
  async closedLoop(customers: number, seconds: number): Promise<Answered[]> {
    const end = performance.now() + 1000 * seconds;
    const one = async () => {
      while (performance.now() < end) await this.customer();
    };
    await Promise.all(Array.from({ length: customers }, one));
    return this.take();
  }

  /** So many customers begin each second, whether the others are answered or not. */
  async openLoop(customersPerSecond: number, seconds: number): Promise<Answered[]> {
    const start = performance.now();
    const all: Promise<void>[] = [];
    while (all.length < customersPerSecond * seconds) {
      const due = ((performance.now() - start) / 1000) * customersPerSecond;
      while (all.length < due) all.push(this.customer());
      await sleep(2);
    }
    await Promise.all(all);
    return this.take();
  }

  private take(): Answered[] {
    const taken = this.answered;
    this.answered = [];
    return taken;
  }

  private async customer(): Promise<void> {
    const customerId = await this.ask(
      'POST /api/customers',
      { name: 'Ada Lovelace', email: 'ada@example.com' },
      'com.droid.bss.customer.created',
    );
    const order = await this.ask(
      'POST /api/orders',
      { customerId, product: 'fibre', amount: 4990, currency: 'EUR' },
      'com.droid.bss.order.created',
    );
    await this.ask(`PATCH /api/orders/${order}`, { state: 'completed' }, 'com.droid.bss.order.completed');
    const invoiceId = await this.ask(
      'POST /api/invoices',
      { customerId, amount: 4990, currency: 'EUR' },
      'com.droid.bss.invoice.issued',
    );
    await this.ask('POST /api/payments', { invoiceId, amount: 4990, method: 'card' }, 'com.droid.bss.payment.created');
  }

  private async ask(what: string, body: object, event: EventType): Promise<string> {
    const start = performance.now();
    const { id } = await this.send(what, JSON.stringify(body));
    const at = performance.now();
    this.answered.push({ event: eventName(event, id), milliseconds: at - start, at });
    return id;
  }

  /** @throws Error unless the answer is a success */
  private send(what: string, body: string): Promise<{ id: string }> {
    const [method, path] = what.split(' ') as [string, string];
    const headers = {
      ...{ 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      'idempotency-key': randomUUID(),
    };
    return new Promise((resolve, reject) => {
      const asked = request(
        { host: '127.0.0.1', port: this.port, method, path, headers, agent: this.agent },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8');
          answer.on('data', (part) => {
            text += part;
          });
          answer.on('end', () => {
            if (answer.statusCode! < 300) resolve(JSON.parse(text));
            else reject(new Error(`${what}: ${answer.statusCode} ${text}`));
          });
        },
      );
      asked.on('error', reject);
      asked.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
