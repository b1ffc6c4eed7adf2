import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { platform } from './charts/platform';
import { notices, validationErrors } from './charts/rules';
import { environmentNamed, published } from './config/environments';
import { manifestFiles } from './lib/manifest-files';

/** Writes each environment to its folder below CDK8S_OUTDIR, or nothing at all if one of them is wrong. */
function main(names: string[]): void {
  const outdir = process.env['CDK8S_OUTDIR'] ?? 'dist';
  const environments = names.length > 0 ? names.map(environmentNamed) : published;
  const made = environments.map((environment) => ({ environment, app: platform(new App(), environment) }));
  const errors = made.flatMap(({ environment: { name }, app }) =>
    validationErrors(app).map((error) => `${name}: ${error}`),
  );
  if (errors.length > 0) throw new Error(errors.join('\n'));
  for (const { environment, app } of made) {
    const directory = join(outdir, environment.name);
    mkdirSync(directory, { recursive: true });
    for (const [file, text] of Object.entries(manifestFiles(app))) {
      writeFileSync(join(directory, file), text);
    }
    for (const notice of notices(app)) console.error(`${environment.name}: ${notice}`);
  }
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
