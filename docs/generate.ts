import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { access } from './access';
import { boardList } from './boards';
import { budget, diff, refused } from './changes';
import { effectivePolicy, pluginChains } from './gateway';
import { hostPorts, kindCluster, minikube } from './laptop';
import { fence, replaceSection } from './markdown';
import { jobs, metricsDiff, silent } from './metrics';
import { cluster, inProduction, laptop } from './model';
import { picture } from './picture';
import { rights } from './rights';
import { runbooks } from './runbooks';
import { randomSecrets, redisCertificate, secrets } from './secrets';
import { requests, topics } from './sizes';

/** The parts that are made, by the page and by the markers that they stand between. */
const SECTIONS: Record<string, Record<string, () => string>> = {
  'README.md': { picture, diff, refusal: refused },
  'docs/access.md': { access, rights },
  'docs/add-a-component.md': { 'metrics-diff': metricsDiff },
  'docs/boards.md': { boards: boardList },
  'docs/data.md': { topics, budget },
  'docs/gateway.md': {
    'policy-kind': () => effectivePolicy(laptop.kong),
    'policy-production': () => effectivePolicy(cluster.kong),
    'chains-kind': () => pluginChains(laptop.kong),
    'chains-production': () => pluginChains(cluster.kong),
  },
  'docs/laptop.md': { 'host-ports': hostPorts, minikube },
  'docs/metrics.md': { jobs, silent },
  'docs/production.md': {
    'random-secrets': () => fence('sh', randomSecrets(inProduction)),
    'redis-certificate': () => fence('sh', redisCertificate(cluster)),
    requests,
  },
  'docs/runbooks.md': { runbooks },
  'docs/secrets.md': { secrets: () => secrets(inProduction) },
};

/** `text` with every part that is made for `page` made anew. @throws when it has no place for one */
export const madeAnew = (page: string, text: string) =>
  Object.entries(SECTIONS[page]!).reduce((result, [name, make]) => replaceSection(result, name, make()), text);

export const root = join(__dirname, '..');
export const read = (name: string) => readFileSync(join(root, name), 'utf8');

/** What `npm run docs` writes, by file. */
export const generated: Record<string, () => string> = {
  ...Object.fromEntries(Object.keys(SECTIONS).map((page) => [page, () => madeAnew(page, read(page))])),
  'kind.yaml': kindCluster,
};

if (require.main === module) {
  for (const [file, make] of Object.entries(generated)) writeFileSync(join(root, file), make());
}
