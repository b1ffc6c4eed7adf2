import { Size } from 'cdk8s';
import type { Component } from '../../../lib/component';
import type { ContainerProps } from '../../../lib/container';
import { nativeFile } from '../../../lib/native-file';
import { RequiredSecret, type SecretKey } from '../../../lib/secret';
import { changing } from '../../../lib/values/secrets';
import { CONSUMERS, type Configuration } from './configuration';
import { declarativeFile, keyVariable } from './declarative';
import { RENDERED_VOLUME } from './memory';
import { distinct } from './rules';
import { commonSettings } from './settings';

export interface KeysProps {
  /** Kong's. */
  readonly image: string;
  readonly configuration: Configuration;
  readonly leastKeyLength: number;
  /** @default - Redis asks for none */
  readonly redisPassword?: SecretKey;
}

const RUNTIME = '/run/kong';

/** Path of the configuration with the keys, in memory. */
export const RENDERED = `${RUNTIME}/kong.yml`;

/** What a pod needs to put the keys into its configuration: files, room in memory, and a container that runs first. */
export function renderedKeys(component: Component, props: KeysProps) {
  const { image, configuration, leastKeyLength, redisPassword } = props;
  const purpose = (of: string) => `API key of ${of}. A second line is valid, too, while it is changed`;
  const secret = new RequiredSecret(
    component,
    'kong-keys',
    Object.fromEntries(CONSUMERS.map((username) => [username, purpose(username)])),
    () => changing(leastKeyLength),
    distinct,
  );
  const render: ContainerProps = {
    image,
    command: ['sh', '/etc/bss/render.sh', '/etc/bss/kong.yml', RENDERED],
    env: {
      ...commonSettings(configuration),
      KONG_DATABASE: 'off',
      // Its own: what it leaves there would keep the gateway from starting.
      KONG_PREFIX: '/tmp/render',
      LEAST_KEY_LENGTH: `${leastKeyLength}`,
      TERMINATION_LOG: '/dev/termination-log',
      ...Object.fromEntries(CONSUMERS.map((username) => [keyVariable(username), secret.key(username)])),
      ...(redisPassword && { REDIS_PASSWORD: redisPassword }),
    },
    // Kong quotes keys in what it says.
    terminationMessagePolicy: 'File',
    resources: { cpu: 10, memory: Size.mebibytes(64), memoryLimit: Size.mebibytes(256) },
  };
  return {
    files: {
      '/etc/bss/render.sh': nativeFile(__dirname, 'render.sh'),
      '/etc/bss/kong.yml': declarativeFile(configuration),
    },
    memoryScratch: { [RUNTIME]: RENDERED_VOLUME },
    initContainers: { render },
  };
}
