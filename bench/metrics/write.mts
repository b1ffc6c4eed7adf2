// Makes customers, each connection as fast as it is answered, and prints one JSON object.
//
//   write.mjs URL SECONDS CONNECTIONS
import { randomUUID } from 'node:crypto';
import { percentiles } from '../../cluster/open-loop.mjs';

const [url, ...rest] = process.argv.slice(2) as [string, string, string];
const [seconds, connections] = rest.map(Number) as [number, number];
const began = performance.now();
const latencies: number[] = [];

async function writeUntilOver(): Promise<void> {
  while (performance.now() < began + seconds * 1000) {
    const start = performance.now();
    const name = randomUUID();
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': name },
      body: JSON.stringify({ name, email: `${name}@example.com` }),
    });
    if (answer.status !== 201) throw new Error(`answered ${answer.status}, not 201`);
    await answer.arrayBuffer();
    latencies.push(performance.now() - start);
  }
}

await Promise.all(Array.from({ length: connections }, writeUntilOver));
const perSecond = latencies.length / ((performance.now() - began) / 1000);
console.log(JSON.stringify({ perSecond, ...percentiles(latencies) }));
