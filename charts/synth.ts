import { ApiObject, type App } from 'cdk8s';
import { manifestFiles } from '../lib/manifest-files';
import type { Platform } from '../lib/platform';
import { repeated } from '../lib/repeated';
import type { Environment } from './environment';
import { platform } from './platform';
import { builtErrors } from './rules';
import { valueErrors } from './values';

/** An environment with everything in it declared, and nothing written. */
export interface Model {
  /** @default - a value is wrong, and nothing can be built from it */
  readonly app?: Platform;
  /** Everything wrong, in words: what it is, the limit, and the way out. */
  readonly errors: readonly string[];
  /** What is allowed, and should be known. */
  readonly notices: readonly string[];
}

export function model(environment: Environment): Model {
  const wrong = valueErrors(environment);
  if (wrong.length > 0) return { errors: wrong, notices: [] };
  const { app } = platform(environment);
  return {
    app,
    errors: [...constructErrors(app), ...sameNameErrors(app), ...builtErrors(app, environment)],
    notices: app.node
      .findAll()
      .flatMap(({ node }) => node.metadata.filter(({ type }) => type === 'notice').map(({ data }) => data)),
  };
}

/** What constructs find wrong with themselves, all of them, where cdk8s would stop at the first. */
export const constructErrors = (app: App): string[] => app.node.findAll().flatMap(({ node }) => node.validate());

/** Objects that would be written over each other. cdk8s cuts names at 63 characters, and does not look whether it has them. */
function sameNameErrors(app: App): string[] {
  const named = app.node
    .findAll()
    .filter(ApiObject.isApiObject)
    // Not a Job's, which is made of all that it does.
    .flatMap(({ kind, name }) => (typeof name === 'string' ? [`${kind} ${name}`] : []));
  return [...new Set(repeated(named))].map(
    (each) =>
      `there are two of ${each}, one over the other. Names end after 63 characters: give what it is named after a ` +
      'shorter name, or another beginning.',
  );
}

/** What an environment comes to. */
export interface Synthesis extends Pick<Model, 'errors' | 'notices'> {
  /** Text of each manifest by the name of its file; none where anything is wrong. */
  readonly files: Readonly<Record<string, string>>;
}

/** Makes the manifests of an environment, and does nothing else: no file is read that is not the model's own, none is written. */
export function synth(environment: Environment): Synthesis {
  const { app, errors, notices } = model(environment);
  return { files: app && errors.length === 0 ? manifestFiles(app) : {}, errors, notices };
}
