import './lib/plain-errors';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { synth } from './charts/synth';
import { environmentTitle, repeatedNames } from './charts/values';
import { environmentNamed, environments, published } from './config/environments';

/** Writes each environment to its folder below `outdir`, or nothing at all if one of them is wrong. */
export function main(outdir: string, names: readonly string[]): void {
  const asked = names.length > 0 ? [...new Set(names)].map(environmentNamed) : published;
  const made = asked.map((environment) => ({ name: environment.name, environment, ...synth(environment) }));
  const errors = [
    ...repeatedNames(environments),
    ...made.flatMap(({ environment, errors }, index) =>
      errors.map((error) => `${environmentTitle(environment, index)}: ${error}`),
    ),
  ];
  if (errors.length > 0) throw new Error(errors.join('\n'));
  for (const { name, files, notices } of made) {
    mkdirSync(join(outdir, name), { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(outdir, name, file), text);
    for (const notice of notices) console.error(`${name}: ${notice}`);
  }
}

if (require.main === module) main(process.env['CDK8S_OUTDIR'] ?? 'dist', process.argv.slice(2));
