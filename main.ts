import { join } from 'node:path';
import { App } from 'cdk8s';
import { platform } from './charts/platform';
import { notices, validationErrors } from './charts/rules';
import { environmentNamed, published } from './config/environments';

/** Writes each environment to its folder below CDK8S_OUTDIR, or nothing at all if one of them is wrong. */
function main(names: string[]): void {
  const outdir = process.env['CDK8S_OUTDIR'] ?? 'dist';
  const environments = names.length > 0 ? names.map(environmentNamed) : published;
  const apps = environments.map((environment) =>
    platform(new App({ outdir: join(outdir, environment.name), recordConstructMetadata: false }), environment),
  );
  const errors = apps.flatMap((app, index) =>
    validationErrors(app).map((error) => `${environments[index]!.name}: ${error}`),
  );
  if (errors.length > 0) throw new Error(errors.join('\n'));
  for (const [index, app] of apps.entries()) {
    for (const notice of notices(app)) console.error(`${environments[index]!.name}: ${notice}`);
    app.synth();
  }
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
