import { parse } from 'yaml';
import { type Check, optional } from '../../../lib/values/check';
import { image } from '../../../lib/values/image';
import { hostPort } from '../../../lib/values/networks';
import { record } from '../../../lib/values/record';
import { says } from '../../../lib/values/secrets';
import { resources } from '../../../lib/values/sizes';
import type { AkhqSize } from './size';

const because = 'Other lines read another configuration.';

export const akhqImage = image({ of: /:0\.24\.\d+/, words: '0.24.x', because });

/** What AKHQ may be. Its Java takes 60 % of the memory for the heap. */
export const akhqSize = record<AkhqSize>({ resources: resources(384), host: optional(hostPort) });

/** Users as AKHQ reads them. */
export const akhqUsers: Check<string> = says(
  'Put YAML there with `akhq.security.basic-auth`, a list of username, password (its SHA-256) and groups.',
  (value) => {
    try {
      const users: unknown = parse(value)?.akhq?.security?.['basic-auth'];
      const right = Array.isArray(users) && users.length > 0 && users.every((user) => user?.username && user.password);
      return right ? undefined : 'names no users';
    } catch {
      return 'is no YAML';
    }
  },
);
