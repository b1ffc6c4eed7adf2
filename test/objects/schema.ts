import { environmentCalled, wrongAnywhere } from '../environments';
import { QUANTITY, schemaErrors } from '../kubernetes-schema';
import { nameOf } from '../manifests';

it('Every object is valid for Kubernetes 1.27, with no field that it does not know', () => {
  const errors = wrongAnywhere(({ manifests }) =>
    manifests.objects.flatMap((object) => schemaErrors(object).map((error) => `${nameOf(object)}: ${error}`)),
  );
  expect(errors).toEqual([]);
});

describe('The schema', () => {
  const brokers = JSON.stringify(environmentCalled('kind').manifests.find('StatefulSet', 'kafka'));
  const broken = (change: [find: string, replace: string]) => {
    expect(brokers).toContain(change[0]);
    return schemaErrors(JSON.parse(brokers.replace(...change)));
  };
  const container = '/spec/template/spec/containers/0';

  it('refuses a misspelt field of a probe', () => {
    expect(broken(['"failureThreshold"', '"failureTreshold"'])).toEqual([
      expect.stringMatching(`^${container}/\\w+Probe must NOT have additional properties failureTreshold$`),
    ]);
  });

  it('refuses replicas that are a string', () => {
    expect(broken(['"replicas":3', '"replicas":"3"'])).toEqual(['/spec/replicas must be integer']);
  });

  it('refuses an amount of memory that is none', () => {
    expect(broken(['"memory":"1536Mi"', '"memory":"1536 MB"'])).toContain(
      `${container}/resources/limits/memory must match pattern "${QUANTITY}"`,
    );
  });

  it('refuses a kind that the version does not have', () => {
    expect(
      schemaErrors({ apiVersion: 'policy/v1beta1', kind: 'PodSecurityPolicy', metadata: { name: 'x' }, spec: {} }),
    ).toEqual(['Kubernetes 1.27 has no policy/v1beta1 PodSecurityPolicy']);
  });
});
