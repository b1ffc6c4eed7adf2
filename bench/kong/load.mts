// Asks for one page over connections that stay open, and prints one JSON object.
//
//   load.mjs URL KEY SECONDS CONNECTIONS               each connection as fast as it is answered
//   load.mjs URL KEY SECONDS CONNECTIONS PER_SECOND    at that pace, whether the others are answered or not
import { Agent, get } from 'node:http';
import { openLoop, percentiles } from '../../cluster/open-loop.mjs';

const [url, apikey, ...rest] = process.argv.slice(2) as [string, string, ...string[]];
const [seconds, connections, perSecond] = rest.map(Number) as [number, number, number | undefined];
const agent = new Agent({ keepAlive: true, maxSockets: connections });
const end = performance.now() + seconds * 1000;
const isOver = () => performance.now() > end;
const latencies: number[] = [];

function ask(): Promise<void> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: { apikey } }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`answered ${answer.statusCode}, not 200`));
      answer.resume().on('end', () => {
        latencies.push(performance.now() - start);
        resolve();
      });
    }).on('error', reject);
  });
}

async function askUntilOver(): Promise<void> {
  while (!isOver()) await ask();
}

const began = performance.now();
if (perSecond) await openLoop(perSecond, ask, isOver);
else await Promise.all(Array.from({ length: connections }, askUntilOver));
agent.destroy();
const answered = latencies.length / ((performance.now() - began) / 1000);
console.log(JSON.stringify({ perSecond: answered, ...percentiles(latencies) }));
