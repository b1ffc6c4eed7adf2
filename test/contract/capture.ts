import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { series, targets } from '../../cluster/prometheus';
import { COMMON_LABELS, exposed, FIXTURES } from './catalogue';

/**
 * Writes down what each job of the running platform has exposed since its Prometheus was started: let it work for a
 * while before. The fixture of a job that does not run stays as it is. With `--add` nothing goes that was there: some
 * metrics are of another environment (replicas of Redis), or of a failure.
 */
const before = process.argv.includes('--add') ? exposed() : {};

for (const job of [...new Set(targets().map(({ labels }) => labels.job))].sort()) {
  const known = new Map(Object.entries(before[job] ?? {}).map(([name, labels]) => [name, new Set(labels)]));
  const scraped = series(`{job="${job}", instance!=""}`);
  for (const { __name__: name = '', ...labels } of scraped) {
    const own = Object.keys(labels).filter((label) => !COMMON_LABELS.includes(label));
    known.set(name, new Set([...(known.get(name) ?? []), ...own]));
  }
  if (scraped.every(({ __name__: name = '' }) => /^(up$|scrape_)/.test(name))) {
    console.info(`${job}: no target of it has answered, so its fixture stays as it is`);
    continue;
  }
  const sorted = [...known].sort(([one], [other]) => (one < other ? -1 : 1));
  const fixture = Object.fromEntries(sorted.map(([name, labels]) => [name, [...labels].sort()]));
  writeFileSync(join(FIXTURES, `${job}.json`), JSON.stringify(fixture));
  console.info(`${job}: ${sorted.length} metrics`);
}
execFileSync('npx', ['biome', 'format', '--write', FIXTURES], { stdio: 'inherit' });
