import { awaitConverged, MESSAGING, manifests, remove } from '../../cluster/installation';
import { existing, kubectl } from '../../cluster/kubectl';
import { Namespace } from '../../cluster/namespace';
import { kind } from '../../config/kind';
import { rehearsal } from '../../config/rehearsal';

/**
 * Installations that take long to make and serve many files: who needs one makes it unless it is there, and leaves it as
 * it was. All others are one file's own. A laptop does not bear two of these, nor one of them beside another file's own.
 */
const SHARED = [kind.namespace, rehearsal.namespace];

/** The platform of a laptop running, its brokers in sync and its topics there; what ran already stays. */
export function laptop(): Namespace {
  remove(rehearsal.namespace);
  kubectl(['apply', '-f', 'dist/kind']);
  return converged(kind.namespace);
}

/** A class whose volumes are file systems of their own, of the size asked for, as a cloud's disks are. */
export const EXT4_CLASS = process.env['LIVE_EXT4_STORAGE_CLASS'] ?? 'standard-ext4';

export const storageClassExists = (name: string) => existing('storageclass', name).length > 0;

/** Messaging as the rehearsal has it, and nothing beside it, on such volumes where there are any. */
export function rehearsing(): Namespace {
  remove(kind.namespace);
  const environment = { ...rehearsal, storageClass: storageClassExists(EXT4_CLASS) ? EXT4_CLASS : undefined };
  kubectl(['apply', '-f', '-'], manifests(environment, ...MESSAGING));
  return converged(rehearsal.namespace);
}

function converged(name: string): Namespace {
  const namespace = new Namespace(name);
  awaitConverged(namespace);
  return namespace;
}

/** Begins with nothing: neither in these namespaces, which are the file's own, nor of what files share. */
export const beginWithNothing = (...own: string[]) => remove(...SHARED, ...own);
