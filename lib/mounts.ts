import { basename, dirname } from 'node:path';
import type { Size } from 'cdk8s';
import type { Construct } from 'constructs';
import * as k8s from '../imports/k8s';
import { quantity } from './container';
import { repeated } from './repeated';
import type { SecretKey } from './secret';

/** The directory that all paths share. @throws when they do not share one. */
function commonDirectory(paths: string[]): string {
  const directories = [...new Set(paths.map(dirname))];
  if (directories.length !== 1) {
    throw new Error(`files of one Secret must be in one directory, got ${directories.join(' and ')}`);
  }
  return directories[0]!;
}

/** As a volume may be called: a label of DNS. */
const volumeName = (kind: string, path: string) =>
  `${kind}-${path}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/-$/, '');

/** @throws when two directories would be one volume. */
function checkNames(names: readonly string[], directories: readonly string[]): void {
  const [again] = repeated(names);
  if (again === undefined) return;
  const [first, second] = directories.filter((_, index) => names[index] === again);
  throw new Error(`${first} and ${second} would both be the volume ${again}: name one of them otherwise`);
}

/** A volume of a pod. */
export interface Mounted {
  /** What it is made of. */
  readonly volume: k8s.Volume;
  /** Where all containers of the pod see it. */
  readonly mount: k8s.VolumeMount;
}

/**
 * A ConfigMap and a volume for each directory.
 * @throws when one is inside of another, or would have the name of another.
 */
export function mountFiles(scope: Construct, files: Record<string, string>): Mounted[] {
  const directories = [...new Set(Object.keys(files).map(dirname))];
  const outer = directories.find((each) => directories.some((other) => other.startsWith(`${each}/`)));
  if (outer) throw new Error(`files of ${outer} and of a directory inside of it: the inner one cannot be mounted`);
  const short = directories.slice(1).map((each) => volumeName('files', basename(each)));
  const unique = (name: string) => short.filter((each) => each === name).length === 1;
  const names = directories.map((each, index) => {
    if (index === 0) return 'files';
    const name = short[index - 1]!;
    return unique(name) ? name : volumeName('files', each);
  });
  checkNames(names, directories);
  return directories.map((mountPath, index) => {
    // A stable name, mounted as a directory: a container that crashes on a bad file sees the mended one
    // when it starts again. A hash in the name would tie the pod to the bad one until somebody deletes it.
    const name = names[index]!;
    const own = Object.entries(files).filter(([path]) => dirname(path) === mountPath);
    const data = Object.fromEntries(own.map(([path, text]) => [basename(path), text]));
    const configMap = new k8s.KubeConfigMap(scope, name, { data, immutable: false });
    return { volume: { name, configMap: { name: configMap.name } }, mount: { name, mountPath, readOnly: true } };
  });
}

/** A volume for each Secret. @throws when the files of one are not in one directory. */
export function mountSecretFiles(secretFiles: Record<string, SecretKey>): Mounted[] {
  const files = Object.entries(secretFiles);
  const names = new Set(files.map(([, { secret }]) => secret.name));
  return [...names].map((secretName) => {
    const own = files.filter(([, { secret }]) => secret.name === secretName);
    const name = `secret-${secretName}`;
    return {
      volume: { name, secret: { secretName, items: own.map(([path, { key }]) => ({ key, path: basename(path) })) } },
      mount: { name, mountPath: commonDirectory(own.map(([path]) => path)), readOnly: true },
    };
  });
}

/** Claims that are there already. */
export function mountVolumeClaims(claims: Record<string, { readonly name: string }>): Mounted[] {
  return Object.entries(claims).map(([mountPath, { name }]) => ({
    volume: { name, persistentVolumeClaim: { claimName: name } },
    mount: { name, mountPath },
  }));
}

/**
 * Directories that end with the pod.
 * @param medium `Memory`, @default - the node's disk
 * @throws when one would have the name of another.
 */
export function mountScratch(scratch: Record<string, Size>, medium?: 'Memory'): Mounted[] {
  const directories = Object.keys(scratch);
  checkNames(
    directories.map((each) => volumeName('scratch', each)),
    directories,
  );
  return Object.entries(scratch).map(([mountPath, size]) => {
    const name = volumeName('scratch', mountPath);
    return { volume: { name, emptyDir: { medium, sizeLimit: quantity(size) } }, mount: { name, mountPath } };
  });
}
