import { Workload } from '../../lib/workload';
import { everyEnvironment, expectEach, wrongAnywhere } from '../environments';
import { nameOf } from '../manifests';

/** Who asks the API server, and why. Whoever is added here can read what others only have by chance. */
const ASK = ['kubernetes-state'];

it('Only those that are named here have a token, a Role, and a way to the API server', () => {
  expectEach(
    everyEnvironment.map(({ manifests }) => {
      const tokens = manifests.pods().filter(({ spec }) => spec.automountServiceAccountToken !== false);
      const policies = manifests
        .ofKind('NetworkPolicy')
        .filter(({ metadata: { name } }) => name.endsWith('-to-api-server'));
      const found = {
        tokens: tokens.map(({ owner }) => owner.metadata.name),
        roles: manifests.ofKind('Role').map(({ metadata: { name } }) => name),
        ways: policies.map(({ metadata: { name } }) => name),
        said: Workload.all(manifests.app).flatMap(({ name, rights }) => (rights.length > 0 ? [name] : [])),
      };
      const must = {
        tokens: ASK,
        roles: ASK.map((name) => `${name}-role`),
        ways: ASK.map((name) => `${name}-to-api-server`),
        said: ASK,
      };
      return [found, must] as const;
    }),
  );
});

it('Each Role is that of one ServiceAccount, by whose name its pods run', () => {
  const wrong = wrongAnywhere(({ manifests }) =>
    manifests
      .ofKind('RoleBinding')
      .filter(({ roleRef, subjects }) => {
        const [subject, ...others] = subjects!;
        const users = manifests.pods().filter(({ spec }) => spec.serviceAccountName === subject!.name);
        return (
          others.length > 0 ||
          roleRef!.kind !== 'Role' ||
          manifests.find('Role', roleRef!.name) === undefined ||
          subject!.kind !== 'ServiceAccount' ||
          users.length !== 1
        );
      })
      .map(nameOf),
  );
  expect(wrong).toEqual([]);
});

it('No Role lets anybody change something, read what Secrets and files hold, or ask for everything', () => {
  const harmless = ['get', 'list', 'watch'];
  const wrong = wrongAnywhere(({ manifests }) =>
    manifests
      .ofKind('Role')
      .flatMap((role) =>
        role
          .rules!.flatMap(({ apiGroups, resources, verbs }) => [
            ...verbs.filter((verb) => !harmless.includes(verb)),
            ...[...apiGroups, ...resources].filter((each) => /\*|secret|configmap|token|\/(exec|log|proxy)/.test(each)),
          ])
          .map((what) => `${nameOf(role)}: ${what}`),
      ),
  );
  expect(wrong).toEqual([]);
});

it('Nothing has a right outside of its namespace', () => {
  const wrong = wrongAnywhere(({ manifests }) =>
    manifests.objects.filter(({ kind }) => /^ClusterRole/.test(kind)).map(nameOf),
  );
  expect(wrong).toEqual([]);
});
