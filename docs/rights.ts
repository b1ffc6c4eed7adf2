import { code, table } from './markdown';
import { workloads } from './model';

/** What pods may ask the API server, of their own namespace. */
export const rights = (): string =>
  table(
    ['Who asks', 'API group', 'About what', 'How'],
    workloads.flatMap(({ name, any }) =>
      any.rights.map(({ group, resources, verbs }) => [
        code(name),
        group === '' ? 'core' : code(group),
        resources.map(code).join(', '),
        verbs.map(code).join(', '),
      ]),
    ),
  );
