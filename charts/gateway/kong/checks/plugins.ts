import type { Plugin } from '../plugins';
import { scopesOf } from '../policy';
import type { Gateway } from './checks';
import { corsErrors } from './cors';
import { logErrors } from './logs';
import { rateLimitingErrors } from './rate-limiting';
import { transformerErrors } from './transformer';

/** Configurations of single plugins that Kong would refuse, or that do nothing. */
export function pluginErrors({ configuration, runtime }: Gateway): string[] {
  const usernames = configuration.consumers.map(({ username }) => username);
  return scopesOf(configuration).flatMap(({ title, plugins }) =>
    plugins.flatMap((plugin) =>
      onePluginErrors(plugin, { usernames, bodyLimit: runtime.bodyLimit }).map(
        (error) => `${plugin.name} of ${title}: ${error}`,
      ),
    ),
  );
}

const HEADER_NAME = /^[A-Za-z0-9-]+$/;
const BYTES = { megabytes: 1024 * 1024, kilobytes: 1024, bytes: 1 };

interface Around {
  readonly usernames: readonly string[];
  /** MiB */
  readonly bodyLimit: number;
}

function onePluginErrors(plugin: Plugin, { usernames, bodyLimit }: Around): string[] {
  switch (plugin.name) {
    case 'rate-limiting':
      return rateLimitingErrors(plugin.config);
    case 'cors':
      return corsErrors(plugin.config);
    case 'response-transformer':
      return transformerErrors(plugin.config);
    case 'opentelemetry':
    case 'http-log':
      return logErrors(plugin);
    case 'key-auth': {
      const { key_names, anonymous } = plugin.config;
      return [
        ...(key_names.length > 0 ? [] : ['key_names is empty: everybody would get 401. Name a header.']),
        ...key_names.filter((name) => !HEADER_NAME.test(name)).map(illegalHeader),
        ...(anonymous === undefined || usernames.includes(anonymous)
          ? []
          : [
              `anonymous is "${anonymous}", but no consumer is called so: requests without a key would get 500, not 401. ` +
                `There are ${usernames.join(', ') || 'none'}.`,
            ]),
      ];
    }
    case 'request-size-limiting': {
      const { allowed_payload_size: size, size_unit: unit } = plugin.config;
      const least = Math.ceil((size * BYTES[unit]) / BYTES.megabytes);
      if (!Number.isInteger(size) || size < 1)
        return [`allowed_payload_size is ${size}: it must be a whole number of 1 or more.`];
      return least <= bodyLimit
        ? []
        : [
            `allowed_payload_size is ${size} ${unit}, but nginx takes bodies of ${bodyLimit} MiB at most and would refuse them ` +
              `first. Set it to ${bodyLimit} megabytes or less, or the limit of nginx to ${least} MiB.`,
          ];
    }
    case 'request-transformer': {
      const { headers } = plugin.config.remove;
      return headers.length > 0
        ? headers.filter((name) => !HEADER_NAME.test(name)).map(illegalHeader)
        : ['it removes nothing. Name a header, or remove the plugin.'];
    }
    case 'correlation-id':
      return HEADER_NAME.test(plugin.config.header_name) ? [] : [illegalHeader(plugin.config.header_name)];
    case 'prometheus': {
      const { per_consumer, ...metrics } = plugin.config;
      return Object.values(metrics).some(Boolean)
        ? []
        : ['no metrics are on, as by default: dashboards stay empty. Switch on those that you look at.'];
    }
    case 'ip-restriction':
      return [];
  }
}

const illegalHeader = (name: string) => `"${name}" is no legal name of a header: use A-Z, a-z, 0-9 and "-".`;
