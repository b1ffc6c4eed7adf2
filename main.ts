import './lib/plain-errors';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { environmentTitle, repeatedNames } from './charts/environment';
import { platform } from './charts/platform';
import { notices, validationErrors } from './charts/rules';
import { environmentNamed, environments, published } from './config/environments';
import { manifestFiles } from './lib/manifest-files';

/** Writes each environment to its folder below CDK8S_OUTDIR, or nothing at all if one of them is wrong. */
function main(names: string[]): void {
  const outdir = process.env['CDK8S_OUTDIR'] ?? 'dist';
  const asked = names.length > 0 ? [...new Set(names)].map(environmentNamed) : published;
  const made = asked.map((environment) => ({ environment, app: platform(new App(), environment) }));
  const errors = [
    ...repeatedNames(environments),
    ...made.flatMap(({ environment, app }, index) =>
      validationErrors(app).map((error) => `${environmentTitle(environment, index)}: ${error}`),
    ),
  ];
  if (errors.length > 0) throw new Error(errors.join('\n'));
  const files = made.map(({ environment: { name }, app }) => ({ name, app, manifests: manifestFiles(app) }));
  for (const { name, app, manifests } of files) {
    const directory = join(outdir, name);
    mkdirSync(directory, { recursive: true });
    for (const [file, text] of Object.entries(manifests)) writeFileSync(join(directory, file), text);
    for (const notice of notices(app)) console.error(`${name}: ${notice}`);
  }
}

main(process.argv.slice(2));
